import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from core.config import TrainConfig
from core.data.drawn import draw_pet
from core.folders import unpacked_folder
from core.inspect import main
from core.runs.listing import create_run


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    for kind in ("cat", "dog"):
        folder = tmp_path / "photos" / f"{kind}s"
        folder.mkdir(parents=True)
        for i in range(6):
            Image.fromarray(draw_pet(kind, 32, 0, i)).save(folder / f"{i}.png")
    return tmp_path / "photos"


def test_a_good_folder_is_told_in_sentences(photos, capsys):
    assert main([str(photos), "--image-size", "32"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Class folders. There is no test split")
    assert "train: 5 of 5 cat photos used." in lines and "test: 1 of 1 dog photos used." in lines


def test_what_is_left_out_is_named_with_its_reason(photos, capsys):
    for i in range(30):
        (photos / "cats" / f"empty {i}.jpg").write_bytes(b"")
    (photos / "dogs" / "Thumbs.db").write_bytes(b"litter")
    assert main([str(photos), "--image-size", "32"]) == 1
    told = capsys.readouterr().out
    assert "(empty): This file is empty: it has 0 bytes." in told
    assert "and 10 more; --json lists all" in told
    assert "Skipped unopened: 1 litter files" in told


def test_json_is_one_object_with_everything(photos, capsys):
    (photos / "cats" / "a.jpg").write_bytes(b"\xff\xd8\xff")
    assert main([str(photos), "--image-size", "32", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["classes"] == ["dog", "cat"] and facts["image_size"] == 32
    assert sum(group["used"] for group in facts["groups"]) == 12
    assert [file["code"] for file in facts["left_out"]] == ["truncated"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/no/such/folder"], "no folder or zip /no/such/folder; the nearest"),
        (["drawn", "--image-size", "3"], "Image size must be a whole number from 16"),
        (["drawn", "--seed", "-1"], "Seed must be a whole number from 0"),
    ],
)
def test_wrong_use_is_two_and_a_sentence(arguments, sentence, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err and captured.out == ""
    assert main([*arguments, "--json"]) == 2
    assert sentence in json.loads(capsys.readouterr().out)["error"]


def test_the_command_itself_runs(photos):
    done = subprocess.run(
        [sys.executable, "-m", "core.inspect", str(photos), "--image-size", "32"],
        capture_output=True,
        text=True,
        env=os.environ | {"GLASS_CNN_CACHE": str(photos.parent / "cache")},
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "photos used" in done.stdout


@pytest.fixture
def pets(photos, tmp_path):
    return Path(shutil.make_archive(str(tmp_path / "pets"), "zip", photos))


def test_a_good_zip_is_told_as_its_folder(photos, pets, capsys):
    assert main([str(photos), "--image-size", "32"]) == 0
    told = capsys.readouterr().out
    for typed in (str(pets), f"'{pets}'", f"file://{pets}"):
        assert main([typed, "--image-size", "32"]) == 0
        assert capsys.readouterr().out == told
    assert main([str(pets), "--image-size", "32", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["source"] == str(pets) and facts["classes"] == ["dog", "cat"]


def test_a_bad_zip_is_two_and_the_sentence_with_its_code(pets, capsys):
    pets.write_bytes(pets.read_bytes()[:-30])
    assert main([str(pets), "--json"]) == 2
    captured = capsys.readouterr()
    facts = json.loads(captured.out)
    assert facts["code"] == "corrupt" and "pets.zip cannot be used: " in facts["error"]
    assert captured.err == f"error: {facts['error']}\n"
    assert main([str(pets)]) == 2
    assert capsys.readouterr() == ("", captured.err)


def test_inspecting_makes_room_but_for_what_runs_name(pets, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("core.data.zips.room.LIMIT_BYTES", 0)
    unpacked = unpacked_folder()
    assert main([str(pets), "--image-size", "32"]) == 0
    assert not [*unpacked.glob("*/zip.json")]
    create_run(TrainConfig(data=str(pets)))
    assert main([str(pets), "--image-size", "32"]) == 0
    assert len([*unpacked.glob("*/zip.json")]) == 1


def test_photos_that_show_the_same_and_odd_sizes_are_told(photos, capsys):
    shutil.copy(photos / "cats" / "0.png", photos / "dogs" / "both.png")
    wide = Image.fromarray(draw_pet("cat", 32, 5, 77)).resize((120, 40))
    wide.save(photos / "cats" / "wide.png")
    assert main([str(photos), "--image-size", "32"]) == 0
    told = capsys.readouterr().out
    assert "14 photos were compared with one another." in told
    assert "1 photo too many, since others show the same:" in told
    assert "cats/wide.png has 120 x 40 pixels: 3.0 times as wide as high" in told
    (same,) = (line for line in told.splitlines() if "The same file, twice, with both" in line)
    assert "cats/0.png" in same and "dogs/both.png" in same
    assert main([str(photos), "--image-size", "32", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [each["likeness"] for each in facts["findings"]["alike"]] == ["the same file"]
    assert [each["photo"]["name"] for each in facts["findings"]["odd"]] == ["cats/wide.png"]
    assert facts["changes"] == {"left_out": [], "turned_over": []}


def test_what_is_changed_is_kept_told_and_taken_back(photos, capsys):
    before = {path: path.stat().st_mtime_ns for path in photos.rglob("*")}
    command = [str(photos), "--image-size", "32"]
    change = ["--leave-out", "cats/0.png", "cats/1.png", "--turn-over", "dogs/2.png"]
    assert main([*command, *change]) == 0
    words = "By the list of what was changed: 2 photos left out and 1 label turned over."
    assert words in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    changed = {"left_out": ["cats/0.png", "cats/1.png"], "turned_over": ["dogs/2.png"]}
    assert facts["changes"] == changed
    assert sum(group["found"] for group in facts["groups"]) == 10
    assert main([*command, "--as-found"]) == 0
    assert "changed" not in capsys.readouterr().out
    assert main([*command, "--take-back", *changed["left_out"], "dogs/2.png"]) == 0
    assert "changed" not in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in photos.rglob("*")} == before


def test_only_photos_of_the_source_can_be_changed(photos, capsys):
    assert main([str(photos), "--leave-out", "cats/99.png"]) == 2
    sentence = "There is no photo cats/99.png in"
    assert sentence in capsys.readouterr().err
    assert main([str(photos), "--leave-out", "cats/1.png", "--turn-over", "cats/1.png"]) == 2
    assert "cats/1.png must be named once" in capsys.readouterr().err
    assert main(["drawn", "--leave-out", "cat 1"]) == 2
    assert "Drawn pets are what they are" in capsys.readouterr().err


def test_labels_that_look_wrong_to_a_network_are_told(bright_cats, by_brightness, capsys):
    command = [str(bright_cats), "--image-size", "32", "--run", str(by_brightness)]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "is at least 90 % sure that these labels are wrong:" in told
    assert "  test/cats/2.png: 100.0 % sure that it is a dog." in told
    assert "learnt by heart" in told
    assert main([*command, "--turn-over", "test/cats/2.png"]) == 0
    assert "is nowhere sure of the other class." in capsys.readouterr().out
    assert main([*command, "--json", "--as-found"]) == 0
    labels = json.loads(capsys.readouterr().out)["labels"]
    assert [each["photo"]["name"] for each in labels["photos"]] == ["test/cats/2.png"]


def test_a_network_that_cannot_be_asked_is_a_sentence(photos, capsys):
    assert main([str(photos), "--image-size", "32", "--run", "/no/such/run"]) == 2
    assert "/no/such/run does not exist" in capsys.readouterr().err
