import dataclasses
import math

import numpy as np
import pytest

from core.runs.event_log import EventLog, EventLogWriter
from core.training.events import (
    BatchDone,
    Begun,
    Diverged,
    EpochDone,
    Evaluating,
    Finished,
    LayerMeasured,
    LayersMeasured,
    LearningRateChanged,
    Stopped,
    from_json,
    to_json,
)


def batch(epoch: int, step: int, loss: float = 0.5) -> BatchDone:
    return BatchDone(epoch, step, 4, loss, 0.75, 5e-4, 16, 100.0, 9.5)


def epoch_done(epoch: int) -> EpochDone:
    return EpochDone(epoch, 0.6, 0.7, 0.65, 0.68, 12.5, np.zeros(3, np.float32))


def layers(epoch: int, step: int) -> LayersMeasured:
    return LayersMeasured(epoch, step, 16, (LayerMeasured("Conv", 0.1, None, 0.3, 0.4, 0.5),))


EVENTS = [
    Begun(1, 2, 4, 5e-4, "a note"),
    batch(1, 1, 0.1 + 0.2),
    layers(1, 4),
    Evaluating(1, 32, 400),
    epoch_done(1),
    LearningRateChanged(1, 0, 1e-3),
    Finished(5, 0.7),
    Stopped(1, 3),
    Diverged(2, 3, 1, 0, "The loss is not finite."),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_its_line(event):
    assert from_json(to_json(event)) == event


@pytest.mark.parametrize("line", ["", "{", "[]", '{"event": "party"}', '{"event": "epoch"}', "3"])
def test_a_line_that_is_no_event_is_refused(line):
    with pytest.raises(ValueError):
        from_json(line)


def test_a_number_that_is_not_finite_never_reaches_the_log():
    with pytest.raises(ValueError):
        to_json(batch(1, 1, math.nan))


def test_an_event_cannot_be_changed():
    event = batch(1, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, "loss", 0.0)  # noqa: B010 - mypy would refuse the plain assignment


@pytest.fixture
def log(tmp_path):
    return tmp_path / "events.jsonl"


def write(log, *events):
    writer = EventLogWriter(log)
    for event in events:
        writer.add(event)
    writer.close()


def test_a_reader_sees_only_what_is_new_and_evaluations_are_not_logged(log):
    history = EventLog(log)
    assert history.events() == [] and history.batch_losses().losses.size == 0
    write(log, Begun(0, 0, 4, 5e-4), batch(1, 1), Evaluating(1, 1, 2))
    assert len(history.events()) == 2
    write(log, batch(1, 2, 0.25))
    assert history.events(after=2) == [batch(1, 2, 0.25)]
    assert history.batch_losses().steps.tolist() == [1, 2]
    assert history.batch_losses().losses.tolist() == [0.5, 0.25]


def test_batches_wait_for_each_other_but_an_epoch_is_written_at_once(log):
    writer = EventLogWriter(log)
    writer.flushed_at = math.inf  # as if something was written just now
    writer.add(batch(1, 1))
    assert log.read_bytes() == b""
    writer.add(epoch_done(1))
    assert len(EventLog(log).events()) == 2
    writer.close()


def test_half_a_line_waits_and_is_dropped_when_its_writer_was_killed(log):
    write(log, Begun(0, 0, 4, 5e-4), batch(1, 1))
    with log.open("ab") as file:
        file.write(b'{"event": "batch", "epo')
    history = EventLog(log)
    assert len(history.events()) == 2
    write(log, Begun(0, 1, 4, 5e-4), batch(1, 2, 0.25))
    assert [type(event) for event in history.events(after=2)] == [Begun, BatchDone]
    assert history.batch_losses().losses.tolist() == [0.5, 0.25]


def test_what_a_killed_worker_lost_is_superseded(log):
    history = EventLog(log)
    lost = [batch(2, 3, 9.0), batch(2, 4, 9.0), epoch_done(2), LearningRateChanged(2, 0, 0.9)]
    write(log, Begun(0, 0, 4, 5e-4), *(batch(1, step) for step in (1, 2, 3, 4)), epoch_done(1))
    write(log, LearningRateChanged(1, 1, 0.1), batch(2, 1), batch(2, 2), *lost)
    assert len(history.epochs()) == 2
    write(log, Begun(1, 2, 4, 0.1), batch(2, 3, 0.125))
    for reader in (history, EventLog(log)):
        assert reader.batch_losses().steps.tolist() == [1, 2, 3, 4, 5, 6, 7]
        assert reader.batch_losses().losses[-1] == 0.125
        assert reader.epochs() == [epoch_done(1)]
        assert [change.learning_rate for change in reader.learning_rates()] == [0.1]


def test_measured_layers_of_lost_steps_are_superseded(log):
    write(log, layers(1, 4), batch(1, 4), layers(2, 4), batch(2, 4))
    assert EventLog(log).layers() == [layers(1, 4), layers(2, 4)]
    write(log, Begun(1, 3, 4, 0.1))
    assert EventLog(log).layers() == [layers(1, 4)]
    write(log, Begun(0, 4, 4, 0.1))
    assert EventLog(log).layers() == [layers(1, 4)]


def test_a_change_right_at_the_restored_position_counts_only_if_it_was_saved(log):
    write(log, LearningRateChanged(1, 0, 0.2), Begun(1, 0, 4, 0.2))
    assert len(EventLog(log).learning_rates()) == 1
    write(log, Begun(1, 0, 4, 5e-4))
    assert EventLog(log).learning_rates() == []


def test_a_lost_change_to_the_rate_of_the_restored_position_is_lost_all_the_same(log):
    write(log, LearningRateChanged(0, 1, 0.2), LearningRateChanged(2, 0, 0.1))
    write(log, LearningRateChanged(3, 0, 0.2), Begun(1, 0, 4, 0.2))
    assert EventLog(log).learning_rates() == [LearningRateChanged(0, 1, 0.2)]


def test_the_batches_of_an_epoch_are_known_from_the_start(log):
    assert EventLog(log).steps_per_epoch() == 0
    write(log, Begun(0, 0, 7, 5e-4))
    assert EventLog(log).steps_per_epoch() == 7


def test_the_note_is_the_newest_workers(log):
    history = EventLog(log)
    assert history.note() == ""
    write(log, Begun(0, 0, 4, 5e-4, "The data has changed."), batch(1, 1))
    assert history.note() == "The data has changed."
    write(log, Begun(0, 1, 4, 5e-4))
    assert history.note() == ""


def test_a_shorter_log_under_the_same_name_is_read_anew(log):
    history = EventLog(log)
    write(log, batch(1, 1), batch(1, 2))
    assert len(history.events()) == 2
    log.unlink()
    assert history.events() == []
    write(log, batch(1, 1, 0.75))
    assert history.batch_losses().losses.tolist() == [0.75]
