from collections.abc import Callable, Sequence
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import DTypeLike
from torch.nn import functional

from core.conftest import examples
from core.numpy_nn import conv2d, conv2d_backward, conv_transpose2d, conv_transpose2d_backward
from core.numpy_nn.conftest import (
    Configuration,
    check_gradient,
    convolutions,
    finite_differences,
    random_arrays,
    transposed_convolutions,
)

Function = Callable[..., np.ndarray]
Gradients = Callable[..., tuple[np.ndarray, ...]]
TorchFunction = Callable[..., torch.Tensor]


def check_against_torch(
    ours: Function,
    ours_backward: Gradients,
    theirs: TorchFunction,
    shapes: Sequence[tuple[int, ...]],
    channels_out: int,
    keywords: dict[str, Any],
) -> None:
    """Hold result and gradients in float64 against torch's: relative error at most 1e-10."""
    x, weight, bias = random_arrays(*shapes, (channels_out,))
    tensors = [torch.from_numpy(array).requires_grad_() for array in (x, weight, bias)]
    expected = theirs(*tensors, **keywords)
    (dy,) = random_arrays(expected.shape)
    torch.autograd.backward(expected, torch.from_numpy(dy))
    y = ours(x, weight, bias, **keywords)
    check_gradient("nothing (the result itself)", y, expected.detach().numpy(), 1e-10)
    gradients = ours_backward(dy, x, weight, **keywords)
    for name, gradient, tensor in zip(("x", "weight", "bias"), gradients, tensors, strict=True):
        assert tensor.grad is not None
        check_gradient(name, gradient, tensor.grad.numpy(), 1e-10)


@examples(2000)
@given(convolutions())
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_convolution_agrees_with_torch(configuration: Configuration) -> None:
    *shapes, keywords = configuration
    check_against_torch(conv2d, conv2d_backward, functional.conv2d, shapes, shapes[1][0], keywords)


@examples(200)
@given(convolutions(), st.sampled_from([0, 500, 3000]))
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_any_cut_into_threads_and_blocks_agrees_with_torch(
    configuration: Configuration, block_bytes: int
) -> None:
    *shapes, keywords = configuration
    with (
        patch("core.numpy_nn.engine.fast_convolution.SMALL", 0),
        patch("core.numpy_nn.engine.fast_convolution.BLOCK_BYTES", block_bytes),
        patch("core.numpy_nn.engine.memory_layout.BLOCK_BYTES", block_bytes),
        patch("core.numpy_nn.engine.fast_convolution.cpu_count", lambda: 3),
    ):
        check_against_torch(
            conv2d, conv2d_backward, functional.conv2d, shapes, shapes[1][0], keywords
        )


@examples(200)
@given(transposed_convolutions())
def test_transposed_convolution_agrees_with_torch(configuration: Configuration) -> None:
    *shapes, keywords = configuration
    check_against_torch(
        conv_transpose2d,
        conv_transpose2d_backward,
        functional.conv_transpose2d,
        shapes,
        shapes[1][1] * keywords["groups"],
        keywords,
    )


def functions(transposed: bool) -> tuple[Function, Gradients]:
    """Return a convolution and its gradients."""
    return (
        (conv_transpose2d, conv_transpose2d_backward) if transposed else (conv2d, conv2d_backward)
    )


