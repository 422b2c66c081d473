"""Two networks on one photo: mistakes planted into a layer are found at that layer."""

import copy
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.architecture.library import NAMES, smallest_image_size
from core.compare.arrays import Outcome
from core.compare.network_words import network_report, table
from core.compare.networks import NetworksCompared
from core.compare.sides import compare_on_photo, load_side
from core.errors import ComparisonError, GlassError, ModelError
from core.exchange.onnx_file import onnx_bytes
from core.exchange.test_onnx_file import EVERY_KIND, classifier_of
from core.networks.classifier import Classifier
from core.networks.weight_files import write_weight_file

onnx = pytest.importorskip("onnx", reason="pip install -r requirements-export.txt")
pytest.importorskip("onnxruntime", reason="pip install -r requirements-export.txt")

SIDE = 33
NETWORK = """
conv 6 kernel 3 stride 2 padding 1
batchnorm
leaky relu 0.2
conv 8 kernel 3 padding 1
batchnorm
relu
maxpool 2
avgpool 2 stride 1
flatten
linear 16
tanh
linear 1
sigmoid
"""


@pytest.fixture(scope="module")
def ours() -> Classifier:
    return classifier_of(NETWORK, SIDE)


@pytest.fixture(scope="module")
def photo() -> bytes:
    import cv2

    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def by_torch(model: nn.Module, path: Path, side: int = SIDE, last: bool = False) -> Path:
    """Write a model as torch's own exporter does, batch norm worked into convolutions."""
    shape = (1, side, side, 3) if last else (1, 3, side, side)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model.eval(), (torch.zeros(shape),), str(path), dynamo=False)
    return path


def compared(ours, path: Path, photo: bytes, turned: bool = False) -> NetworksCompared:
    if turned:
        return compare_on_photo(load_side(path), ours, photo, ("theirs", "ours"))
    return compare_on_photo(ours, load_side(path), photo, ("ours", "theirs"))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_an_exported_preset_agrees_in_every_layer(tmp_path, photo, name, turned):
    side = smallest_image_size(name)
    assert side is not None
    classifier = classifier_of(name, side)
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_bytes(classifier))
    found = compared(classifier, path, photo, turned)
    assert found.outcome is not Outcome.DIFFERENT, network_report(found)
    layers = [layer for layer in classifier.model if not isinstance(layer, nn.Dropout)]
    assert len(found.layers) == len(layers) and all(each.by_itself for each in found.layers)


def test_every_kind_of_layer_is_paired_and_agrees(tmp_path, photo):
    classifier = classifier_of(EVERY_KIND, SIDE)
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_bytes(classifier))
    found = compared(classifier, path, photo)
    assert found.outcome is Outcome.ROUNDING, network_report(found)
    assert len(found.layers) == len(classifier.model) - 1  # dropout does nothing


@pytest.mark.parametrize("turned", [False, True])
def test_torchs_own_exporter_agrees_with_batch_norm_worked_in(tmp_path, ours, photo, turned):
    path = by_torch(ours.model, tmp_path / "theirs.onnx")
    found = compared(ours, path, photo, turned)
    assert found.outcome is Outcome.ROUNDING, network_report(found)
    assert "Conv 1 with Batch norm 1" in "\n".join(table(found))
    assert all(each.by_itself for each in found.layers)


