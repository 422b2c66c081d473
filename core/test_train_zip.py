"""Training on a zip from the command line, until it moves away and comes back."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from core.data.drawn import draw_pet
from core.folders import unpacked_folder
from core.runs.run import Run
from core.train import main

SMALL = ["--model", "compact", "--image-size", "16", "--batch-size", "8", "--vary"]


@pytest.fixture
def pets(tmp_path, runs_folder) -> Path:
    for kind in ("cat", "dog"):
        folder = tmp_path / "photos" / f"{kind}s"
        folder.mkdir(parents=True)
        for number in range(9):
            Image.fromarray(draw_pet(kind, 24, 0, number)).save(folder / f"{number}.png")
    path = Path(shutil.make_archive(str(tmp_path / "my pets"), "zip", tmp_path / "photos"))
    shutil.rmtree(tmp_path / "photos")
    return path


def test_a_run_records_the_zip_and_goes_on_while_it_is_there(pets, tmp_path, monkeypatch, capsys):
    place = ["--run-dir", str(tmp_path / "run")]
    monkeypatch.chdir(tmp_path)
    assert main([*SMALL, "--data", "'my pets.zip'", "--epochs", "1", *place]) == 0
    run = Run(tmp_path / "run")
    assert run.config.data == run.record["source"] == str(pets)
    assert run.name == "run" and "14 photos to train on, 4 to test on" in capsys.readouterr().out
    shutil.rmtree(unpacked_folder())
    again = ["--resume", *place, "--epochs", "2"]
    moved = pets.rename(tmp_path / "elsewhere.zip")
    assert main(again) == 1
    told = capsys.readouterr()
    assert f"There is no zip {pets}; the nearest folder that exists is {tmp_path}." in told.err
    assert "Put it back there, and the run can go on." in run.status().message
    moved.rename(pets)
    assert main([*again, "--data", f"file://{str(pets).replace(' ', '%20')}"]) == 0
    assert len(run.log.epochs()) == 2


def test_a_zip_that_cannot_be_used_ends_the_run_with_its_sentence(pets, tmp_path, capsys):
    pets.write_bytes(pets.read_bytes()[:-40])
    place = ["--run-dir", str(tmp_path / "run")]
    assert main([*SMALL, "--data", str(pets), "--epochs", "1", *place]) == 1
    assert "my pets.zip cannot be used: its list of files is damaged" in capsys.readouterr().err
    assert Run(tmp_path / "run").status().state == "failed"


def test_a_source_that_is_none_is_refused_before_a_run_is_made(pets, tmp_path, capsys):
    place = ["--run-dir", str(tmp_path / "run")]
    assert main([*SMALL, "--data", str(tmp_path / "gone" / "pets.zip"), *place]) == 2
    assert f"nearest folder that exists is {tmp_path}." in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
