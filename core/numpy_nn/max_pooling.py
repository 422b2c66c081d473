"""Max pooling, forward and backward, with torch's arguments and refusals."""

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    Pair,
    images,
    images_gradient,
    is_finite,
    result_dtype,
    rounded,
    working_dtype,
)
from core.numpy_nn.engine.parallel import over_images
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
    y = largest(pad(rounded(x, result_dtype(x)), geometry, -np.inf), geometry)
    return y[0] if unbatched else y


def largest(padded: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Return the largest value of each window of the padded images."""
    y = np.empty((*padded.shape[:2], *geometry.output), padded.dtype)

    def pool_image(n: int) -> None:
        y[n] = padded[n, :, *offset_slices(geometry, 0, 0)]
        for i, j in np.ndindex(*geometry.kernel):
            np.maximum(y[n], padded[n, :, *offset_slices(geometry, i, j)], out=y[n])

    over_images(pool_image, padded)
    return y


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
    dy = images_gradient(dy, (*x.shape[:2], *geometry.output), unbatched)
    work = working_dtype(dy, x)
    padded = pad(x.astype(working_dtype(x), copy=False), geometry, -np.inf)
    y, dpadded = largest(padded, geometry), np.zeros((*x.shape[:2], *geometry.padded), work)
    if is_finite(y) and is_finite(dy):
        over_images(lambda n: give_to_first(dy[n], padded[n], y[n], dpadded[n], geometry), padded)
    else:
        winner = winning_offset(padded, geometry)
        for number, (i, j) in enumerate(np.ndindex(*geometry.kernel)):
            dpadded[:, :, *offset_slices(geometry, i, j)] += np.where(winner == number, dy, 0)
    dx = rounded(crop(dpadded, geometry), result_dtype(x, dy))
    return dx[0] if unbatched else dx


def give_to_first(
    dy: np.ndarray, padded: np.ndarray, y: np.ndarray, dpadded: np.ndarray, geometry: Geometry
) -> None:
    """Add each dy of one image (C, height, width) to the first pixel of its window that equals y.

    All values must be finite: infinity times 0 would be NaN, and NaN equals nothing.
    """
    free = np.ones(y.shape, bool)
    apart = all(geometry.stride[i] >= geometry.extent[i] for i in (0, 1))
    for i, j in np.ndindex(*geometry.kernel):
        offset = offset_slices(geometry, i, j)
        wins = padded[:, *offset] == y
        wins &= free
        free ^= wins
        if apart:
            np.multiply(dy, wins, out=dpadded[:, *offset])
        else:
            dpadded[:, *offset] += dy * wins


def winning_offset(padded: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Number of the kernel element, counted row by row, that sees the largest value of a window.

    The same for any values, infinite and NaN too, and slower.
    """
    best = np.full((*padded.shape[:2], *geometry.output), -np.inf, padded.dtype)
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
    rows, columns = first
    return np.asarray(rows[:, np.newaxis] * geometry.kernel[1] + columns)