def change(model: nn.Sequential, kind: str) -> nn.Module:
    """Plant a mistake."""
    model = copy.deepcopy(model)
    weights = model[3].state_dict()
    with torch.no_grad():
        if kind == "weight":
            model[3].get_parameter("weight")[5, 2, 1, 1] += 0.05
        elif kind == "bias":
            model[9].get_parameter("bias")[3] += 0.01
        elif kind == "slope":
            model[2] = nn.LeakyReLU(0.1)
        elif kind == "relu":
            model[2] = nn.ReLU()
        elif kind == "padding":
            model[3] = nn.Conv2d(6, 8, 3, padding=1, padding_mode="replicate")
            model[3].load_state_dict(weights)
        elif kind == "pooling":
            model[6] = nn.AvgPool2d(2)
        elif kind == "softplus":
            model[10] = nn.Softplus()
    return model


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("kind", "layer", "sentence"),
    [
        ("weight", "Conv 2", "lie in channel 5 of 8"),
        ("bias", "Linear 1", "Its bias differs in 1 of 16 numbers, by up to 0.01"),
        ("slope", "Leaky ReLU", "Its negative slope is"),
        ("relu", "Conv 2", "Between it and the pair of layers before"),
        ("padding", "Conv 2", "on the border, within the outermost cell (all four sides)"),
        ("pooling", "Average pool", "has Max pool"),
        ("softplus", "Linear 2", "has Softplus"),
    ],
)
def test_a_mistake_is_found_at_its_layer(tmp_path, ours, photo, kind, layer, sentence, turned):
    path = by_torch(change(ours.model, kind), tmp_path / "theirs.onnx")
    found = compared(ours, path, photo, turned)
    assert found.outcome is Outcome.DIFFERENT
    assert found.first is not None, network_report(found)
    assert layer in {
        found.first.ours.name.split(" with ")[0],
        found.first.theirs.name[: len(layer)],
    }
    assert sentence in network_report(found)


def test_other_settings_of_a_file_are_told(tmp_path, ours, photo):
    model = onnx.load_from_string(onnx_bytes(ours))
    norm = next(node for node in model.graph.node if node.op_type == "BatchNormalization")
    next(each for each in norm.attribute if each.name == "epsilon").f = 1e-3
    path = tmp_path / "theirs.onnx"
    onnx.save(model, path)
    found = compared(ours, path, photo)
    assert found.first is not None and found.first.ours.name == "Batch norm 1"
    assert "Its eps is 1e-05 in ours and 0.001 in theirs" in network_report(found)
    assert sum(each.parts for each in found.layers) == 1  # what follows is judged by itself


class Prepared(nn.Module):
    """A network that prepares its photo itself."""

    def __init__(self, model: nn.Module, *, bgr: bool) -> None:
        super().__init__()
        self.model, self.bgr = model, bgr

    def forward(self, x):
        if self.bgr:
            return self.model(x.permute(0, 3, 1, 2)[:, [2, 1, 0]])
        return self.model((x - 0.45) / torch.tensor([0.2, 0.25, 0.3])[:, None, None])


@pytest.mark.parametrize(
    ("bgr", "sentence", "inside"),
    [
        (False, "times a factor plus a constant, its own in each channel", "Sub and Div"),
        (True, "with its channels in reverse order", "Transpose and Gather"),
    ],
)
def test_a_file_that_prepares_the_photo_in_another_way_is_told(
    tmp_path, ours, photo, bgr, sentence, inside
):
    path = by_torch(Prepared(ours.model, bgr=bgr), tmp_path / "theirs.onnx", last=bgr)
    found = compared(ours, path, photo)
    assert found.entered.outcome is Outcome.DIFFERENT and found.first is None
    said = network_report(found)
    assert "part before their first layer" in said and sentence in said
    assert f"before its first layer it does {inside}" in said


def test_a_network_that_ends_earlier_is_told(tmp_path, ours, photo):
    path = by_torch(ours.model[:-1], tmp_path / "theirs.onnx")
    found = compared(ours, path, photo)
    assert found.first is None and found.outcome is Outcome.DIFFERENT
    assert "ours goes on with Sigmoid where theirs.onnx has ended" in network_report(found)


def test_a_network_that_is_built_in_another_way_is_told(tmp_path, ours, photo):
    other = classifier_of(NETWORK.replace("linear 16", "linear 12"), SIDE)
    found = compare_on_photo(ours, other, photo, ("ours", "theirs"))
    assert "The two are built differently: Linear 1 of ours, which gives out 16, has no" in (
        network_report(found)
    )


