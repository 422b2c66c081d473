import math

import pytest

from core.config import TrainConfig
from core.errors import ConfigError
from core.events import BatchDone, Finished, PairDone, Stopped, from_json, to_json
from core.parity.side_by_side import create_pair, list_pairs, pair_history, step_numbers
from core.runs import list_runs
from core.worker import Worker, worker_for

CONFIG = TrainConfig(model="compact", image_size=16, epochs=1, batch_size=12)


@pytest.fixture
def run(runs_folder, small_loader):
    return create_pair(CONFIG, "float64", "a pair")


def test_a_pair_trains_in_the_worker_and_writes_both_losses(run):
    worker = worker_for(run)
    assert isinstance(list(worker.events())[-1], Finished)
    history = pair_history(run)
    assert step_numbers(history).tolist() == [1, 2, 3]  # 34 photos, 12 a batch
    losses = run.batch_losses().losses
    for step, loss in zip(history, losses, strict=True):
        assert step.torch_loss == loss
        assert step.numpy_loss == pytest.approx(loss, rel=1e-10)
    assert 0 < history[-1].weight_difference < 1e-10
    assert run.status().state == "finished"


def test_a_stopped_pair_goes_on_where_it_was(run):
    whole = create_pair(CONFIG, "float64")
    list(worker_for(whole).events())
    worker = worker_for(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and event.step == 2:
            worker.ask_to_stop()
    assert isinstance(event, Stopped)
    assert run.status().resumable
    list(worker_for(run).events())
    ours, theirs = pair_history(run), pair_history(whole)
    assert [e.torch_loss for e in ours] == [e.torch_loss for e in theirs]
    assert [e.numpy_loss for e in ours] == [e.numpy_loss for e in theirs]


def test_a_diverging_pair_says_so(runs_folder, small_loader):
    run = create_pair(
        CONFIG.replace(learning_rate=1e8, optimizer="sgd", weight_decay=10.0, epochs=9), "float32"
    )
    list(worker_for(run).events())
    status = run.status()
    assert status.state == "diverged"
    assert "smaller learning rate" in status.message
    assert all(math.isfinite(each.torch_loss) for each in pair_history(run))


def test_pairs_are_listed_apart_from_runs(run):
    assert [each.id for each in list_pairs()] == [run.id]
    assert list_runs() == []
    assert run.record["dtype"] == "float64"


def test_other_runs_keep_their_worker(runs_folder):
    from core.runs import create_run

    assert type(worker_for(create_run(CONFIG))) is Worker


def test_an_unknown_dtype_is_refused(runs_folder):
    with pytest.raises(ConfigError, match="must be one of float32, float64, not 'int8'"):
        create_pair(CONFIG, "int8")
    assert list_pairs() == []


def test_the_event_survives_its_line():
    event = PairDone(1, 2, 3, 0.1, 0.2, 1e-9, "0.weight", 1e-4, 10.0, 20.0)
    assert from_json(to_json(event)) == event
