"""Where many follow trainings, each looks less often."""

from types import SimpleNamespace

import pytest

from core.runs.status import State, Status
from pages.parts.shared import audience, live_run
from pages.parts.shared.audience import (
    CAMERA_GONE_SECONDS,
    CROWD_PACE,
    FEWER,
    GONE_SECONDS,
    MANY,
    Audience,
)


@pytest.fixture
def people(monkeypatch) -> Audience:
    found = Audience()
    monkeypatch.setattr(audience, "audience", lambda: found)
    return found


def test_many_are_a_crowd_until_they_are_clearly_fewer(people):
    for number in range(MANY):
        assert not people.is_crowd
        people.look(str(number), 10.0)
    assert people.is_crowd
    people.look("0", 10.0)
    assert len(people.looks) == MANY  # whoever looks again counts once
    later = 10.0 + GONE_SECONDS
    for number in range(FEWER):
        people.look(str(number), later - 1)
    people.look("0", later)
    assert len(people.looks) == FEWER and people.is_crowd
    people.look("0", later + GONE_SECONDS - 1)
    assert not people.is_crowd


def test_cameras_are_counted_while_they_send(monkeypatch):
    found, now = Audience(CAMERA_GONE_SECONDS), [10.0]
    monkeypatch.setattr(audience, "cameras", lambda: found)
    monkeypatch.setattr(audience, "time", SimpleNamespace(monotonic=lambda: now[0]))
    for who, count in (("a", 1), ("b", 2), ("a", 2)):
        monkeypatch.setattr(audience, "this_browser", lambda who=who: who)
        assert audience.cameras_on() == count
    now[0] += CAMERA_GONE_SECONDS
    assert audience.cameras_on() == 1  # the other one has gone


def test_in_a_crowd_a_training_is_looked_at_less_often(people):
    training = Status(State.TRAINING, batch_loss=0.5, seconds_left=1000)
    alone = live_run.refresh_seconds(training)
    assert alone is not None
    people.is_crowd = True
    assert live_run.refresh_seconds(training) == CROWD_PACE * alone
    assert live_run.refresh_seconds(Status(State.FINISHED)) is None


def test_an_estimate_that_wavers_changes_nothing_and_another_pace_does(people):
    def training(left: float) -> Status:
        return Status(State.TRAINING, batch_loss=0.5, seconds_left=left)

    long, short = (live_run.refresh_seconds(training(left)) for left in (61, 59))
    assert long != short
    assert live_run.fits(long, training(45)) and live_run.fits(short, training(80))
    assert not live_run.fits(long, training(20)) and not live_run.fits(short, training(200))
    people.is_crowd = True
    assert not live_run.fits(long, training(1000))
    assert live_run.fits(None, Status(State.FINISHED))
    assert not live_run.fits(long, Status(State.FINISHED))
