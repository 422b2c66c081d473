import math

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, small_data
from core.errors import ConfigError
from core.folders import side_by_side_folder
from core.runs.listing import create_run, list_runs
from core.runs.worker import Worker
from core.training.events import BatchDone, EnginesCompared, Finished, Stopped, from_json, to_json

CONFIG = TrainConfig(
    model=TINY, image_size=16, epochs=1, batch_size=12, engine="both", dtype="float64"
)


@pytest.fixture
def run(runs_folder, small_loader, no_likeness):
    return create_run(CONFIG, "both engines")


def test_both_train_in_the_worker_and_write_their_losses(run):
    worker = Worker(run)
    assert isinstance(list(worker.events())[-1], Finished)
    history = run.log.comparisons()
    assert [each.overall_step for each in history] == [1, 2, 3]  # 34 photos, 12 a batch
    losses = run.log.batch_losses().losses
    for step, loss in zip(history, losses, strict=True):
        assert step.torch_loss == loss
        assert step.numpy_loss == pytest.approx(loss, rel=1e-10)
    assert 0 < history[-1].weight_difference < 1e-10
    assert run.status().state == "finished"


def test_a_stopped_run_of_both_goes_on_where_it_was(run):
    whole = create_run(CONFIG)
    list(Worker(whole).events())
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and event.step == 2:
            worker.ask_to_stop()
    assert isinstance(event, Stopped)
    assert run.status().resumable
    list(Worker(run).events())
    ours, theirs = run.log.comparisons(), whole.log.comparisons()
    assert [e.torch_loss for e in ours] == [e.torch_loss for e in theirs]
    assert [e.numpy_loss for e in ours] == [e.numpy_loss for e in theirs]


def test_a_diverging_run_of_both_says_so(runs_folder, small_loader):
    run = create_run(
        CONFIG.replace(
            learning_rate=1e8, optimizer="sgd", weight_decay=10.0, epochs=9, dtype="float32"
        )
    )
    list(Worker(run).events())
    status = run.status()
    assert status.state == "diverged"
    assert "smaller learning rate" in status.message
    assert all(math.isfinite(each.torch_loss) for each in run.log.comparisons())


def test_runs_of_both_are_listed_apart(run):
    assert [each.id for each in list_runs(side_by_side_folder())] == [run.id]
    assert list_runs() == []


def test_an_unknown_dtype_is_refused(runs_folder):
    with pytest.raises(ConfigError, match=r"Dtype must be one of auto, .*, bfloat16, not 'int8'"):
        create_run(CONFIG.replace(dtype="int8"))
    assert list_runs(side_by_side_folder()) == []


def test_it_answers_photos_with_its_torch_half(run):
    list(Worker(run).events())
    data = small_data()
    answers = [run.classifier().classify_pixels(pixels) for pixels in data.test.pixels]
    expected = run.test_predictions().probabilities
    np.testing.assert_allclose([a.probability_one for a in answers], expected, rtol=1e-4)


def test_the_event_survives_its_line():
    event = EnginesCompared(1, 2, 3, 0.1, 0.2, 1e-9, "0.weight", 1e-4, 10.0, 20.0)
    assert from_json(to_json(event)) == event
