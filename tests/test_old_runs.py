"""Runs that version 0.1 has written still open, answer and go on.

``data/runs-0.1.tar.xz`` holds three of them as that version left them, trained for a few batches:
a finished one, a stopped one whose learning rate was changed, and one of both engines, which kept
its dtype beside the config. Most of their weights were set alike first, so that the file is small.
"""

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from core.config import TrainConfig
from core.data.drawn import draw_pet
from core.folders import side_by_side_folder
from core.runs.listing import list_runs, open_run
from core.runs.status import State
from core.train import main

CONFIG = TrainConfig(
    *("drawn", "article"),
    epochs=2,
    batch_size=4,
    learning_rate=0.01,
    image_size=80,
    train_per_class=6,
    test_per_class=3,
    optimizer="sgd",
)


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    with tarfile.open(Path(__file__).parent / "data" / "runs-0.1.tar.xz") as archive:
        archive.extractall(tmp_path / "runs", filter="data")
    return tmp_path / "runs"


def test_they_are_listed_and_tell_what_they_told():
    finished, stopped = sorted(list_runs(), key=lambda run: run.name)
    assert (finished.name, stopped.name) == ("A finished one", "A stopped one")
    assert finished.config == stopped.config == CONFIG
    assert finished.status().state is State.FINISHED and stopped.status().state is State.STOPPED
    assert [done.test_accuracy for done in finished.log.epochs()] == [
        pytest.approx(1 / 2),
        pytest.approx(2 / 3),
    ]
    assert stopped.log.batch_losses().steps.tolist() == [1, 2, 3, 4]
    assert [change.learning_rate for change in stopped.log.learning_rates()] == [0.005]
    assert finished.classes == ("dog", "cat") and finished.saved_epochs() == [0, 1, 2]
    assert finished.test_predictions(2).probabilities.shape == (6,)


def test_their_weights_answer():
    answer = open_run("finished").classifier(1).classify_pixels(draw_pet("cat", 80, 0, 0))
    assert answer.label in ("dog", "cat") and np.isfinite(answer.probability)


def test_a_stopped_one_goes_on(runs, capsys):
    assert main(["--resume", "--run-dir", str(runs / "stopped"), "--epochs", "3"]) == 0
    assert "Going on after 1 epochs and 1 batches." in capsys.readouterr().out
    run = open_run("stopped")
    assert run.status().state is State.FINISHED
    assert run.log.batch_losses().steps.tolist() == list(range(1, 10))


def test_one_of_both_engines_goes_on_in_both(runs):
    (run,) = list_runs(side_by_side_folder())
    assert run.config == CONFIG.replace(engine="both", dtype="float64")
    before = run.log.comparisons()
    assert [each.overall_step for each in before] == [1, 2, 3, 4]
    assert main(["--resume", "--run-dir", str(run.path), "--epochs", "3"]) == 0
    (again,) = list_runs(side_by_side_folder())
    assert again.config == CONFIG.replace(engine="both", dtype="float64", epochs=3)
    after = again.log.comparisons()
    assert after[:4] == before and [each.overall_step for each in after] == list(range(1, 10))
    assert after[-1].weight_difference < 1e-9
    record = json.loads((run.path / "config.json").read_text())
    assert record["config"]["engine"] == "both"
