"""Training on few photos that were dropped here, until they are deleted."""

import pytest

from core.config import RECIPES
from core.data.collection.conftest import fill
from core.data.collection.store import Collection, delete, make_collection
from core.runs.listing import list_runs, runs_on
from core.runs.run import Run
from core.train import main

pytestmark = pytest.mark.usefixtures("runs_folder", "no_likeness")
SMALL = ["--model", "compact", "--image-size", "16", "--batch-size", "8", "--vary"]


@pytest.fixture
def pets(runs_folder) -> Collection:
    return make_collection("My pets", ("cat", "dog"))


@pytest.mark.parametrize("recipe", RECIPES)
def test_ten_a_class_are_enough_for_every_recipe(pets, recipe, capsys):
    fill(pets, 10)
    small = ["--image-size", "96" if recipe == "article" else "48"]
    assert main(["--data", "photos:my pets", "--recipe", recipe, "--epochs", "2", *small]) == 0
    assert "16 photos to train on, 4 to test on: dog and cat" in capsys.readouterr().out
    (run,) = runs_on(str(pets.path))
    assert run.config.batch_size >= 16 and run.status().state == "finished"
    assert run.log.epochs()[-1].epoch == 2


@pytest.mark.parametrize("count", [10, 11, 17, 20])
def test_every_number_of_photos_can_be_cut_into_batches(pets, count, capsys):
    fill(pets, count)
    for batch in (2, 16, 64):
        options = ["--data", str(pets.path), *SMALL, "--epochs", "1", "--batch-size", str(batch)]
        assert main(options) == 0
    assert len(list_runs()) == 3


def test_a_run_whose_photos_were_deleted_says_so_and_goes_on_when_they_are_back(
    pets, tmp_path, capsys
):
    fill(pets, 10)
    place = ["--run-dir", str(tmp_path / "run")]
    assert main(["--data", "photos:My pets", *SMALL, "--epochs", "1", *place]) == 0
    delete(pets)
    again = ["--resume", "--epochs", "2", *place]
    assert main(again) == 1
    told = "The photos that were dropped here as My pets were deleted; dropped again under"
    assert told in capsys.readouterr().err
    message = Run(tmp_path / "run").status().message
    assert told in message and "Put it back there" not in message
    fill(make_collection("My pets", ("cat", "dog")), 12)
    assert main(again) == 0
    assert "The data has changed since this run was begun." in capsys.readouterr().out


def test_too_few_and_unknown_ones_are_told_before_or_instead_of_a_training(pets, tmp_path, capsys):
    fill(pets, 9)
    assert main(["--data", "photos:My dogs", *SMALL]) == 2
    assert "under the name 'My dogs'; there is My pets." in capsys.readouterr().err
    assert main(["--data", "photos:My pets", *SMALL, "--run-dir", str(tmp_path / "run")]) == 1
    assert "1 of cat and 1 of dog are missing" in capsys.readouterr().err
