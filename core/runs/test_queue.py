"""The queue before the slots: its order, and what becomes of those who leave it."""

import threading
import time

import pytest

from core.config import TrainConfig
from core.conftest import wait_for
from core.runs import queue
from core.runs.listing import create_run
from core.runs.queue import drawn_ticket, queue_folder, somebody_waits, tickets
from core.runs.queue import wait_for as wait_for_slot
from core.runs.slots import Slot, claimed
from core.runs.status import State
from core.runs.status_writer import StatusWriter

pytestmark = pytest.mark.usefixtures("runs_folder")


@pytest.fixture(autouse=True)
def one_slot(monkeypatch):
    """Let one training run at a time, and those who wait look often."""
    monkeypatch.setattr("core.runs.slots.slots", lambda: 1)
    monkeypatch.setattr(queue, "LOOK_SECONDS", 0.01)


class Waiting:
    """Somebody who waits in a thread of its own."""

    def __init__(self, order: list[str], name: str) -> None:
        self.place, self.leaves = 0, False
        self.slot = Slot()
        self.thread = threading.Thread(target=self.wait, args=(order, name))
        self.thread.start()

    def wait(self, order: list[str], name: str) -> None:
        try:
            wait_for_slot(self.slot, self.tell)
        except InterruptedError:
            return
        order.append(name)

    def tell(self, place: int) -> None:
        self.place = place
        if self.leaves:
            raise InterruptedError


def test_the_first_to_come_is_the_first_to_train_and_all_know_their_place():
    order: list[str] = []
    with claimed(Slot()) as busy:
        assert busy.take()
        waiting = []
        for name in "abc":
            waiting.append(Waiting(order, name))
            wait_for(lambda: waiting[-1].place == len(waiting), f"{name} is the last")
        first, second, third = waiting
        second.leaves = True
        second.thread.join(30)
        wait_for(lambda: third.place == 2, "who stands behind moves up")
        assert not order and somebody_waits()
        busy.leave()
        wait_for(lambda: order == ["a"], "the first has the slot")
        wait_for(lambda: third.place == 1, "the last is the next")
        first.slot.leave()
        wait_for(lambda: order == ["a", "c"], "the last has the slot")
        for each in (first, third):
            each.thread.join(30)
        third.slot.leave()
    assert not tickets() and not somebody_waits()


def test_nobody_passes_those_who_wait_when_a_slot_becomes_free():
    slot = Slot()
    with drawn_ticket():
        seen: list[int] = []

        def tell(place: int) -> None:
            seen.append(place)
            if len(seen) == 3:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            wait_for_slot(slot, tell)
        assert seen == [2, 2, 2] and slot.lock is None
    wait_for_slot(slot, tell)
    assert slot.lock is not None
    slot.leave()


def test_a_ticket_of_a_killed_process_is_no_place():
    queue_folder().mkdir(parents=True)
    left = queue_folder() / f"{time.time_ns() - 10**11:020d}-0.lock"
    fresh = queue_folder() / f"{time.time_ns():020d}-0.lock"
    left.touch()
    fresh.touch()
    with drawn_ticket() as ticket:
        assert ticket.place() == 1
    assert not left.exists() and fresh.exists()  # its owner may be about to lock it


def test_tickets_keep_their_order_when_the_clock_is_set_back(monkeypatch):
    with drawn_ticket() as first:
        monkeypatch.setattr(queue.time, "time_ns", lambda: 5)
        with drawn_ticket() as second:
            assert first.path.name < second.path.name and second.place() == 2


def test_the_status_tells_the_place_as_soon_as_it_changes_and_forgets_it():
    run = create_run(TrainConfig(model="compact", image_size=16))
    writer = StatusWriter(run)
    for place in (3, 2):
        writer.show_waiting(place)
        status = run.written_status()[0]
        assert status.queue_place == place and f"number {place} in the queue" in status.message
        assert status.spoken_state == f"waiting, number {place} in the queue"
    writer.show(State.LOADING, "Loading the photos.")
    assert run.written_status()[0].queue_place is None
    assert run.written_status()[0].spoken_state == "loading"
