"""The linear function, and the flatten that images need before it, forward and backward."""

import math

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    channel_vector,
    dimensions,
    real_array,
    result_dtype,
    rounded,
    same_shape,
    working_dtype,
)
from core.numpy_nn.engine.matrix_product import matrix_product


def flatten(x: ArrayLike) -> np.ndarray:
    """Return ``x`` (N, ...) as (N, everything else)."""
    x = real_array("x", x)
    if x.ndim < 1:
        raise ValueError(f"x must have the shape (N, ...), not {x.shape}")
    return rounded(x, result_dtype(x)).reshape(len(x), math.prod(x.shape[1:]))


def flatten_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """Return dx of ``flatten``: ``dy`` in the shape of ``x``, whose values do not matter."""
    dy, x = real_array("dy", dy), real_array("x", x)
    same_shape("dy", dy, (len(x), math.prod(x.shape[1:])))
    return rounded(dy, result_dtype(x, dy)).reshape(x.shape)


def linear(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> np.ndarray:
    """Return x weight^T + bias: ``x`` (..., inputs), ``weight`` (outputs, inputs), ``bias``
    (outputs,), result (..., outputs) in the dtype of ``x``.

    Raises ``ValueError`` when the shapes do not fit together.
    """
    x, weight = linear_arguments(x, weight)
    given = [x, weight]
    if bias is not None:
        given.append(channel_vector("bias", bias, len(weight)))
    work = working_dtype(*given)
    x_rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1]).astype(work, copy=False)
    y = matrix_product(x_rows, weight.astype(work, copy=False).T)
    y = y.reshape(*x.shape[:-1], len(weight))
    if bias is not None:
        y = y + given[-1].astype(work, copy=False)
    return rounded(y, result_dtype(x, *given))


def linear_backward(
    dy: ArrayLike, x: ArrayLike, weight: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dweight, dbias), the gradients of ``linear``, given the gradient ``dy`` of its
    result; each has the shape and dtype of what it is the gradient of.
    """
    x, weight = linear_arguments(x, weight)
    dy = real_array("dy", dy)
    same_shape("dy", dy, (*x.shape[:-1], len(weight)))
    work = working_dtype(dy, x, weight)
    wide_dy, wide_x, wide_weight = (a.astype(work, copy=False) for a in (dy, x, weight))
    rows = math.prod(x.shape[:-1])
    dy_rows, x_rows = wide_dy.reshape(rows, len(weight)), wide_x.reshape(rows, x.shape[-1])
    dx = matrix_product(dy_rows, wide_weight).reshape(x.shape)
    parameter = result_dtype(weight, dy, x)
    return (
        rounded(dx, result_dtype(x, dy, weight)),
        rounded(matrix_product(dy_rows.T, x_rows), parameter),
        rounded(dy_rows.sum(axis=0), parameter),
    )


def linear_arguments(x: ArrayLike, weight: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Read the arguments of ``linear`` and refuse those that do not fit together."""
    x, weight = real_array("x", x), real_array("weight", weight)
    dimensions("weight", weight, "outputs, inputs")
    if x.ndim < 1 or x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"x must have the shape (..., inputs) with {weight.shape[1]} inputs, not {x.shape}"
        )
    return x, weight
