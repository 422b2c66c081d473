"""One contract for every layer: a new layer is a new row."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import DTypeLike

from core.networks.dropout import Dropout
from core.numpy_nn import Layer, build_network
from core.numpy_nn.conftest import check_gradient, finite_differences
from core.numpy_nn.layers import LAYERS

Row = tuple[str, dict[str, Any], tuple[int, ...], tuple[int, ...]]
"""A layer, its arguments, and the shapes of its input and output."""

ROWS: list[Row] = [
    ("Conv2d", {"in_channels": 2, "out_channels": 3, "kernel_size": 3}, (2, 2, 5, 4), (2, 3, 3, 2)),
    (
        "Conv2d",
        {
            "in_channels": 4,
            "out_channels": 6,
            "kernel_size": (3, 2),
            "stride": (2, 1),
            "padding": (0, 1),
            "dilation": (1, 2),
            "groups": 2,
            "bias": False,
        },
        (2, 4, 5, 4),
        (2, 6, 2, 4),
    ),
    (
        "Conv2d",
        {"in_channels": 2, "out_channels": 2, "kernel_size": 3, "padding": "same"},
        (1, 2, 3, 4),
        (1, 2, 3, 4),
    ),
    (
        "ConvTranspose2d",
        {
            "in_channels": 4,
            "out_channels": 2,
            "kernel_size": (2, 3),
            "stride": 2,
            "padding": (0, 1),
            "output_padding": (0, 1),
            "groups": 2,
        },
        (2, 4, 2, 3),
        (2, 2, 4, 6),
    ),
    ("BatchNorm2d", {"num_features": 3}, (3, 3, 2, 3), (3, 3, 2, 3)),
    (
        "BatchNorm2d",
        {"num_features": 2, "eps": 0.1, "momentum": 0.3, "affine": False},
        (2, 2, 2, 2),
        (2, 2, 2, 2),
    ),
    ("ReLU", {}, (2, 3, 2), (2, 3, 2)),
    ("LeakyReLU", {"negative_slope": 0.2}, (2, 3, 2), (2, 3, 2)),
    ("Sigmoid", {}, (2, 3), (2, 3)),
    ("Tanh", {}, (2, 3), (2, 3)),
    ("Dropout", {"p": 0.4, "seed": 5}, (2, 3, 4), (2, 3, 4)),
    ("MaxPool2d", {"kernel_size": 2}, (2, 2, 5, 4), (2, 2, 2, 2)),
    (
        "MaxPool2d",
        {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
        (1, 2, 4, 5),
        (1, 2, 3, 3),
    ),
    ("AvgPool2d", {"kernel_size": (2, 3), "stride": 1, "padding": 1}, (2, 2, 3, 4), (2, 2, 4, 4)),
    ("AdaptiveAvgPool2d", {"output_size": (1, 2)}, (2, 2, 3, 5), (2, 2, 1, 2)),
    ("Flatten", {}, (2, 3, 2, 2), (2, 12)),
    ("Linear", {"in_features": 4, "out_features": 3}, (2, 4), (2, 3)),
    ("Linear", {"in_features": 4, "out_features": 1, "bias": False}, (3, 4), (3, 1)),
]


@pytest.fixture(params=ROWS, ids=lambda row: row[0])
def row(request: pytest.FixtureRequest) -> Row:
    row: Row = request.param
    return row


def build(row: Row, dtype: DTypeLike = np.float64) -> tuple[Layer, np.ndarray, np.ndarray]:
    """Build the row's layer with random parameters, and arrays for x and dy."""
    kind, arguments, x_shape, y_shape = row
    (layer,) = build_network([{"type": kind, **arguments}], dtype=dtype)
    generator = np.random.default_rng(3)
    for name, array in layer.params.items():
        layer.params[name] = generator.normal(size=array.shape).astype(dtype)
    x, dy = generator.normal(size=x_shape), generator.normal(size=y_shape)
    return layer, x.astype(dtype), dy.astype(dtype)


def test_every_layer_has_a_row() -> None:
    assert {row[0] for row in ROWS} == set(LAYERS)


def test_shapes_and_dtype(row: Row) -> None:
    for dtype in (np.float16, np.float32, np.float64):
        layer, x, dy = build(row, dtype)
        y = layer.forward(x)
        dx = layer.backward(dy)
        assert y.shape == row[3] and dx.shape == row[2]
        assert layer.grads.keys() == layer.params.keys()
        for name, gradient in layer.grads.items():
            assert gradient.shape == layer.params[name].shape
        kept = [y, dx, *layer.params.values(), *layer.grads.values()]
        kept += [a for a in layer.buffers.values() if a.dtype != np.int64]
        assert {array.dtype for array in kept} == {np.dtype(dtype)}


