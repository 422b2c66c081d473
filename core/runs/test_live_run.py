import threading
from functools import partial

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, small_data, wait_for
from core.errors import RunError
from core.runs.checkpoints import Position
from core.runs.commands import Action
from core.runs.event_log import EventLog
from core.runs.listing import create_run
from core.runs.rate_changes import rate_changes
from core.runs.run import Run
from core.runs.worker import Worker
from core.runs.worker_pool import WorkerPool
from core.training.events import BatchDone, Stopped

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=2, batch_size=8)

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")


def train_here(run):
    return list(Worker(run).events())


def has_batches(run, count):
    return run.log.batch_losses().losses.size == count


class Background:
    """Trains a run in a thread, so that the test can give it commands."""

    def __init__(self, run):
        self.worker = Worker(run)
        self.events = []
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        self.events.extend(self.worker.events())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.worker.ask_to_stop()
        self.thread.join(30)
        assert not self.thread.is_alive()


def test_pause_step_learning_rate_continue_and_stop():
    run = create_run(CONFIG.replace(epochs=1000))
    with Background(run) as background:
        wait_for(lambda: run.status().step > 1, "it trains")
        run.send(Action.PAUSE)
        wait_for(lambda: run.status().state == "paused", "it pauses")
        paused = run.log.batch_losses().losses.size
        wait_for(lambda: run.checkpoints.newest(), "a long pause saves a checkpoint")
        run.set_learning_rate(0.125)
        wait_for(lambda: run.status().peak_learning_rate == 0.125, "the learning rate changes")
        for _ in range(2):
            known = run.log.batch_losses().losses.size
            run.send(Action.STEP)
            wait_for(partial(has_batches, run, known + 1), "a step")
            wait_for(lambda: run.status().state == "paused", "it rests again")
        batches = [event for event in run.log.events() if isinstance(event, BatchDone)]
        assert [event.learning_rate for event in batches[-3:]] == [5e-4, 0.125, 0.125]
        assert [change.learning_rate for change in run.log.learning_rates()] == [0.125]
        run.send(Action.RESUME)
        wait_for(lambda: run.log.batch_losses().losses.size > paused + 4, "it goes on")
        with pytest.raises(RunError, match="stop it first"):
            run.delete()
        run.send(Action.STOP)
        wait_for(lambda: run.status().state == "stopped", "it stops")
    stopped = background.events[-1]
    assert isinstance(stopped, Stopped)
    newest = run.checkpoint()
    assert newest.position == Position(stopped.epoch, stopped.step)
    assert newest.facts["state"]["learning_rate"] == 0.125
    with pytest.raises(RunError, match="is stopped, so nobody is there to obey"):
        run.send(Action.PAUSE)
    with pytest.raises(ValueError, match="Learning rate must be a number"):
        run.set_learning_rate(float("nan"))


def test_a_rate_changed_in_a_pause_survives_a_stop_and_a_resume():
    run = create_run(CONFIG.replace(epochs=1000))
    with Background(run):
        wait_for(lambda: run.status().step > 1, "it trains")
        run.send(Action.PAUSE)
        wait_for(lambda: run.checkpoints.newest(), "a long pause saves a checkpoint")
        run.set_learning_rate(0.125)
        wait_for(lambda: run.status().peak_learning_rate == 0.125, "the learning rate changes")
        run.send(Action.STOP)
        wait_for(lambda: run.status().state == "stopped", "it stops")
    before = rate_changes(run)
    assert [change.words for change in before] == ["rate 0.0005 → 0.125"]
    known = len(run.log.batch_losses().losses)
    with Background(run):
        wait_for(lambda: len(run.log.batch_losses().losses) > known, "it goes on")
    assert rate_changes(run) == before
    assert run.status().peak_learning_rate == 0.125


