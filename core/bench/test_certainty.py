import re

import cv2
import numpy as np
import pytest

from core.bench import certainty as bench
from core.config import TrainConfig
from core.data.neither import KEPT_OUT
from core.networks.weight_files import read_weight_file, write_weight_file
from core.runs.listing import create_run
from core.runs.worker import Worker

CONFIG = TrainConfig(
    model="compact",
    image_size=16,
    epochs=1,
    batch_size=8,
    train_per_class=12,
    test_per_class=6,
)


pytestmark = pytest.mark.usefixtures("runs_folder")


@pytest.fixture(autouse=True)
def few_drawings(monkeypatch):
    monkeypatch.setattr(bench, "DRAWINGS", 5)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run, which no test changes."""
    folder = tmp_path_factory.mktemp("certainty")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(folder / "runs"))
        patch.setenv("GLASS_CNN_CACHE", str(folder / "cache"))
        run = create_run(CONFIG, "small")
        list(Worker(run).events())
    return run


def test_everything_is_measured_and_every_family_has_its_row(run, tmp_path, capsys):
    folder = tmp_path / "other"
    folder.mkdir()
    cv2.imwrite(str(folder / "grey.png"), np.full((20, 20, 3), 90, np.uint8))
    (folder / "notes.txt").write_text("no picture")
    arguments = ["--model", str(run.path), "--data", "drawn", "--each", "2"]
    assert bench.main([*arguments, "--all", "--photos-of-neither", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "small: " in told and "of 20 photos are answered rightly" in told
    assert "Expected calibration error, 15 bins: 0." in told
    assert "Band: right 98% (not reached on its validation photos), from a certainty of 98%" in told
    rows = re.findall(
        r"^\| ([a-z ]+?) +\| +(\d+) \| +([\d.]+)% \| +([\d.]+)% \| +([\d.]+)% \|$", told, re.M
    )
    counts = {name: int(count) for name, count, *_ in rows}
    assert counts["photos of the two classes"] == 20 and counts["other"] == 1
    assert counts["all families together"] == 2 * len(KEPT_OUT)
    assert all(counts[family] == 2 for family in KEPT_OUT)
    for _, _, unlike, unsure, declined in rows:
        assert float(declined) == pytest.approx(float(unlike) + float(unsure), abs=0.11)


def test_older_weights_say_what_they_lack(run, tmp_path, capsys):
    weights, facts = read_weight_file(run.checkpoints.path(run.checkpoint().position))
    bare = {name: facts[name] for name in ("network", "image_size", "classes")}
    write_weight_file(tmp_path / "old.safetensors", weights, bare)
    path = str(tmp_path / "old.safetensors")
    assert bench.main(["--model", path, "--data", "drawn", "--each", "1"]) == 0
    told = capsys.readouterr().out
    assert "keep neither a temperature nor a band" in told
    assert "do not answer the second question" in told


def test_what_is_not_there_is_told(run, tmp_path, capsys):
    for arguments in (
        ["--model", str(tmp_path / "gone"), "--data", "drawn"],
        ["--model", str(run.path), "--data", str(tmp_path / "gone")],
    ):
        assert bench.main(arguments) == 2
        assert capsys.readouterr().err.startswith("error: ")
