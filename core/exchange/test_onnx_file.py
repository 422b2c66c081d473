import json
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from core.architecture.conftest import networks
from core.architecture.layers import every_kind
from core.architecture.library import NAMES, smallest_image_size, text_of
from core.architecture.text import Layers, write
from core.errors import ExchangeError
from core.exchange import onnx_file
from core.exchange.onnx_file import INPUT, TOLERANCE, onnx_bytes
from core.networks.build import build_model
from core.networks.classifier import Classifier

onnx = pytest.importorskip("onnx", reason="pip install -r requirements-export.txt")
onnxruntime = pytest.importorskip("onnxruntime", reason="pip install -r requirements-export.txt")

EVERY_KIND = """
conv 8 kernel 3 stride 2 padding 1
batchnorm
relu
conv 6 kernel 3x5 padding same dilation 2 groups 2 bias off
leaky relu 0.2
conv depthwise kernel 3 padding 1
tanh
maxpool 3 stride 2 padding 1
avgpool 2 stride 1 padding 1
dropout 0.3
adaptive avgpool 3x2
flatten
linear 5 bias off
sigmoid
linear 1
sigmoid
"""


SIDE = 32
"""Pixels of the small network's photos."""


def classifier_of(network: str, side: int, **facts: object) -> Classifier:
    """Make a network whose biases and statistics are no longer what they begin with."""
    model = build_model(network, side, seed=1)
    torch.manual_seed(0)
    for name, tensor in model.state_dict().items():
        if tensor.ndim == 1:
            tensor += 0.1 * (torch.rand_like(tensor) if "var" in name else torch.randn_like(tensor))
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    known = {"network": network, "image_size": side, "classes": ["dog", "cat"]}
    return Classifier(weights, known | facts, "weights of a test")


def asked(content: bytes, photos: np.ndarray) -> np.ndarray:
    """Return what onnxruntime says to photos (N, S, S, 3) uint8."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {INPUT: photos})[0])


def noise(count: int, side: int) -> np.ndarray:
    shape = (count, side, side, 3)
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


def answers_alike(classifier: Classifier, count: int = 3) -> None:
    """The file says of photos that were not asked in its own check what the network says."""
    photos = noise(count, classifier.image_size)
    given = asked(onnx_bytes(classifier), photos)
    expected = [classifier.classify_pixels(photo).probability_one for photo in photos]
    assert given.shape == (count, 1) and given.dtype == np.float32
    np.testing.assert_allclose(given[:, 0], expected, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_answers_the_same(name):
    side = smallest_image_size(name)
    assert side is not None
    answers_alike(classifier_of(name, side))


def test_every_kind_of_layer_is_written():
    text = text_of(EVERY_KIND)
    assert all(kind.word in text for kind in every_kind())
    answers_alike(classifier_of(text, 33))


@settings(max_examples=max(15, settings().max_examples // 5), deadline=None, derandomize=True)
@given(networks())
def test_every_legal_network_answers_the_same(network: tuple[Layers, int]) -> None:
    answers_alike(classifier_of(write(network[0]), 20), count=1)


@pytest.mark.parametrize("mistakes", [["bgr"], ["reshape"], ["reshape", "bgr"]])
def test_what_was_done_to_pixels_in_training_is_in_the_graph(mistakes):
    plain, mistaken = classifier_of("lenet", SIDE), classifier_of("lenet", SIDE, mistakes=mistakes)
    answers_alike(mistaken)
    photos = noise(2, SIDE)
    assert np.abs(asked(onnx_bytes(plain), photos) - asked(onnx_bytes(mistaken), photos)).max() > 0


def test_the_temperature_is_in_it_and_the_band_is_told():
    band = {"certainty": 0.93, "target": 0.98, "photos": 400, "answered": 0.6}
    band |= {"right": 0.98, "reached": True}
    certainty = {"temperature": 2.0, "error_before": 0.1, "error": 0.02, "band": band}
    cooled = classifier_of("lenet", SIDE, certainty=certainty)
    answers_alike(cooled)
    assert "from a certainty of 93.0 % on" in metadata_of(onnx_bytes(cooled))["description"]


def metadata_of(content: bytes) -> dict[str, str]:
    return {each.key: each.value for each in onnx.load_from_string(content).metadata_props}


def test_the_file_says_what_goes_in_and_what_comes_out():
    content = onnx_bytes(classifier_of("lenet", SIDE, accuracy=0.875))
    model, facts = onnx.load_from_string(content), metadata_of(content)
    assert [each.version for each in model.opset_import] == [17] == [int(facts["opset"])]
    assert f"uint8 in RGB, shape (N, {SIDE}, {SIDE}, 3)" in facts["input"]
    assert "P(cat)" in facts["output"] and json.loads(facts["classes"]) == ["dog", "cat"]
    assert facts["network"] == text_of("lenet") and facts["test_accuracy"] == "87.5 %"
    assert facts["image_size"] == str(SIDE) and "weights of a test" in facts["weights"]


def test_a_layer_that_is_unknown_is_refused_by_its_name():
    classifier = classifier_of("lenet", SIDE)
    classifier.model[1] = nn.Softplus()
    with pytest.raises(ExchangeError, match="Layer 2, Softplus, cannot be written as ONNX"):
        onnx_bytes(classifier)


def test_a_file_that_answers_otherwise_is_not_handed_out(monkeypatch):
    classifier = classifier_of("lenet", SIDE)
    wrong = classifier_of("lenet", SIDE)
    with torch.no_grad():
        wrong.model[-2].get_parameter("bias").add_(0.01)
    content = onnx_bytes(classifier)
    with pytest.raises(ExchangeError, match="was not handed out"):
        onnx_file.check_answers(content, wrong)


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_without_the_packages_it_says_how_to_get_them(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "core.exchange.onnx_graph", raising=False)
    with pytest.raises(ExchangeError, match=r"pip install -r requirements-export\.txt"):
        onnx_bytes(classifier_of("lenet", SIDE))
