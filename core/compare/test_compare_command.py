"""``python -m core.compare``: what it prints, and its exit codes."""

import json

import cv2
import numpy as np
import pytest

from core.compare.__main__ import main
from core.compare.conftest import added_up, windows
from core.exchange.onnx_file import onnx_bytes
from core.exchange.test_onnx_file import classifier_of
from core.networks.weight_files import write_weight_file


@pytest.fixture
def files(tmp_path, monkeypatch, layer, y):
    """Give a folder with a layer's arrays, its output, and that output added up otherwise."""
    monkeypatch.chdir(tmp_path)
    ours = added_up(np.stack([windows(each, layer.weight, 1, 1) for each in layer.x]))
    wrong = ours.copy()
    wrong[0, 3] += 0.5
    named = {"ours": ours, "theirs": y, "wrong": wrong, "x": layer.x, "w": layer.weight}
    for name, array in named.items():
        np.save(f"{name}.npy", array)
    return tmp_path


LAYER = ["--layer", "conv", "--input", "x.npy", "--weight", "w.npy", "--padding", "1"]


@pytest.mark.parametrize("known", [[], ["--terms", "54"], LAYER])
def test_rounding_is_0_and_a_mistake_is_1(files, capsys, known):
    assert main(["ours.npy", "theirs.npy", *known]) == 0
    said = capsys.readouterr().out
    assert "ours.npy    float32, 2 x 8 x 16 x 16" in said
    assert "Rounding explains every difference." in said and "For a bug report:" in said
    assert main(["wrong.npy", "theirs.npy", *known]) == 1
    said = capsys.readouterr().out
    assert "This is not rounding: 256 of 4,096 numbers are further apart" in said
    assert "All of them lie in image 0 of 2 and channel 3 of 8 (counted" in said


def test_a_layer_says_which_of_the_two_is_right(files, capsys):
    assert main(["wrong.npy", "theirs.npy", *LAYER]) == 1
    assert "theirs.npy is what torch makes of the input" in capsys.readouterr().out


def test_json_is_one_object(files, capsys):
    broken = np.load("ours.npy")
    broken[0, 0, 0, 0] = np.inf
    np.save("broken.npy", broken)
    assert main(["broken.npy", "theirs.npy", "--json", *LAYER]) == 1
    values = json.loads(capsys.readouterr().out)
    assert values["outcome"] == "different" and values["beyond"] == 1
    assert values["worst"] == [0, 0, 0, 0] and values["ours"] is None
    assert values["units"] is None and values["allowed"] == 55
    assert values["report"].startswith("broken.npy and theirs.npy (float32, 2 x 8 x 16 x 16 each)")


def test_other_shapes_are_1(files, capsys):
    np.save("last.npy", np.load("theirs.npy").transpose(0, 2, 3, 1))
    assert main(["last.npy", "theirs.npy"]) == 1
    assert "transpose it" in capsys.readouterr().out
    assert main(["last.npy", "theirs.npy", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["outcome"] == "different"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ours.npy", "no.npy"], "no.npy cannot be read: No such file or directory."),
        (["ours.npy", "photo.jpg"], "Two .npy files are expected, or two networks and a photo"),
        (["ours.npy", "theirs.npy", "--input", "x.npy"], "--input is for --layer conv"),
        (["ours.npy", "theirs.npy", "--layer", "conv"], "--layer takes the arrays that came in"),
        (["ours.npy", "theirs.npy", *LAYER, "--terms", "3"], "--layer or --terms, not both"),
        (["ours.npy", "theirs.npy", *LAYER, "--stride", "2"], "look at stride, padding"),
        (["a.onnx", "b.onnx", "photo.jpg", "--terms", "3"], "networks know theirs"),
        (["no-run", "no-run", "photo.jpg"], "no-run does not exist"),
    ],
)
def test_wrong_use_is_2_and_a_sentence(files, capsys, arguments, sentence):
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and sentence in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["ours.npy"],
        ["a", "b", "c", "d"],
        ["a.npy", "b.npy", "--terms", "0"],
        ["a.npy", "b.npy", "--terms", "many"],
        ["a.npy", "b.npy", "--stride", "0"],
        ["a.npy", "b.npy", "--padding", "1x2x3"],
        ["a.npy", "b.npy", "--layer", "pool"],
    ],
)
def test_arguments_that_cannot_be_are_2(files, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "core.compare: error:" in capsys.readouterr().err


def test_two_networks_and_a_photo(tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnxruntime", reason="pip install -r requirements-export.txt")
    monkeypatch.chdir(tmp_path)
    classifier = classifier_of("lenet", 32)
    weights = {name: each.numpy().copy() for name, each in classifier.model.state_dict().items()}
    write_weight_file(tmp_path / "ours.safetensors", weights, classifier.facts)
    (tmp_path / "model.onnx").write_bytes(onnx_bytes(classifier))
    cv2.imwrite("photo.png", np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8))
    assert main(["model.onnx", "ours.safetensors", "photo.png"]) == 0
    said = capsys.readouterr().out
    assert "the photo, prepared" in said and "The two agree in every layer" in said
    assert main(["model.onnx", "ours.safetensors", "none.png"]) == 2
    assert "There is no photo none.png." in capsys.readouterr().err

    last = list(weights)[-1]
    weights[last] = weights[last] + np.float32(0.01)
    write_weight_file(tmp_path / "other.safetensors", weights, classifier.facts)
    assert main(["ours.safetensors", "other.safetensors", "photo.png", "--json"]) == 1
    values = json.loads(capsys.readouterr().out)
    assert values["outcome"] == "different" and values["parts_at"] == ["Linear 3", "Linear 3"]
    assert [each["outcome"] for each in values["layers"]].count("different") == 1
    assert "Its bias differs in 1 of 1 numbers, by up to 0.01" in values["report"]
