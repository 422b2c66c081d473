import json
import os
import subprocess
import sys

import pytest
from PIL import Image

from core.data.drawn import draw_pet
from core.inspect import main


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
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
        (["/no/such/folder"], "not '/no/such/folder'"),
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