def test_a_layer_that_nobody_can_repeat_is_compared_as_it_came_out(tmp_path, photo):
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)

        def forward(self, x):
            y = self.one(x)
            return torch.erf(y + self.other(y))

    model = Residual()
    one = load_side(by_torch(model, tmp_path / "one.onnx"))
    with torch.no_grad():
        model.other.weight[1] += 0.5
    other = load_side(by_torch(model, tmp_path / "other.onnx"))
    same = compare_on_photo(one, one, photo, ("one", "same"))
    assert same.outcome is Outcome.EQUAL
    assert "not to be repeated on the same numbers" in network_report(same)
    found = compare_on_photo(one, other, photo, ("one", "other"))
    assert found.first is not None and found.first.ours.name == "Conv 2"
    assert "in channel 1 of 4" in network_report(found)


def test_weights_without_a_description_are_taken_for_what_they_fit(tmp_path, photo):
    from safetensors.numpy import save_file

    classifier = classifier_of("lenet", 32)
    weights = {name: array.numpy() for name, array in classifier.model.state_dict().items()}
    save_file(weights, tmp_path / "bare.safetensors")
    write_weight_file(tmp_path / "whole.safetensors", weights, classifier.facts)
    sides = [load_side(tmp_path / f"{name}.safetensors") for name in ("bare", "whole")]
    assert sides[0].image_size == sides[1].image_size == 32
    found = compare_on_photo(sides[0], sides[1], photo, ("bare", "whole"))
    assert found.outcome is Outcome.EQUAL
    save_file({"strange": np.ones(3, np.float32)}, tmp_path / "other.safetensors")
    with pytest.raises(ComparisonError, match=r"core\.take_in other\.safetensors --network"):
        load_side(tmp_path / "other.safetensors")


def test_photos_of_two_sizes_are_refused(ours, photo):
    other = classifier_of("lenet", 32)
    with pytest.raises(ComparisonError, match="ours takes photos of 33 pixels and theirs of 32"):
        compare_on_photo(ours, other, photo, ("ours", "theirs"))


@pytest.mark.parsers
def test_a_damaged_file_is_a_sentence(tmp_path, photo):
    classifier = classifier_of("conv 4 kernel 3\nrelu\nflatten\nlinear 1\nsigmoid", 16)
    content, path = onnx_bytes(classifier), tmp_path / "damaged.onnx"
    sentences = 0
    for seed in range(60):
        chance, damaged = np.random.default_rng(seed), np.frombuffer(content, np.uint8).copy()
        where = chance.integers(len(damaged), size=chance.integers(1, 7))
        damaged[where] = chance.integers(256, size=len(where))
        path.write_bytes(damaged.tobytes())
        try:
            compare_on_photo(classifier, load_side(path), photo, ("ours", "damaged"))
        except GlassError:
            sentences += 1
    assert sentences


def test_files_that_are_no_network_are_sentences(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"\x08\x07hello")
    with pytest.raises(ComparisonError, match=r"bad\.onnx is no ONNX file, or a damaged one"):
        load_side(tmp_path / "bad.onnx")
    with pytest.raises(ComparisonError, match=r"no\.onnx cannot be read: No such file"):
        load_side(tmp_path / "no.onnx")
    with pytest.raises(ModelError, match="does not exist"):
        load_side(tmp_path / "run")


def test_a_file_that_takes_no_photo_is_refused(tmp_path):
    by_torch_model = nn.Linear(4, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            by_torch_model, (torch.zeros(1, 4),), str(tmp_path / "rows.onnx"), dynamo=False
        )
    with pytest.raises(ComparisonError, match=r"takes tensor\(float\) of shape \[1, 4\]"):
        load_side(tmp_path / "rows.onnx")


def test_without_the_packages_it_says_how_to_get_them(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "core.compare.onnx_walk", raising=False)
    monkeypatch.delitem(sys.modules, "core.compare.onnx_modules", raising=False)
    with pytest.raises(GlassError, match=r"pip install -r requirements-export\.txt"):
        load_side(tmp_path / "model.onnx")
