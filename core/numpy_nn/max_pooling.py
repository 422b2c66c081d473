"""Max pooling, forward and backward, with torch's arguments and refusals."""

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    Pair,
    images,
    real_array,
    result_dtype,
    rounded,
    same_shape,
    working_dtype,
)
from core.numpy_nn.geometry import Geometry, crop, offset_slices, pad, pooling_geometry


def max_pool2d(
    x: ArrayLike,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return the largest value of each window of ``x``, (N, C, H, W) or (C, H, W).

    ``stride`` is ``kernel_size`` unless given; padding, at most half the kernel, never wins; with
    ``ceil_mode`` a last window may hang over the edge. NaN wins over every number, as in torch.
    Raises ``ValueError`` where torch refuses.
    """
    x, unbatched = images("x", x)
    geometry = pooling_geometry(x, kernel_size, stride, padding, dilation, ceil_mode)
    padded = pad(rounded(x, result_dtype(x)), geometry, -np.inf)
    y = padded[:, :, *offset_slices(geometry, 0, 0)].copy()
    for i, j in np.ndindex(*geometry.kernel):
        np.maximum(y, padded[:, :, *offset_slices(geometry, i, j)], out=y)
    return y[0] if unbatched else y


def max_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return dx of ``max_pool2d``: each dy goes to the largest value of its window.

    Of several equally large the first, read row by row, takes it all; of several NaN the last: so
    does torch. Raises ``ValueError`` where ``max_pool2d`` does, or when ``dy`` has not the shape
    of its result.
    """
    x, unbatched = images("x", x)
    geometry = pooling_geometry(x, kernel_size, stride, padding, dilation, ceil_mode)
    dy = read_dy(dy, x, geometry, unbatched)
    work = working_dtype(dy, x)
    winner = winning_offset(x, geometry)
    dpadded = np.zeros((*x.shape[:2], *geometry.padded), work)
    for number, (i, j) in enumerate(np.ndindex(*geometry.kernel)):
        dpadded[:, :, *offset_slices(geometry, i, j)] += np.where(winner == number, dy, 0)
    dx = rounded(crop(dpadded, geometry), result_dtype(x, dy))
    return dx[0] if unbatched else dx


def winning_offset(x: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Number of the kernel element, counted row by row, that sees the largest value of a window."""
    padded = pad(x.astype(working_dtype(x), copy=False), geometry, -np.inf)
    best = np.full((*x.shape[:2], *geometry.output), -np.inf, padded.dtype)
    winner = np.empty(best.shape, np.intp)
    winner[...] = first_inside(geometry)
    for number, (i, j) in enumerate(np.ndindex(*geometry.kernel)):
        seen = padded[:, :, *offset_slices(geometry, i, j)]
        wins = (seen > best) | np.isnan(seen)
        np.copyto(best, seen, where=wins)
        np.copyto(winner, number, where=wins)
    return winner


def first_inside(geometry: Geometry) -> np.ndarray:
    """Number of the first kernel element of each window that sees the image and not its padding:
    the winner where every pixel is minus infinity.
    """
    first = []
    for axis in (0, 1):
        before = geometry.padding[axis][0]
        outside = before - geometry.stride[axis] * np.arange(geometry.output[axis])
        first.append(-(-np.maximum(outside, 0) // geometry.dilation[axis]))
    return first[0][:, np.newaxis] * geometry.kernel[1] + first[1]


def read_dy(dy: ArrayLike, x: np.ndarray, geometry: Geometry, unbatched: bool) -> np.ndarray:
    """Read the gradient of a pooling's result as (N, C, output height, output width)."""
    array = real_array("dy", dy)
    shape = (*x.shape[:2], *geometry.output)
    same_shape("dy", array, shape[1:] if unbatched else shape)
    return array.reshape(shape)
