import json
import os
import threading
import time
from functools import partial

import numpy as np
import pytest

from core.checkpoint import ModelError, Position
from core.config import TrainConfig
from core.conftest import small_data, wait_for
from core.events import BatchDone, Begun, EpochDone, Finished, Stopped
from core.runs import Run, RunError, Status, create_run, list_runs, open_run
from core.training import build_state, train
from core.worker import Worker

CONFIG = TrainConfig(model="compact", image_size=16, epochs=2, batch_size=8)

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader")


def train_here(run):
    return list(Worker(run).events())


def has_batches(run, count):
    return run.batch_losses().losses.size == count


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


def test_a_new_run_is_a_folder_with_its_config(runs_folder):
    run = create_run(CONFIG, "  My   first run ")
    assert run.path.parent == runs_folder and Run(run.path).config == CONFIG
    assert run.name == "My first run" and run.classes is None
    assert run.status() == Status("stopped", "Not started yet.", epochs=2)
    assert run.epochs() == [] and run.batch_losses().losses.size == 0
    assert run.saved_epochs() == [0]
    assert json.loads((run.path / "config.json").read_text())["versions"]["torch"]


def test_runs_are_listed_newest_first_and_never_mixed(runs_folder):
    runs = [create_run(CONFIG, f"run {number}") for number in range(3)]
    assert len({run.id for run in runs}) == 3
    for number, run in enumerate(runs):
        record = run.record | {"created": f"2026-01-0{number + 1}T00:00:00+00:00"}
        (run.path / "config.json").write_text(json.dumps(record))
    (runs_folder / "notes").mkdir()
    (runs_folder / "broken").mkdir()
    (runs_folder / "broken" / "config.json").write_text("{")
    assert [run.name for run in list_runs()] == ["run 2", "run 1", "run 0"]
    assert open_run(runs[1].id).path == runs[1].path


@pytest.mark.parametrize("text", ["", ".", "..", "../x", "/etc", "a/b", "a\\b", ".places", "gone"])
def test_only_the_name_of_a_run_opens_one(text):
    create_run(CONFIG)
    with pytest.raises(RunError, match="run"):
        open_run(text)


def test_a_folder_in_use_is_not_taken(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        create_run(CONFIG, path=tmp_path)
    with pytest.raises(RunError, match="no run can be made"):
        create_run(CONFIG, path=tmp_path / "file")
    with pytest.raises(RunError, match="holds no run"):
        Run(tmp_path)


def test_a_folder_of_photos_is_remembered_from_wherever_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert create_run(CONFIG.replace(data="pets")).config.data == str(tmp_path / "pets")


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(RunError, match="1 to 80 characters"):
        create_run(CONFIG).rename(name)


def test_a_finished_run_tells_and_keeps_everything():
    run = create_run(CONFIG)
    events = train_here(run)
    assert isinstance(events[0], Begun) and isinstance(events[-1], Finished)
    status = run.status()
    assert (status.state, status.progress, status.seconds_left) == ("finished", 1.0, 0.0)
    assert (status.epoch, status.step, status.steps) == (2, 5, 5)
    done = [event for event in events if isinstance(event, EpochDone)]
    assert run.epochs() == done and status.test_accuracy == done[-1].test_accuracy
    losses = [event.loss for event in events if isinstance(event, BatchDone)]
    assert run.batch_losses().losses.tolist() == losses
    assert run.batch_losses().steps.tolist() == list(range(1, 11))
    assert run.classes == ("dog", "cat") and run.saved_epochs() == [0, 1, 2]
    assert run.record["photos"] == {"train": 34, "test": 12}
    predictions = run.test_predictions(1)
    np.testing.assert_array_equal(predictions.probabilities, done[0].probabilities)
    np.testing.assert_array_equal(predictions.labels, small_data().test.labels)
    assert predictions.names[0] == "0.png" and predictions.classes == ("dog", "cat")
    assert run.test_predictions().epoch == 2


def test_a_run_gives_its_model_of_every_epoch():
    run = create_run(CONFIG)
    train_here(run)
    state = build_state(CONFIG)
    expected = {0: {k: v.copy() for k, v in state.learner.weights().items()}}
    for event in train(state.learner.model, small_data(), CONFIG, state):
        if isinstance(event, EpochDone):
            expected[event.epoch] = {k: v.copy() for k, v in state.learner.weights().items()}
    for epoch in (0, 1, 2, None):
        model = run.load_model(epoch)
        assert not model.training
        for name, tensor in model.state_dict().items():
            weights = expected[2 if epoch is None else epoch]
            np.testing.assert_array_equal(tensor.numpy(), weights[name])
    with pytest.raises(ModelError, match="epochs 0, 1, 2, not of 3"):
        run.load_model(3)
    with pytest.raises(RunError, match="no answers"):
        run.test_predictions(3)


def test_a_run_without_weights_says_so():
    run = create_run(CONFIG)
    with pytest.raises(ModelError, match="no usable weights yet"):
        run.load_model()
    with pytest.raises(RunError, match="no answers"):
        run.test_predictions()


def test_pause_step_learning_rate_continue_and_stop():
    run = create_run(CONFIG.replace(epochs=1000))
    with Background(run) as background:
        wait_for(lambda: run.status().step > 1, "it trains")
        run.pause()
        wait_for(lambda: run.status().state == "paused", "it pauses")
        paused = run.batch_losses().losses.size
        wait_for(lambda: run.checkpoints.newest(), "a long pause saves a checkpoint")
        run.set_learning_rate(0.125)
        wait_for(lambda: run.status().peak_learning_rate == 0.125, "the learning rate changes")
        for _ in range(2):
            known = run.batch_losses().losses.size
            run.step()
            wait_for(partial(has_batches, run, known + 1), "a step")
            wait_for(lambda: run.status().state == "paused", "it rests again")
        batches = [event for event in run.events() if isinstance(event, BatchDone)]
        assert [event.learning_rate for event in batches[-3:]] == [5e-4, 0.125, 0.125]
        assert [change.learning_rate for change in run.learning_rates()] == [0.125]
        run.resume()
        wait_for(lambda: run.batch_losses().losses.size > paused + 4, "it goes on")
        with pytest.raises(RunError, match="stop it first"):
            run.delete()
        run.stop()
        wait_for(lambda: run.status().state == "stopped", "it stops")
    stopped = background.events[-1]
    assert isinstance(stopped, Stopped)
    newest = run.checkpoint()
    assert newest.position == Position(stopped.epoch, stopped.step)
    assert newest.facts["state"]["learning_rate"] == 0.125
    with pytest.raises(RunError, match="is stopped, so nobody is there to obey"):
        run.pause()
    with pytest.raises(ValueError, match="learning_rate must be a number"):
        run.set_learning_rate(float("nan"))


def test_a_stopped_run_goes_on_to_the_uninterrupted_weights_with_one_history():
    whole, run = create_run(CONFIG), create_run(CONFIG)
    events = [event for event in train_here(whole) if isinstance(event, BatchDone)]
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and (event.epoch, event.step) == (2, 3):
            worker.ask_to_stop()
    assert run.status().resumable and run.checkpoint().position == Position(1, 3)
    again = train_here(run)
    assert isinstance(again[0], Begun) and (again[0].epoch, again[0].step) == (1, 3)
    assert run.batch_losses().losses.tolist() == [event.loss for event in events]
    for name, array in whole.checkpoint().weights.items():
        np.testing.assert_array_equal(run.checkpoint().weights[name], array)
    assert Position(1, 3) not in run.checkpoints.positions()


def test_a_rotten_checkpoint_costs_an_epoch_and_nothing_else():
    whole, run = create_run(CONFIG.replace(epochs=3)), create_run(CONFIG.replace(epochs=3))
    train_here(whole)
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, EpochDone) and event.epoch == 2:
            worker.ask_to_stop()
    path = run.checkpoints.path(Position(2))
    path.write_bytes(path.read_bytes()[:-1])
    begun = train_here(run)[0]
    assert (begun.epoch, begun.step, begun.note) == (1, 0, "")
    assert len(run.epochs()) == 3
    for name, array in whole.checkpoint().weights.items():
        np.testing.assert_array_equal(run.checkpoint().weights[name], array)


