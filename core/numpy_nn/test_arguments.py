"""What every function refuses, and in which dtype it answers; convolutions refuse elsewhere."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import DTypeLike

from core import numpy_nn

X = np.ones((2, 3, 6, 6))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: numpy_nn.max_pool2d(X, 3, padding=2), "padding must be at most half of"),
        (lambda: numpy_nn.max_pool2d(X, 7), "kernel_size must fit into the padded input"),
        (lambda: numpy_nn.max_pool2d(X, 0), "kernel_size must be at least 1, not 0"),
        (lambda: numpy_nn.max_pool2d(X, 2, stride=0), "stride must be at least 1, not 0"),
        (lambda: numpy_nn.max_pool2d(X, 2, dilation=0), "dilation must be at least 1, not 0"),
        (lambda: numpy_nn.max_pool2d(X[0, 0], 2), "x must have the shape"),
        (lambda: numpy_nn.max_pool2d(X[:, :0], 2), "x must have at least one channel"),
        (
            lambda: numpy_nn.max_pool2d_backward(X, X, 2),
            r"dy must have the shape \(2, 3, 3, 3\), not \(2, 3, 6, 6\)",
        ),
        (lambda: numpy_nn.avg_pool2d(X, 3, padding=2), "padding must be at most half of"),
        (lambda: numpy_nn.avg_pool2d(X, 2, divisor_override=0), "divisor_override must be"),
        (lambda: numpy_nn.avg_pool2d_backward(X, X, 2), "dy must have the shape"),
        (lambda: numpy_nn.adaptive_avg_pool2d(X, -1), "output_size must be at least 0"),
        (lambda: numpy_nn.adaptive_avg_pool2d(X, [1, 2, 3]), "output_size must be an int or"),
        (lambda: numpy_nn.adaptive_avg_pool2d(X[..., :0], 2), "at least one channel, row"),
        (lambda: numpy_nn.adaptive_avg_pool2d_backward(X, X, 2), "dy must have the shape"),
        (lambda: numpy_nn.batch_norm2d(X[0], training=True), "x must have the shape"),
        (lambda: numpy_nn.batch_norm2d(X), "running_mean and running_var must be given"),
        (
            lambda: numpy_nn.batch_norm2d(X[:1, :, :1, :1], training=True),
            "x must have more than 1 value per channel",
        ),
        (
            lambda: numpy_nn.batch_norm2d(X, weight=np.ones(4), training=True),
            r"weight must have one value for each of 3 channels, shape \(3,\), not \(4,\)",
        ),
        (lambda: numpy_nn.batch_norm2d_backward(X[:1], X, training=True), "dy must have"),
        (lambda: numpy_nn.relu(["a"]), "x must hold integers or floats, not <U1"),
        (lambda: numpy_nn.relu_backward(X[0], X), "dy must have the shape"),
        (lambda: numpy_nn.flatten(3.0), "x must have the shape"),
        (lambda: numpy_nn.linear(X, np.ones((2, 5))), "with 5 inputs, not"),
        (lambda: numpy_nn.linear(X, np.ones(6)), "weight must have the shape"),
        (lambda: numpy_nn.linear(X, np.ones((2, 6)), np.ones(3)), "bias must have one value"),
        (lambda: numpy_nn.linear_backward(X, X, np.ones((2, 6))), "dy must have the shape"),
        (lambda: numpy_nn.bce_loss([1.5], [1]), "probability must lie between 0 and 1, not"),
        (lambda: numpy_nn.bce_loss([np.nan], [1]), "probability must lie between 0 and 1"),
        (lambda: numpy_nn.bce_loss([0.5], [2]), "target must lie between 0 and 1"),
        (lambda: numpy_nn.bce_loss([[0.5]], [1]), r"target must have the shape \(1, 1\)"),
        (lambda: numpy_nn.bce_with_logits([[0.5]], [1]), r"target must have the shape"),
    ],
)
def test_illegal_arguments_are_refused(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


def test_integers_are_promoted() -> None:
    image = np.full((1, 1, 4, 4), 255, np.uint8)
    for y in (
        numpy_nn.max_pool2d(image, 2),
        numpy_nn.avg_pool2d(image, 2),
        numpy_nn.adaptive_avg_pool2d(image, 1),
        numpy_nn.relu(image),
        numpy_nn.flatten(image),
    ):
        assert y.dtype == np.float64
        assert np.all(y == 255)
    assert numpy_nn.linear(image, np.full((1, 4), 100, np.uint8)).max() == 255 * 400


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_every_function_keeps_the_dtype(dtype: DTypeLike) -> None:
    x, row = X.astype(dtype), np.ones((2, 5), dtype)
    ones, weight = np.ones(3, dtype), np.ones((3, 1, 2, 2), dtype)
    results = [
        numpy_nn.max_pool2d(x, 2),
        numpy_nn.max_pool2d_backward(x[..., :3, :3], x, 2),
        numpy_nn.avg_pool2d(x, 2),
        numpy_nn.avg_pool2d_backward(x[..., :3, :3], x, 2),
        numpy_nn.adaptive_avg_pool2d(x, 4),
        numpy_nn.adaptive_avg_pool2d_backward(x[..., :4, :4], x, 4),
        *numpy_nn.batch_norm2d(x, ones, ones, ones, ones, training=True),
        *numpy_nn.batch_norm2d_backward(x, x, weight=ones, training=True),
        numpy_nn.relu(x),
        numpy_nn.relu_backward(x, x),
        numpy_nn.sigmoid(x),
        numpy_nn.sigmoid_backward(x, x),
        numpy_nn.flatten(x),
        numpy_nn.linear(row, row),
        *numpy_nn.linear_backward(row[:, :2], row, row),
        numpy_nn.bce_loss(row, row),
        numpy_nn.bce_loss_backward(row, row),
        numpy_nn.bce_with_logits(row, row),
        numpy_nn.bce_with_logits_backward(row, row),
        numpy_nn.conv2d(x, weight, groups=3),
        *numpy_nn.conv2d_backward(x[..., :5, :5], x, weight, groups=3),
        numpy_nn.conv_transpose2d(x, weight, groups=3),
        *numpy_nn.conv_transpose2d_backward(np.ones((2, 3, 7, 7), dtype), x, weight, groups=3),
    ]
    assert {np.asarray(result).dtype for result in results} == {np.dtype(dtype)}