def test_backward_before_forward_is_refused(row: Row) -> None:
    layer, _, dy = build(row)
    for backward in (layer.backward, layer.backward_parameters):
        with pytest.raises(RuntimeError, match=f"{row[0]}.backward needs a forward before it"):
            backward(dy)


def test_dy_of_another_shape_is_refused(row: Row) -> None:
    layer, x, dy = build(row)
    layer.forward(x)
    with pytest.raises(ValueError, match="dy must have the shape"):
        layer.backward(dy[:, :0])


def test_backward_belongs_to_the_newest_forward(row: Row) -> None:
    layer, x, dy = build(row)
    buffers = dict(layer.buffers)
    layer.forward(x)
    expected = layer.backward(dy), layer.grads
    layer.forward(2 * x + 1)
    layer.buffers.update(buffers)
    layer.forward(x)
    results = layer.backward(dy), layer.grads
    np.testing.assert_array_equal(results[0], expected[0])
    for name, gradient in expected[1].items():
        np.testing.assert_array_equal(results[1][name], gradient)


def test_backward_parameters_gives_the_same_gradients(row: Row) -> None:
    layer, x, dy = build(row)
    layer.forward(x)
    layer.backward(dy)
    expected = layer.grads
    layer.grads = {}
    layer.backward_parameters(dy)
    assert layer.grads.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_array_equal(layer.grads[name], gradient)


def test_nothing_given_is_changed(row: Row) -> None:
    layer, x, dy = build(row)
    arrays = [x, dy, *layer.params.values()]
    copies = [array.copy() for array in arrays]
    layer.forward(x)
    layer.backward(dy)
    for array, copy in zip([x, dy, *layer.params.values()], copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_agree_with_finite_differences(row: Row, training: bool) -> None:
    layer, x, dy = build(row)
    layer.training = training
    buffers = dict(layer.buffers)
    layer.forward(x)
    layer.buffers.update(buffers)
    dx = layer.backward(dy)

    def loss(moved: np.ndarray) -> float:
        y = layer.forward(moved)
        layer.buffers.update(buffers)
        return float(np.sum(y * dy))

    check_gradient("x", dx, finite_differences(loss, x), 1e-7)
    for name, gradient in dict(layer.grads).items():
        original = layer.params[name]

        def loss_of_parameter(moved: np.ndarray, name: str = name) -> float:
            layer.params[name] = moved
            return loss(x)

        check_gradient(name, gradient, finite_differences(loss_of_parameter, original), 1e-7)
        layer.params[name] = original


@pytest.mark.parametrize("training", [True, False])
def test_layer_agrees_with_torch(row: Row, training: bool) -> None:
    layer, x, dy = build(row)
    layer.training = training
    module = Dropout if row[0] == "Dropout" else getattr(torch.nn, row[0])
    theirs = module(**row[1]).double().train(training)
    state = layer.params | layer.buffers
    theirs.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in state.items()})
    tensor = torch.from_numpy(x).requires_grad_()
    y = theirs(tensor)
    y.backward(torch.from_numpy(dy))

    check_gradient("nothing (the result itself)", layer.forward(x), y.detach().numpy(), 1e-12)
    assert tensor.grad is not None
    check_gradient("x", layer.backward(dy), tensor.grad.numpy(), 1e-12)
    for name, parameter in theirs.named_parameters():
        assert parameter.grad is not None
        check_gradient(name, layer.grads[name], parameter.grad.numpy(), 1e-12)
    for name, buffer in theirs.named_buffers():
        check_gradient(name, layer.buffers[name], buffer.numpy(), 1e-12)


def test_gradient_check_says_what_is_wrong() -> None:
    expected = np.array([[1.0, 2.0], [3.0, 4.0]])
    wrong = expected.copy()
    wrong[1, 0] = 3.5
    with pytest.raises(AssertionError, match=r"of weight at index \(1, 0\): came .*3.5.*3.0"):
        check_gradient("weight", wrong, expected, 1e-6)
    wrong[1, 0] = np.nan
    with pytest.raises(AssertionError, match=r"of weight at index \(1, 0\): came .*nan"):
        check_gradient("weight", wrong, expected, 1e-6)
    with pytest.raises(AssertionError, match=r"of x: came shape \(2,\), expected \(2, 2\)"):
        check_gradient("x", expected[0], expected, 1e-6)
    check_gradient("weight", expected + 1e-9, expected, 1e-6)
