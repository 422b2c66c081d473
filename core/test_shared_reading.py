import threading
import time

import pytest

from core import shared_reading
from core.conftest import wait_for
from core.shared_reading import SharedReadings


class Counted:
    """Counts how often it is read."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.times


def test_what_has_not_changed_is_read_once():
    readings, read = SharedReadings[object](), Counted()
    assert [readings.get("run", "mark", read) for _ in range(3)] == [1, 1, 1]
    assert readings.get("run", "another mark", read) == 2
    assert readings.get("another run", "another mark", read) == 3
    assert readings.get("run", "another mark", read) == 2


def test_what_changes_all_the_time_is_read_again_when_the_reading_is_too_old(monkeypatch):
    readings, read, now = SharedReadings[object](), Counted(), 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert readings.get("run", 1, read, seconds=2) == 1
    now = 101.9
    assert readings.get("run", 2, read, seconds=2) == 1
    assert readings.get("run", 2, read, seconds=1) == 2  # of who wants it fresher
    now = 104
    assert readings.get("run", 3, read, seconds=2) == 3


def test_of_many_who_come_at_once_one_reads():
    readings, go_on = SharedReadings[object](), threading.Event()
    read, got = Counted(), []

    def slow():
        go_on.wait()
        return read()

    threads = [
        threading.Thread(target=lambda: got.append(readings.get("run", 1, slow))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert got == [1] * 8


def test_whoever_looks_at_another_thing_does_not_wait():
    readings, go_on, got = SharedReadings[object](), threading.Event(), []
    thread = threading.Thread(target=lambda: got.append(readings.get("slow", 1, go_on.wait)))
    thread.start()
    wait_for(lambda: "slow" in readings.readings, "the slow one is being read")
    assert readings.get("quick", 1, lambda: "read") == "read"
    go_on.set()
    thread.join()
    assert got == [True]


def test_a_reading_that_fails_is_tried_again():
    readings = SharedReadings[object]()
    with pytest.raises(OSError):
        readings.get("run", 1, lambda: (_ for _ in ()).throw(OSError()))
    assert readings.get("run", 1, lambda: "read") == "read"


def test_the_oldest_of_very_many_is_forgotten(monkeypatch):
    monkeypatch.setattr(shared_reading, "MOST_KEPT", 2)
    readings, read = SharedReadings[object](), Counted()
    for thing in ("a", "b", "a", "c"):
        readings.get(thing, 1, read)
    assert list(readings.readings) == ["a", "c"]
