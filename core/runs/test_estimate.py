import os
import time

import pytest
from filelock import FileLock

from core.config import RECIPES, TrainConfig
from core.conftest import small_data, wait_for
from core.files import is_locked
from core.runs import estimate
from core.runs.estimate import Cost, ask, kind_of, known_costs, main, measure, measure_asked
from core.runs.slots import Slot, claimed
from core.training.loop import train
from core.training.state import build_state
from core.variations import PLAIN

CONFIG = TrainConfig(model="compact", image_size=16, epochs=3, batch_size=8, train_per_class=20)

pytestmark = pytest.mark.usefixtures("runs_folder")


@pytest.fixture(autouse=True)
def measuring(monkeypatch):
    monkeypatch.setenv("GLASS_CNN_MEASURE", "1")
    monkeypatch.setattr(estimate, "MEASURED_SECONDS", 0.05)
    monkeypatch.setattr("core.runs.background.be_nice", lambda: None)


def test_a_process_measures_what_is_asked_and_then_it_is_known():
    other = CONFIG.replace(image_size=24)
    assert ask([CONFIG, other])
    assert ask([CONFIG, other])  # the same process is at it
    wait_for(lambda: kind_of(other) in known_costs(), "both are measured", 120)
    wait_for(lambda: not is_locked(estimate.folder() / "lock"), "its process lets go")
    costs = known_costs()
    assert all(cost and cost.step_seconds > 0 and cost.photo_seconds > 0 for cost in costs.values())
    assert len(costs) == 2
    written = (estimate.folder() / "known.json").stat().st_mtime_ns
    assert not ask([CONFIG, other])
    assert (estimate.folder() / "known.json").stat().st_mtime_ns == written


def test_what_changes_nothing_about_a_step_is_not_measured_again():
    same = CONFIG.replace(epochs=9, views=3, learning_rate=0.5, seed=4, train_per_class=77)
    assert kind_of(same) == kind_of(CONFIG)
    varied = CONFIG.replace(variations=PLAIN)
    assert kind_of(varied.replace(variations=["mirror"])) == kind_of(varied) != kind_of(CONFIG)
    for other in (
        CONFIG.replace(batch_size=4),
        CONFIG.replace(image_size=32),
        CONFIG.replace(model="lenet", image_size=32),
        CONFIG.replace(dtype="float64"),
        CONFIG.replace(engine="numpy"),
        CONFIG.replace(weight_average=0.9),
    ):
        assert kind_of(other) != kind_of(CONFIG)
    larger = varied.replace(image_size=64)
    assert kind_of(larger.replace(window=0.75)) != kind_of(larger)


def test_a_training_takes_so_many_steps_and_tests():
    cost = Cost(step_seconds=2.0, photo_seconds=0.5)
    config = CONFIG.replace(views=2)
    # 34 photos twice are 9 batches of 8, the last one smaller.
    assert cost.seconds(config, 34, 12) == 3 * (9 * 2.0 + 12 * 0.5)
    assert cost.seconds(config, 0, 0) == 0


def test_the_estimate_is_what_the_training_takes(monkeypatch):
    monkeypatch.setattr(estimate, "MEASURED_SECONDS", 1.0)
    config = CONFIG.replace(image_size=96, batch_size=16, variations=PLAIN, epochs=2)
    data = small_data(96, 32, 96)
    told = measure(config).seconds(config, len(data.train), len(data.test))
    started = time.perf_counter()
    list(train(build_state(config), data, config))
    taken = time.perf_counter() - started
    assert taken / 4 < told < taken * 4  # other things may happen on this machine meanwhile


@pytest.mark.parametrize("engine", ["numpy", "both"])
def test_every_engine_is_measured(engine):
    assert measure(CONFIG.replace(engine=engine)).step_seconds > 0


def test_nothing_is_measured_beside_a_training(monkeypatch):
    monkeypatch.setattr(estimate, "start_process", lambda *_: pytest.fail("started"))
    with claimed(Slot()) as slot:
        assert slot.take()
        assert not ask([CONFIG])
    monkeypatch.setenv("GLASS_CNN_MEASURE", "0")
    assert not ask([CONFIG])
    assert known_costs() == {}


def test_what_was_disturbed_is_not_remembered(monkeypatch):
    monkeypatch.setattr(estimate, "start_process", lambda *_: None)
    assert ask([CONFIG])
    slot = Slot()

    def begins_to_train(config):
        assert slot.take()
        return Cost(1, 1)

    monkeypatch.setattr(estimate, "measure", begins_to_train)
    with claimed(slot):
        measure_asked(estimate.folder())
    assert known_costs() == {}


def test_what_cannot_be_measured_is_not_asked_for_again(monkeypatch, capsys):
    monkeypatch.setattr(estimate, "start_process", lambda *_: None)

    def fails(_):
        raise MemoryError

    monkeypatch.setattr(estimate, "measure", fails)
    assert ask([CONFIG, RECIPES["article"]])
    assert main([str(estimate.folder())]) == 0
    assert set(known_costs().values()) == {None} and not ask([CONFIG])
    assert "MemoryError" in capsys.readouterr().err


def test_a_process_that_came_late_leaves_it_to_the_other(capsys):
    folder = estimate.folder()
    folder.mkdir(parents=True)
    with FileLock(folder / "lock"):
        assert main([str(folder)]) == 1
    assert "another process measures already" in capsys.readouterr().err


def test_a_file_that_is_torn_counts_as_nothing_known():
    estimate.folder().mkdir(parents=True)
    (estimate.folder() / "known.json").write_text('{"a": {"step')
    assert known_costs() == {} and os.listdir(estimate.folder()) == ["known.json"]
