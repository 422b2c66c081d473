import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import DTypeLike

from core import numpy_nn
from core.networks.build import build_model
from core.numpy_nn import Sequential, build_network, describe, initialise
from core.numpy_nn.article_network import article_description
from core.numpy_nn.description import Description
from core.numpy_nn.initialisations import INITIALISATIONS

SMALL: list[dict[str, Any]] = [
    {"type": "Conv2d", "in_channels": 3, "out_channels": 16, "kernel_size": 3},
    {"type": "BatchNorm2d", "num_features": 16},
    {"type": "ReLU"},
    {"type": "AdaptiveAvgPool2d", "output_size": 1},
    {"type": "Flatten"},
    {"type": "Linear", "in_features": 16, "out_features": 1},
]


def to_torch(weights: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.array(array)) for name, array in weights.items()}


def from_torch(state: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in state.items()}


def drawn_network(
    description: Description, dtype: DTypeLike = np.float32, **keywords: Any
) -> Sequential:
    network = build_network(description, dtype)
    initialise(network, **keywords)
    return network


def small_network(**keywords: Any) -> Sequential:
    return drawn_network(SMALL, **keywords)


@pytest.mark.parametrize(("preset", "size"), [("article", 224), ("article", 80), ("compact", 64)])
def test_weights_go_both_ways(preset: str, size: int) -> None:
    model = build_model(preset, size, seed=1)
    network = build_network(describe(model))
    network.load_weights(from_torch(model.state_dict()))
    assert list(network.weights()) == list(model.state_dict())
    x = np.random.default_rng(0).uniform(size=(2, 3, size, size)).astype(np.float32)
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(network.eval().forward(x), expected, atol=1e-5)

    other = build_model(preset, size, seed=2)
    other.load_state_dict(to_torch(network.weights()))
    for name, tensor in other.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name])


@pytest.mark.parametrize("size", [80, 224])
def test_the_articles_network_is_torchs(size: int) -> None:
    model = build_model("article", size)
    network = numpy_nn.article_network(size)
    for ours, theirs in zip(describe(network), describe(model), strict=True):
        assert ours["type"] == theirs["type"]
        for name, value in theirs.items():
            assert ours[name] == value or (ours[name],) * 2 == value
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert shapes == {name: array.shape for name, array in network.weights().items()}


def test_descriptions_go_through_json() -> None:
    description = describe(build_model("compact", 64))
    again = describe(build_network(json.loads(json.dumps(description))))
    assert json.dumps(again) == json.dumps(description)


def test_any_flat_torch_network_is_built_again() -> None:
    model = torch.nn.Sequential(
        torch.nn.Conv2d(4, 8, 3, padding="same", groups=4, bias=False),
        torch.nn.BatchNorm2d(8, eps=1e-3, momentum=0.2),
        torch.nn.AvgPool2d(2, ceil_mode=True),
        torch.nn.ConvTranspose2d(8, 4, 2, stride=2),
        torch.nn.AdaptiveAvgPool2d((3, None)),
        torch.nn.Flatten(),
        torch.nn.Linear(4 * 3 * 10, 2, bias=False),
    ).eval()
    network = build_network(describe(model)).eval()
    network.load_weights(from_torch(model.state_dict()))
    x = np.random.default_rng(0).normal(size=(2, 4, 9, 9)).astype(np.float32)
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(network.forward(x), expected, atol=1e-5)


def test_what_cannot_be_built_is_refused() -> None:
    with pytest.raises(ValueError, match=r"type must be one of .*Conv2d.*, not 'ELU'"):
        describe(torch.nn.Sequential(torch.nn.ELU()))
    with pytest.raises(ValueError, match="Conv2d must have padding_mode 'zeros', not 'reflect'"):
        describe([torch.nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect")])
    with pytest.raises(ValueError, match=r"layer 0, ReLU, must have arguments of .* not .*slope"):
        build_network([{"type": "ReLU", "slope": 0.1}])
    with pytest.raises(ValueError, match="in_channels must be divisible by groups"):
        build_network(
            [{"type": "Conv2d", "in_channels": 3, "out_channels": 4, "kernel_size": 1, "groups": 2}]
        )
    with pytest.raises(ValueError, match=r"image_size must be at least 80 .* not 79"):
        numpy_nn.article_network(79)
    with pytest.raises(ValueError, match=r"init must be one of xavier_normal, .* not 'zeros'"):
        small_network(init="zeros")


def test_weights_that_do_not_fit_are_refused_and_change_nothing() -> None:
    network = small_network(seed=0)
    weights, other = network.weights(), small_network(seed=1).weights()
    renamed = other | {"99.weight": other["0.weight"]}
    del renamed["0.weight"]
    reshaped = other | {"0.weight": other["0.weight"][:, :2]}
    with pytest.raises(ValueError, match=r"missing are \['0.weight'\], unknown"):
        network.load_weights(renamed)
    with pytest.raises(ValueError, match=r"0.weight must have the shape \(16, 3, 3, 3\), not"):
        network.load_weights(reshaped)
    for name, array in network.weights().items():
        np.testing.assert_array_equal(array, weights[name])


def test_weights_are_copies_in_both_directions() -> None:
    network = small_network()
    given = network.weights()
    network.load_weights(given)
    given["0.weight"][:] = 7
    assert not np.any(network.params["0.weight"] == 7)
    network.weights()["0.weight"][:] = 7
    assert not np.any(network.params["0.weight"] == 7)


@pytest.mark.parametrize("init", INITIALISATIONS)
def test_initialisations_have_the_mean_and_spread_of_torchs(init: str) -> None:
    network = drawn_network(article_description(80), np.float64, init=init, seed=3)
    again = drawn_network(article_description(80), np.float64, init=init, seed=3)
    theirs = from_torch(build_model("article", 80, init, seed=3).state_dict())
    for name, ours in network.weights().items():
        np.testing.assert_array_equal(ours, again.weights()[name])
        assert ours.shape == theirs[name].shape
        # ten standard errors of a normal sample's mean and standard deviation, and float32
        margin = 10 * theirs[name].std() / np.sqrt(ours.size) + 1e-6
        assert abs(ours.mean() - theirs[name].mean()) <= 1.5 * margin
        assert abs(ours.std() - theirs[name].std()) <= margin


def test_building_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(*_: object) -> None:
        pytest.fail("a number was drawn")

    monkeypatch.setattr(np.random, "default_rng", draw)
    network = build_network(article_description(224))
    for array in network.params.values():
        assert len(np.unique(array)) == 1
    with pytest.raises(pytest.fail.Exception, match="drawn"):
        initialise(network)


def test_initialise_depends_on_the_seed_only() -> None:
    network = small_network(seed=1)
    before = network.weights()
    initialise(network, seed=2)
    assert not np.array_equal(before["0.weight"], network.params["0.weight"])
    initialise(network, seed=1)
    np.testing.assert_array_equal(before["0.weight"], network.params["0.weight"])


def test_input_gradient_and_the_short_way_without_it() -> None:
    network = small_network(dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(2, 3, 16, 16))
    network.forward(x)
    assert network.backward(np.ones((2, 1))).shape == x.shape
    grads = network.grads
    network.backward_parameters(np.ones((2, 1)))
    assert grads.keys() == network.params.keys()
    for name, gradient in network.grads.items():
        np.testing.assert_array_equal(gradient, grads[name])


def test_the_package_runs_without_torch() -> None:
    code = "import core.numpy_nn, sys; sys.exit('torch' in sys.modules or 'cv2' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