def test_a_finished_run_can_be_extended():
    run, whole = create_run(CONFIG), create_run(CONFIG.replace(epochs=3))
    train_here(run)
    with pytest.raises(RunError, match="has 2 epochs already"):
        run.extend(1)
    run.extend(3)
    assert run.status().resumable
    assert isinstance(train_here(Run(run.path))[-1], Finished)
    train_here(whole)
    for name, array in whole.checkpoint().weights.items():
        np.testing.assert_array_equal(run.checkpoint().weights[name], array)


def test_a_run_cut_off_is_noticed_by_its_lock_and_its_old_status():
    run = create_run(CONFIG)
    run.write_status(Status("training", epoch=1, epochs=2, seconds_left=9.0))
    assert run.status().state == "training"  # written just now
    os.utime(run.path / "status.json", (time.time() - 60,) * 2)
    status = run.status()
    assert status.state == "interrupted" and status.resumable and status.seconds_left is None
    with run.lock().acquire():
        assert run.status().state == "training"


def test_one_run_has_one_worker(monkeypatch):
    run = create_run(CONFIG)
    monkeypatch.setattr("core.worker.LOCK_SECONDS", 0.05)
    with run.lock().acquire(), pytest.raises(RunError, match="already being trained"):
        train_here(run)
    assert not (run.path / "events.jsonl").exists()


def test_a_training_waits_for_a_place_and_can_be_stopped_there(monkeypatch):
    from core.places import Place, claimed, place_is_free

    monkeypatch.setattr("core.places.PLACES", 1)
    first, second = create_run(CONFIG), create_run(CONFIG)
    with claimed(Place()) as place:
        assert place.take() and not place_is_free()
        with Background(first), Background(second):
            wait_for(lambda: first.status().state == "waiting", "the first waits")
            wait_for(lambda: second.status().state == "waiting", "the second waits")
            assert "other trainings" in second.status().message
            second.stop()
            wait_for(lambda: second.status().state == "stopped", "the second stops")
            place.leave()
            wait_for(lambda: first.status().state == "finished", "the first gets the place")


def test_a_run_that_fails_says_why_and_logs_the_traceback(monkeypatch):
    from core.data import DataError

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
        run.start()
    with pytest.raises(RunError, match="diverged"):
        run.extend(9)


def test_a_worker_that_is_just_leaving_does_not_stop_what_comes_next(runs_folder, monkeypatch):
    run = create_run(CONFIG)
    train_here(run)
    at_it, leave = threading.Event(), threading.Event()

    def worker():
        with run.lock():
            at_it.set()
            leave.wait()

    def leave_while_it_is_waited_for(patience: float = 0.0) -> bool:
        if patience:
            leave.set()
        return Run.locked(run, patience)

    leaving = threading.Thread(target=worker, daemon=True)
    leaving.start()
    at_it.wait()
    assert run.locked()
    monkeypatch.setattr(run, "locked", leave_while_it_is_waited_for)
    run.delete()
    assert leave.is_set()
    leaving.join()
    assert list_runs() == []


def test_a_deleted_run_is_gone(runs_folder):
    run = create_run(CONFIG)
    train_here(run)
    run.delete()
    assert list_runs() == [] and [path.name for path in runs_folder.iterdir()] == [".places"]