@examples(40)
@given(convolutions() | transposed_convolutions())
def test_finite_differences(configuration: Configuration) -> None:
    x_shape, weight_shape, keywords = configuration
    transposed = "output_padding" in keywords
    forward, backward = functions(transposed)
    channels_out = weight_shape[1] * keywords["groups"] if transposed else weight_shape[0]
    point = dict(
        zip(
            ("x", "weight", "bias"), random_arrays(x_shape, weight_shape, channels_out), strict=True
        )
    )
    (dy,) = random_arrays(forward(**point, **keywords).shape)
    gradients = backward(dy, point["x"], point["weight"], **keywords)
    for name, gradient in zip(point, gradients, strict=True):

        def loss(moved: np.ndarray, name: str = name) -> float:
            return float(np.sum(forward(**point | {name: moved}, **keywords) * dy))

        # linear in each argument, so that a large step costs no accuracy
        check_gradient(name, gradient, finite_differences(loss, point[name], step=0.5), 1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@examples(100)
@given(convolutions() | transposed_convolutions())
def test_rounding_error(dtype: DTypeLike, configuration: Configuration) -> None:
    x_shape, weight_shape, keywords = configuration
    transposed = "output_padding" in keywords
    check_rounding_error(dtype, x_shape, weight_shape, keywords, transposed)


def check_rounding_error(
    dtype: DTypeLike,
    x_shape: tuple[int, ...],
    weight_shape: tuple[int, ...],
    keywords: dict[str, Any],
    transposed: bool = False,
) -> None:
    """Errors are at most 16 u times the sum of |x||w|, u the unit roundoff."""
    forward, backward = functions(transposed)
    x, weight = random_arrays(x_shape, weight_shape, dtype=dtype)
    wide_x, wide_weight = x.astype(np.float64), weight.astype(np.float64)
    unit = np.finfo(dtype).eps / 2
    y = forward(x, weight, **keywords)
    (dy,) = random_arrays(y.shape, dtype=dtype)
    results = [y, *backward(dy, x, weight, **keywords)]
    wide_dy = dy.astype(np.float64)
    exact = [
        forward(wide_x, wide_weight, **keywords),
        *backward(wide_dy, wide_x, wide_weight, **keywords),
    ]
    sums = [
        forward(abs(wide_x), abs(wide_weight), **keywords),
        *backward(abs(wide_dy), abs(wide_x), abs(wide_weight), **keywords),
    ]
    for result, reference, bound in zip(results, exact, sums, strict=True):
        assert result.dtype == dtype
        assert np.all(np.abs(result - reference) <= 16 * unit * bound)


@pytest.mark.parametrize(
    ("shapes", "keywords"),
    [
        (((3, 32, 34), (8, 3, 5, 7)), {"stride": 3, "padding": 2}),
        (
            ((4, 6, 31, 33), (8, 3, 5, 3)),
            {"stride": (3, 1), "padding": 1, "dilation": 2, "groups": 2},
        ),
        (((16, 12, 9, 9), (12, 1, 3, 3)), {"padding": 1, "groups": 12}),
        (((9, 96, 14, 14), (128, 96, 3, 3)), {"padding": 1}),
    ],
    ids=["one photo", "dilated groups", "depthwise", "products too large for one image"],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_layers_agree_with_torch_and_round_little(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], keywords: dict[str, Any], dtype: DTypeLike
) -> None:
    if dtype == np.float64:
        channels_out = shapes[1][0]
        check_against_torch(
            conv2d, conv2d_backward, functional.conv2d, shapes, channels_out, keywords
        )
    else:
        check_rounding_error(dtype, *shapes, keywords)


@pytest.mark.parametrize(
    ("channels", "channels_out", "kernel", "stride", "padding", "size"),
    [(3, 16, 11, 3, 0, 224), (16, 32, 5, 1, 0, 36), (32, 64, 3, 1, 1, 16), (64, 64, 3, 1, 0, 16)],
)
def test_rounding_error_of_the_articles_layers(
    channels: int, channels_out: int, kernel: int, stride: int, padding: int, size: int
) -> None:
    shapes = (2, channels, size, size), (channels_out, channels, kernel, kernel)
    check_rounding_error(np.float32, *shapes, {"stride": stride, "padding": padding})


X, WEIGHT = np.ones((2, 4, 6, 7)), np.ones((6, 2, 3, 3))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"groups": 3}, "weight.*|x must have channels divisible by groups"),
        ({"groups": 0}, "groups must be an int of at least 1, not 0"),
        ({"groups": 2.0}, "groups must be an int"),
        ({"groups": 1}, "x must have 2 channels .* not 4"),
        ({"weight": np.ones((5, 2, 3, 3))}, r"output channels divisible by groups \(2\), not 5"),
        ({"weight": np.ones((6, 2, 7, 3))}, r"fits into the padded input.*\(7, 3\)"),
        ({"weight": np.ones((6, 2, 3))}, "weight must have the shape .* not"),
        ({"weight": np.ones((0, 2, 3, 3))}, "weight must have a kernel"),
        ({"weight": np.ones((6, 2, 0, 3))}, "weight must have a kernel"),
        ({"dilation": 3}, r"with dilation \(3, 3\)"),
        ({"dilation": 0}, "dilation must be at least 1, not 0"),
        ({"stride": (1, 0)}, r"stride must be at least 1, not \(1, 0\)"),
        ({"stride": 1.5}, "stride must be an int or a pair"),
        ({"stride": True}, "stride must be an int or a pair"),
        ({"stride": (1, 2, 3)}, "stride must be an int or a pair"),
        ({"padding": -1}, "padding must be at least 0, not -1"),
        ({"padding": "full"}, "padding must be ints.*'full'"),
        ({"padding": "same", "stride": 2}, 'padding "same" needs stride 1'),
        ({"x": np.ones((4, 6))}, "x must have the shape"),
        ({"x": np.ones((1, 2, 4, 6, 7))}, "x must have the shape"),
        ({"x": np.ones((2, 6, 6, 7))}, "x must have 4 channels .* not 6"),
        ({"x": np.ones((2, 4, 0, 7)), "padding": 3}, "height and a width of at least 1"),
        ({"x": np.ones((2, 4, 6, 7), complex)}, "x must hold integers or floats, not complex128"),
    ],
)
def test_illegal_arguments_are_refused_as_torch_does(
    changed: dict[str, Any], sentence: str
) -> None:
    arguments: dict[str, Any] = {"x": X, "weight": WEIGHT, "groups": 2} | changed
    with pytest.raises(ValueError, match=sentence):
        conv2d(**arguments)
    with pytest.raises(ValueError, match=sentence):
        conv2d_backward(np.ones((2, 6, 4, 5)), **arguments)
    if arguments["x"].dtype == np.float64:
        tensors = {name: torch.from_numpy(arguments[name]) for name in ("x", "weight")}
        with pytest.raises((RuntimeError, TypeError, ValueError)):
            functional.conv2d(
                tensors["x"],
                tensors["weight"],
                **{name: value for name, value in arguments.items() if name not in tensors},
            )


