import json
import shutil
import sys

import pytest
import torch
from safetensors.torch import save

from core.config import RECIPES, USUAL
from core.data.drawn import draw_pet
from core.errors import GlassError
from core.exchange.taking_weights import Wanted, described, fitting, keep_weights, shown_name
from core.export import main as export
from core.networks.build import build_model
from core.networks.classifier import Classifier
from core.networks.kept_weights import list_kept
from core.networks.weight_files import SHIPPED, sealed
from core.take_in import main as take_in

LENET = save(build_model("lenet", 32, seed=1).state_dict())


def test_what_is_kept_answers_and_is_listed_once(elsewhere):
    kept = keep_weights(LENET, "mine.safetensors", fitting(LENET, "mine"))
    again = keep_weights(LENET, "mine.safetensors", fitting(LENET, "mine"))
    assert [*list_kept()] == [kept.id] == [again.id] and kept.name == "mine, lenet"
    answer = Classifier.load(kept.path).classify_pixels(draw_pet("cat", 32, 0, 0))
    model = build_model("lenet", 32, seed=1).eval()
    with torch.no_grad():
        x = torch.tensor(answer.pixels).permute(2, 0, 1)[None] / 255
        assert answer.probability_one == pytest.approx(float(model(x)), abs=1e-6)
    kept.delete()
    assert not list_kept() and not kept.path.exists()


def test_our_own_description_brings_what_was_measured(elsewhere):
    content, beside = SHIPPED.read_bytes(), SHIPPED.with_suffix(".json").read_bytes()
    wanted, measured = described(content, SHIPPED.name, beside)
    kept = Classifier.load(keep_weights(content, SHIPPED.name, wanted, measured).path)
    shipped = Classifier.load()
    assert kept.certainty == shipped.certainty and kept.likeness is not None
    pixels = draw_pet("dog", kept.image_size, 0, 0)
    assert kept.classify_pixels(pixels).to_dict() == shipped.classify_pixels(pixels).to_dict()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sha256": "0" * 64}, "of other weights"),
        ({"accuracy": "best"}, "share from 0 to 1"),
        ({"accuracy": 7}, "share from 0 to 1"),
        ({"image_size": "96"}, "image_size in pixels"),
        (
            {"certainty": {"temperature": "hot", "error": 0, "error_before": 0, "band": {}}},
            "certai",
        ),
    ],
)
def test_a_description_is_not_believed(elsewhere, change, words):
    content = SHIPPED.read_bytes()
    record = json.loads(SHIPPED.with_suffix(".json").read_text()) | change
    with pytest.raises(GlassError, match=words):
        keep_weights(content, "w", *described(content, "w", json.dumps(sealed(record)).encode()))
    with pytest.raises(GlassError, match="damaged"):
        described(content, "w", json.dumps(record | {"epoch": 99}).encode())
    assert not list_kept()


def test_what_fits_nothing_asks_for_its_network():
    content = save({"conv1.weight": torch.ones(2, 3, 3, 3)})
    with pytest.raises(GlassError, match=r"the\s+first conv1\.weight\. Say which network"):
        fitting(content, "w")
    assert fitting(content, "w", "lenet") == Wanted("lenet", RECIPES[USUAL].image_size)


def test_only_so_many_are_kept(elsewhere, monkeypatch):
    monkeypatch.setattr("core.exchange.taking_weights.MOST_KEPT", 1)
    keep_weights(LENET, "a", Wanted("lenet", 32))
    keep_weights(LENET, "a", Wanted("lenet", 32))  # the same again
    with pytest.raises(GlassError, match="delete one first"):
        keep_weights(LENET, "a", Wanted("lenet", 32, ("wolf", "sheep")))
    keep_weights(LENET, "a", Wanted("lenet", 32, ("wolf", "sheep")), owner="another")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("../../etc/passwd.safetensors", "passwd"),
        ("C:\\x\\y.safetensors", "y"),
        ("a\nb", "a?b"),
        (".safetensors", "weights"),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_files_name_is_only_ever_shown(file, name):
    assert shown_name(file) == name


# The commands


def test_weights_go_in_by_command(elsewhere, tmp_path, capsys):
    path = tmp_path / "mine.safetensors"
    path.write_bytes(LENET)
    assert take_in([str(path)]) == 0
    assert "Taken in: mine, lenet, for photos of 32 pixels" in capsys.readouterr().out
    assert take_in([str(path), "--network", "article"]) == 2
    assert "which the file has not" in capsys.readouterr().err
    assert take_in([str(tmp_path / "nothing.safetensors")]) == 2
    shutil.copy(SHIPPED, tmp_path / "own.safetensors")
    shutil.copy(SHIPPED.with_suffix(".json"), tmp_path / "own.json")
    assert take_in([str(tmp_path / "own.safetensors")]) == 0
    (own,) = [kept for kept in list_kept().values() if kept.facts["file"] == "own"]
    assert (
        "certainty" in own.facts
        and own.facts["image_size"] == Classifier.load().facts["image_size"]
    )


def test_a_run_goes_out_and_in_by_command(trained, elsewhere, tmp_path, capsys):
    zipped, onnx = tmp_path / "run.ZIP", tmp_path / "run.onnx"
    assert export([str(trained.path), "--zip", str(zipped)]) == 0
    assert "The photos are not in it" in capsys.readouterr().out
    assert take_in([str(zipped)]) == 0
    said = capsys.readouterr().out
    assert "Taken in: A small one" in said and "did not come along" in said
    (tmp_path / "photos").mkdir()
    (run,) = elsewhere.glob("[0-9]*")
    assert take_in([str(run), "--photos", str(tmp_path / "photos")]) == 0
    assert take_in([str(run)]) == 2
    assert export([str(tmp_path), "--zip", str(tmp_path / "x.zip")]) == 2
    assert export([str(trained.path), "--zip", str(tmp_path / "no" / "x.zip")]) == 2
    assert export([str(trained.path), "--zip", str(tmp_path)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert all(str(tmp_path) in line and "could not be written" in line for line in said[-2:])
    pytest.importorskip("onnxruntime")
    assert export([str(trained.path), "--epoch", "1", "--onnx", str(onnx)]) == 0
    assert "P(cat) as float32" in capsys.readouterr().out and onnx.stat().st_size > 1000


def test_without_the_packages_the_command_says_how_to_get_them(trained, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "core.exchange.onnx_graph", raising=False)
    assert export([str(trained.path), "--onnx", "x.onnx"]) == 2
    assert "pip install -r requirements-export.txt" in capsys.readouterr().err
