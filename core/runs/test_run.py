import json
import os
import threading
import time

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, same_weights, small_data
from core.errors import ModelError, RunError
from core.networks.calibration import calibrated
from core.runs.checkpoints import Position
from core.runs.listing import create_run, list_runs, open_run
from core.runs.predictions import read_predictions
from core.runs.run import Run
from core.runs.status import State, Status
from core.runs.worker import Worker
from core.training.events import BatchDone, Begun, EpochDone, Finished
from core.training.loop import train
from core.training.state import build_state

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=2, batch_size=8)

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")


def train_here(run):
    return list(Worker(run).events())


def test_a_new_run_is_a_folder_with_its_config(runs_folder):
    run = create_run(CONFIG, "  My   first run ")
    assert run.path.parent == runs_folder and Run(run.path).config == CONFIG
    assert run.name == "My first run" and run.classes is None
    assert run.status() == Status(State.STOPPED, "Not started yet.", epochs=2)
    assert run.log.epochs() == [] and run.log.batch_losses().losses.size == 0
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
    with pytest.raises(RunError, match="No run can be made"):
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
    assert run.log.epochs() == done and status.test_accuracy == done[-1].test_accuracy
    losses = [event.loss for event in events if isinstance(event, BatchDone)]
    assert run.log.batch_losses().losses.tolist() == losses
    assert run.log.batch_losses().steps.tolist() == list(range(1, 11))
    assert run.classes == ("dog", "cat") and run.saved_epochs() == [0, 1, 2]
    assert run.record["photos"] == {"train": 34, "test": 12}
    predictions = run.test_predictions(1)
    certainty = run.classifier(1).certainty
    assert certainty is not None and done[0].probabilities is not None
    asked = calibrated(done[0].probabilities, certainty.temperature)
    np.testing.assert_array_equal(predictions.probabilities, asked)
    raw = read_predictions(run.path, 1, raw=True).probabilities
    np.testing.assert_array_equal(raw, done[0].probabilities)
    np.testing.assert_array_equal(predictions.labels, small_data().test.labels)
    assert predictions.names[0] == "0.png" and predictions.classes == ("dog", "cat")
    assert run.test_predictions().epoch == 2


def test_a_run_gives_its_model_of_every_epoch():
    run = create_run(CONFIG)
    train_here(run)
    state = build_state(CONFIG)
    expected = {0: {k: v.copy() for k, v in state.learner.weights().items()}}
    for event in train(state, small_data(), CONFIG):
        if isinstance(event, EpochDone):
            expected[event.epoch] = {k: v.copy() for k, v in state.learner.weights().items()}
    for epoch in (0, 1, 2, None):
        model = run.load_model(epoch)
        assert not model.training
        certainty = None if epoch == 0 else run.classifier(epoch).certainty
        for name, tensor in model.state_dict().items():
            weight = expected[2 if epoch is None else epoch][name]
            if certainty is not None and name.startswith(f"{len(model) - 2}."):
                weight = weight / np.float32(certainty.temperature)  # the network is calibrated
            np.testing.assert_allclose(tensor.numpy(), weight, rtol=1e-6)
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
    assert run.log.batch_losses().losses.tolist() == [event.loss for event in events]
    same_weights(run, whole)
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
    assert (begun.epoch, begun.step) == (1, 0)
    assert begun.note == (
        "The weights after epoch 2 are missing or damaged: it is trained again from epoch 2."
    )
    assert len(run.log.epochs()) == 3
    same_weights(run, whole)


def test_a_finished_run_can_be_extended():
    run, whole = create_run(CONFIG), create_run(CONFIG.replace(epochs=3))
    train_here(run)
    with pytest.raises(RunError, match="has 2 epochs already"):
        run.extend(1)
    run.extend(3)
    assert run.status().resumable
    assert isinstance(train_here(Run(run.path))[-1], Finished)
    train_here(whole)
    same_weights(run, whole)


def test_the_lock_alone_tells_that_a_run_was_cut_off():
    run = create_run(CONFIG)
    run.write_status(Status(State.TRAINING, epoch=1, epochs=2, seconds_left=9.0))
    status = run.status()  # though it was written just now
    assert status.state is State.INTERRUPTED and status.resumable and status.seconds_left is None
    os.utime(run.path / "status.json", (time.time() - 60,) * 2)
    with run.lock().acquire():
        assert run.status().state is State.TRAINING


def test_a_worker_on_its_way_has_time_to_take_the_lock():
    run = create_run(CONFIG)
    run.write_status(Status(State.STARTING))
    assert run.status().state is State.STARTING
    os.utime(run.path / "status.json", (time.time() - 60,) * 2)
    assert run.status().state is State.INTERRUPTED


def test_a_run_from_a_newer_version_is_refused_in_a_sentence():
    run = create_run(CONFIG)
    (run.path / "config.json").write_text(json.dumps(run.record | {"format": 99}))
    with pytest.raises(RunError, match="must have a format of 2 or less, not 99: a newer version"):
        Run(run.path)


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
