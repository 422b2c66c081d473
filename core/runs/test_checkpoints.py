import numpy as np
import pytest

from core.errors import ModelError
from core.networks.weight_files import optimizer_path
from core.runs.checkpoints import Checkpoints, Position, thin

WEIGHTS = {"0.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "1.count": np.array(7)}
OPTIMIZER = {"0.exp_avg": np.ones((2, 3), np.float32), "0.step": np.array(4, np.float32)}


def save(checkpoints: Checkpoints, epoch: int, step: int = 0) -> None:
    checkpoints.save(Position(epoch, step), WEIGHTS, OPTIMIZER, {"state": {"epoch": epoch}})


def flip_a_bit(path, place: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "position", [Position(0), Position(5), Position(4, 62), Position(12345, 1)]
)
def test_a_position_survives_its_name(position):
    assert Position.of(position.name) == position


def test_positions_are_ordered_and_named_as_people_count():
    assert Position(4) < Position(4, 62) < Position(5)
    assert Position(4, 62).name == "epoch-0005-step-000062"
    assert Position.of("epoch-5") is None and Position.of("latest") is None


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path):
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    assert checkpoints.newest() is None
    transposed = {"0.weight": WEIGHTS["0.weight"].T}  # its memory is not in the order of its shape
    checkpoints.save(Position(1), transposed, OPTIMIZER, {"state": {"loss_sum": 0.1 + 0.2}})
    newest = checkpoints.newest()
    assert newest is not None and newest.position == Position(1)
    np.testing.assert_array_equal(newest.weights["0.weight"], WEIGHTS["0.weight"].T)
    np.testing.assert_array_equal(newest.optimizer["0.exp_avg"], OPTIMIZER["0.exp_avg"])
    assert newest.optimizer["0.step"].shape == ()
    assert newest.facts["state"]["loss_sum"] == 0.1 + 0.2


@pytest.mark.parametrize("suffix", [".safetensors", ".optimizer.safetensors", ".json"])
def test_a_flipped_bit_is_noticed_and_the_one_before_is_used(tmp_path, suffix):
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1)
    save(checkpoints, 2)
    flip_a_bit(tmp_path / f"epoch-0002{suffix}", -12)
    newest = checkpoints.newest()
    assert newest is not None and newest.position == Position(1)
    assert newest.optimizer  # so even then the run goes on exactly
    with pytest.raises(ModelError, match="damaged"):
        checkpoints.load(Position(2))


def test_weights_without_json_do_not_exist(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1)
    save(checkpoints, 2)
    (tmp_path / "epoch-0002.json").unlink()  # as if killed before the last file
    newest = checkpoints.newest()
    assert newest is not None and newest.position == Position(1)


def test_only_the_newest_optimizers_and_no_old_mid_epoch_checkpoint_are_kept(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for epoch in (1, 2, 3):
        save(checkpoints, epoch)
    save(checkpoints, 3, 10)
    save(checkpoints, 3, 20)
    assert checkpoints.positions() == [Position(1), Position(2), Position(3), Position(3, 20)]
    with_optimizer = [p for p in checkpoints.positions() if checkpoints.load(p).optimizer]
    assert with_optimizer == [Position(3), Position(3, 20)]
    assert not optimizer_path(tmp_path / "epoch-0004-step-000010.safetensors").exists()
    assert checkpoints.epochs() == [1, 2, 3]
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".tmp")]


def test_checkpoints_after_the_restored_one_are_removed(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for epoch in (1, 2, 3):
        save(checkpoints, epoch)
    checkpoints.remove_after(Position(1))
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "epoch-0001.json",
        "epoch-0001.safetensors",
    ]


def test_epochs_are_thinned_evenly_within_the_budget_and_the_newest_stays():
    sizes = {Position(epoch): 10 for epoch in range(1, 23)}
    gone = thin(sizes, 80)
    assert [position.epoch for position in sizes if position not in gone] == [4, 8, 12, 16, 20, 22]
    assert thin(sizes, 220) == [] and thin({}, 0) == []
    assert [p.epoch for p in sizes if p not in thin(sizes, 1)] == [22]


def test_the_best_epochs_are_never_thinned_away(tmp_path):
    sizes = {Position(epoch): 10 for epoch in range(1, 23)}
    assert [p.epoch for p in sizes if p not in thin(sizes, 1, best={3, 7})] == [3, 7, 22]
    best = [1]
    checkpoints = Checkpoints(tmp_path, 1, best=lambda: best)
    for epoch in range(1, 9):
        if epoch == 5:
            best[:] = [5]
        save(checkpoints, epoch)
    assert checkpoints.epochs() == [5, 8]


def test_thinning_as_the_run_goes_on_leaves_the_same_as_thinning_at_once(tmp_path):
    one = Checkpoints(tmp_path / "size")
    save(one, 1)
    budget = 5 * one.sizes()[Position(1)]
    checkpoints = Checkpoints(tmp_path / "checkpoints", budget)
    for epoch in range(1, 12):
        save(checkpoints, epoch)
        assert sum(checkpoints.sizes().values()) <= budget
    assert checkpoints.epochs() == [4, 8, 11]


def test_a_budget_that_was_set_holds_for_everyone_who_opens_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("core.runs.checkpoints.SMALLEST_BUDGET", 1)
    checkpoints = Checkpoints(tmp_path)
    for epoch in range(1, 9):
        save(checkpoints, epoch)
    size = checkpoints.sizes()[Position(1)]
    checkpoints.set_budget(4 * size)
    assert checkpoints.epochs() == [2, 4, 6, 8]
    worker = Checkpoints(tmp_path)
    assert worker.budget == 4 * size
    for epoch in (9, 10):
        save(worker, epoch)
    assert worker.epochs() == [4, 8, 9, 10]
    with pytest.raises(ModelError, match="at least"):
        checkpoints.set_budget(0)
    (tmp_path / "budget.json").write_text("{broken")
    assert checkpoints.budget == checkpoints.default_budget