@pytest.mark.parametrize("engine", ["torch", "both"])
def test_no_checkpoint_is_ahead_of_the_log_whenever_it_is_saved(engine, monkeypatch):
    monkeypatch.setattr("core.runs.worker.CHECKPOINT_SECONDS", -1.0)  # at every event
    run = create_run(CONFIG.replace(engine=engine, model=TINY))
    for event in Worker(run).events():
        newest = run.checkpoints.newest()
        if newest is None:
            continue
        epoch, step = newest.position.epoch, newest.position.step
        logged = EventLog(run.path / "events.jsonl")
        assert len(logged.batch_losses().losses) == epoch * logged.steps_per_epoch() + step, event


def test_one_run_has_one_worker(monkeypatch):
    run = create_run(CONFIG)
    monkeypatch.setattr("core.runs.worker.LOCK_SECONDS", 0.05)
    with run.lock().acquire(), pytest.raises(RunError, match="already being trained"):
        train_here(run)
    assert not (run.path / "events.jsonl").exists()


def test_a_training_waits_for_a_place_and_can_be_stopped_there(monkeypatch):
    from core.runs.slots import Slot, claimed, slot_is_free

    monkeypatch.setattr("core.runs.slots.slots", lambda: 1)
    first, second = create_run(CONFIG), create_run(CONFIG)
    with claimed(Slot()) as place:
        assert place.take() and not slot_is_free()
        with Background(first), Background(second):
            wait_for(lambda: first.status().state == "waiting", "the first waits")
            wait_for(lambda: second.status().state == "waiting", "the second waits")
            assert second.status().message in {
                f"Waiting, number {number} in the queue: another training uses this machine."
                for number in (1, 2)
            }
            second.send(Action.STOP)
            wait_for(lambda: second.status().state == "stopped", "the second stops")
            place.leave()
            wait_for(lambda: first.status().state == "finished", "the first gets the place", 120)


def test_a_run_that_fails_says_why_and_logs_the_traceback(monkeypatch):
    from core.errors import DataError

    def no_photos(*_, **__):
        raise DataError("There are no photos of cats in this folder.")

    run = create_run(CONFIG)
    monkeypatch.setattr("core.data.load_data", no_photos)
    with pytest.raises(DataError):
        train_here(run)
    assert run.status().state == "failed"
    assert run.status().message == "There are no photos of cats in this folder."
    assert "Traceback" in (run.path / "worker.log").read_text()
    assert run.status().resumable and not run.locked()


def test_an_unexpected_error_points_to_the_log(monkeypatch):
    def broken(*_, **__):
        raise KeyError("pixels")

    run = create_run(CONFIG)
    monkeypatch.setattr("core.data.load_data", broken)
    with pytest.raises(KeyError):
        train_here(run)
    assert "KeyError" in run.status().message and "worker.log" in run.status().message


def test_data_with_other_classes_does_not_go_on(monkeypatch):
    import dataclasses

    run = create_run(CONFIG)
    train_here(run)
    run.extend(3)
    other = dataclasses.replace(small_data(), classes=("bee", "ant"))
    monkeypatch.setattr("core.data.load_data", lambda *_, **__: other)
    with pytest.raises(RunError, match="learnt dog and cat, but its data now holds bee and ant"):
        train_here(Run(run.path))


def test_a_diverging_run_keeps_good_weights_and_cannot_go_on():
    run = create_run(CONFIG)
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and (event.epoch, event.step) == (2, 2):
            assert worker.state is not None
            learner = worker.state.learner
            learner.load_weights({k: v * np.float32("nan") for k, v in learner.weights().items()})
    status = run.status()
    assert status.state == "diverged" and "not a finite number" in status.message
    assert all(np.isfinite(array).all() for array in run.checkpoint().weights.values())
    assert run.checkpoint().position == Position(1)
    with pytest.raises(RunError, match="nothing is left to train"):
        WorkerPool().start(run)
    with pytest.raises(RunError, match="diverged"):
        run.extend(9)