def test_bias_and_dy_must_fit() -> None:
    with pytest.raises(ValueError, match=r"bias must have one value .* \(6,\), not \(5,\)"):
        conv2d(X, WEIGHT, np.ones(5), groups=2)
    with pytest.raises(ValueError, match=r"bias must .* not \(1, 6\)"):
        conv2d(X, WEIGHT, np.ones((1, 6)), groups=2)
    with pytest.raises(ValueError, match=r"dy must have the shape \(2, 6, 4, 5\), not"):
        conv2d_backward(np.ones((2, 6, 4, 4)), X, WEIGHT, groups=2)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"output_padding": 2}, "output_padding must be smaller than stride or dilation"),
        ({"output_padding": -1}, "output_padding must be at least 0"),
        ({"padding": 5}, "padding must leave a result"),
        ({"padding": "same"}, "padding must be an int or a pair"),
        ({"groups": 4}, "weight must have output channels divisible by groups|divisible"),
        ({"x": np.ones((2, 4, 3, 3))}, "x must have 6 channels"),
        ({"bias": np.ones(3)}, "bias must have one value for each of 4 channels"),
    ],
)
def test_illegal_transposed_convolutions_are_refused_as_torch_does(
    changed: dict[str, Any], sentence: str
) -> None:
    arguments: dict[str, Any] = {"x": np.ones((2, 6, 3, 3)), "weight": WEIGHT}
    arguments |= {"stride": 2, "groups": 2} | changed
    with pytest.raises(ValueError, match=sentence):
        conv_transpose2d(**arguments)
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            arguments[name] = torch.from_numpy(value)
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        functional.conv_transpose2d(arguments.pop("x"), **arguments)


def test_integer_images_do_not_overflow() -> None:
    image = np.full((1, 3, 8, 8), 255, np.uint8)
    weight = np.full((2, 3, 3, 3), 2, np.int8)
    y = conv2d(image, weight)
    assert y.dtype == np.float64
    assert np.all(y == 255 * 2 * 27)
    assert conv2d(image, weight.astype(np.float32)).dtype == np.float32
    dx, dweight, dbias = conv2d_backward(np.full(y.shape, 100, np.int8), image, weight)
    assert dx.max() == 100 * 2 * 2 * 9
    assert np.all(dweight == 100 * 255 * 36)
    assert np.all(dbias == 3600)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_any_layout_in_memory_gives_the_same_and_nothing_is_changed(dtype: str) -> None:
    x, weight, bias, dy = (
        a.astype(dtype) for a in random_arrays((2, 4, 9, 8), (6, 2, 3, 2), 6, (2, 6, 5, 5))
    )
    keywords = {"stride": 2, "padding": 1, "groups": 2}
    expected = [
        conv2d(x, weight, bias, **keywords),
        *conv2d_backward(dy, x, weight, **keywords),
    ]

    def strange(a: np.ndarray) -> list[np.ndarray]:
        reversed_twice = np.ascontiguousarray(a[::-1])[::-1]
        spaced = np.repeat(a, 2, axis=-1)[..., ::2]
        read_only = a.copy()
        read_only.flags.writeable = False
        return [reversed_twice, np.asfortranarray(a), spaced, read_only, a.astype(">" + dtype)]

    for odd_x, odd_weight, odd_bias, odd_dy in zip(
        *(strange(a) for a in (x, weight, bias, dy)), strict=True
    ):
        before = [a.copy() for a in (odd_x, odd_weight, odd_bias, odd_dy)]
        results = [
            conv2d(odd_x, odd_weight, odd_bias, **keywords),
            *conv2d_backward(odd_dy, odd_x, odd_weight, **keywords),
        ]
        for result, wanted in zip(results, expected, strict=True):
            assert result.dtype == wanted.dtype
            tolerance = 8 * float(np.finfo(wanted.dtype).eps) * float(np.abs(wanted).max())
            np.testing.assert_allclose(result, wanted, rtol=0, atol=tolerance)
        for array, copy in zip((odd_x, odd_weight, odd_bias, odd_dy), before, strict=True):
            np.testing.assert_array_equal(array, copy)
