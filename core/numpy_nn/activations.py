"""ReLU, leaky ReLU, sigmoid and tanh, forward and backward."""

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    is_finite,
    real_array,
    result_dtype,
    rounded,
    same_shape,
    working_dtype,
)
from core.numpy_nn.engine.parallel import over_images


def relu(x: ArrayLike) -> np.ndarray:
    """Return max(x, 0) for ``x`` of any shape; NaN stays NaN."""
    x = real_array("x", x)
    x = rounded(x, result_dtype(x))
    y = np.empty_like(x)
    if x.ndim:
        over_images(lambda n: np.maximum(x[n], 0, out=y[n, ...]), x)
    else:
        np.maximum(x, 0, out=y)
    return y


def relu_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """Return dx of ``relu``: dy where x > 0, else 0; at x = 0 torch too chooses 0."""
    dy, x = gradient_pair(dy, x)
    dtype = result_dtype(x, dy)
    if dy.ndim == 0 or not is_finite(dy):  # infinity times 0 would be NaN
        return rounded(np.where(x <= 0, 0, dy), dtype)
    dx = np.empty_like(dy, dtype)
    over_images(lambda n: np.multiply(dy[n], ~(x[n] <= 0), out=dx[n, ...], casting="same_kind"), x)
    return dx


def leaky_relu(x: ArrayLike, negative_slope: float = 0.01) -> np.ndarray:
    """Return x where it is positive, else negative_slope x (Maas et al., 2013)."""
    x = real_array("x", x)
    wide = x.astype(working_dtype(x), copy=False)
    return rounded(np.where(wide > 0, wide, wide * negative_slope), result_dtype(x))


def leaky_relu_backward(dy: ArrayLike, x: ArrayLike, negative_slope: float = 0.01) -> np.ndarray:
    """Return dx of ``leaky_relu``: dy where x > 0, else negative_slope dy, at x = 0 too."""
    dy, x = gradient_pair(dy, x)
    wide = dy.astype(working_dtype(dy, x), copy=False)
    return rounded(np.where(x > 0, wide, wide * negative_slope), result_dtype(x, dy))


def tanh(x: ArrayLike) -> np.ndarray:
    """Return (exp(x) - exp(-x)) / (exp(x) + exp(-x)) for ``x`` of any shape."""
    x = real_array("x", x)
    return rounded(np.tanh(x.astype(working_dtype(x), copy=False)), result_dtype(x))


def tanh_backward(dy: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Return dx = dy (1 - y^2) of ``tanh``; ``y`` is its result, as in torch."""
    dy, y = gradient_pair(dy, y)
    work = working_dtype(dy, y)
    wide_dy, wide_y = dy.astype(work, copy=False), y.astype(work, copy=False)
    return rounded(wide_dy * (1 - wide_y * wide_y), result_dtype(y, dy))


def sigmoid(x: ArrayLike) -> np.ndarray:
    """Return 1 / (1 + exp(-x)) for ``x`` of any shape, without overflow at either end."""
    x = real_array("x", x)
    wide = x.astype(working_dtype(x), copy=False)
    small = np.exp(-np.abs(wide))  # exp of a negative number only: never too large
    return rounded(np.where(wide < 0, small, 1) / (1 + small), result_dtype(x))


def sigmoid_backward(dy: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Return dx = dy y (1 - y) of ``sigmoid``; ``y`` is its result, as in torch."""
    dy, y = gradient_pair(dy, y)
    work = working_dtype(dy, y)
    wide_dy, wide_y = dy.astype(work, copy=False), y.astype(work, copy=False)
    return rounded(wide_dy * (1 - wide_y) * wide_y, result_dtype(y, dy))


def gradient_pair(dy: ArrayLike, x: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Read dy and the array whose shape it must have."""
    dy, x = real_array("dy", dy), real_array("x", x)
    same_shape("dy", dy, x.shape)
    return dy, x
