"""Average pooling, plain and adaptive, forward and backward, with torch's arguments."""

import itertools
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    Pair,
    images,
    images_gradient,
    pair,
    result_dtype,
    rounded,
    working_dtype,
)
from core.numpy_nn.geometry import Geometry, crop, offset_slices, pad, pooling_geometry

OutputSize: TypeAlias = int | Sequence[int | None]


def avg_pool2d(
    x: ArrayLike,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """Return the mean of each window of ``x``, (N, C, H, W) or (C, H, W).

    ``stride`` is ``kernel_size`` unless given. The sum is divided by the number of pixels in the
    window, those of the padding counted only with ``count_include_pad``, or by
    ``divisor_override``. Raises ``ValueError`` where torch refuses.
    """
    x, unbatched = images("x", x)
    geometry = pooling_geometry(x, kernel_size, stride, padding, 1, ceil_mode)
    divisor = window_sizes(geometry, pair("padding", padding, 0), count_include_pad)
    divisor = checked_divisor(divisor, divisor_override)
    padded = pad(x.astype(working_dtype(x), copy=False), geometry)
    total = np.zeros((*x.shape[:2], *geometry.output), padded.dtype)
    for i, j in np.ndindex(*geometry.kernel):
        total += padded[:, :, *offset_slices(geometry, i, j)]
    y = rounded(total / divisor.astype(total.dtype), result_dtype(x))
    return y[0] if unbatched else y


def avg_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """Return dx of ``avg_pool2d``: each dy is shared out equally over its window.

    Of ``x`` only shape and dtype count. Raises ``ValueError`` where ``avg_pool2d`` does, or when
    ``dy`` has not the shape of its result.
    """
    x, unbatched = images("x", x)
    geometry = pooling_geometry(x, kernel_size, stride, padding, 1, ceil_mode)
    divisor = window_sizes(geometry, pair("padding", padding, 0), count_include_pad)
    divisor = checked_divisor(divisor, divisor_override)
    dy = images_gradient(dy, (*x.shape[:2], *geometry.output), unbatched)
    work = working_dtype(dy, x)
    share = dy.astype(work, copy=False) / divisor.astype(work)
    dpadded = np.zeros((*x.shape[:2], *geometry.padded), work)
    for i, j in np.ndindex(*geometry.kernel):
        dpadded[:, :, *offset_slices(geometry, i, j)] += share
    dx = rounded(crop(dpadded, geometry), result_dtype(x, dy))
    return dx[0] if unbatched else dx


def window_sizes(
    geometry: Geometry, padding: tuple[int, int], count_include_pad: bool
) -> np.ndarray:
    """Count the pixels (output height, output width) of each window.

    What hangs over the padded edge in ceil mode is never counted.
    """
    counts = []
    for axis in (0, 1):
        start = np.arange(geometry.output[axis]) * geometry.stride[axis] - padding[axis]
        stop = start + geometry.kernel[axis]
        margin = padding[axis] if count_include_pad else 0
        stop = np.minimum(stop, geometry.size[axis] + margin)
        counts.append(stop - np.maximum(start, -margin))
    return counts[0][:, np.newaxis] * counts[1]


def checked_divisor(divisor: np.ndarray, divisor_override: int | None) -> np.ndarray:
    """Return the divisor of each window, ``divisor_override`` for all where it is given."""
    if divisor_override is None:
        return divisor
    if not isinstance(divisor_override, int | np.integer) or divisor_override == 0:
        raise ValueError(f"divisor_override must be an int other than 0, not {divisor_override!r}")
    return np.asarray(divisor_override)


def adaptive_avg_pool2d(x: ArrayLike, output_size: OutputSize) -> np.ndarray:
    """Cut ``x``, (N, C, H, W) or (C, H, W), into ``output_size`` bins and return their means.

    ``output_size`` is an int or a pair (height, width), None keeping the size. Bin i of n goes from
    floor(i H / n) to ceil((i + 1) H / n). Raises ``ValueError`` where torch refuses.
    """
    x, unbatched = images("x", x)
    rows, columns = adaptive_bins(x, output_size)
    wide = x.astype(working_dtype(x), copy=False)
    y = np.empty((*x.shape[:2], len(rows), len(columns)), wide.dtype)
    for (i, row), (j, column) in bins(rows, columns):
        y[:, :, i, j] = wide[:, :, row, column].mean(axis=(2, 3))
    y = rounded(y, result_dtype(x))
    return y[0] if unbatched else y


def adaptive_avg_pool2d_backward(
    dy: ArrayLike, x: ArrayLike, output_size: OutputSize
) -> np.ndarray:
    """Return dx of ``adaptive_avg_pool2d``: each dy is shared out equally over its bin.

    Of ``x`` only shape and dtype count. Raises ``ValueError`` where ``adaptive_avg_pool2d`` does,
    or when ``dy`` has not the shape of its result.
    """
    x, unbatched = images("x", x)
    rows, columns = adaptive_bins(x, output_size)
    dy = images_gradient(dy, (*x.shape[:2], len(rows), len(columns)), unbatched)
    dx = np.zeros(x.shape, working_dtype(dy, x))
    for (i, row), (j, column) in bins(rows, columns):
        area = (row.stop - row.start) * (column.stop - column.start)
        dx[:, :, row, column] += (dy[:, :, i, j].astype(dx.dtype) / area)[..., None, None]
    dx = rounded(dx, result_dtype(x, dy))
    return dx[0] if unbatched else dx


def adaptive_bins(x: np.ndarray, output_size: OutputSize) -> tuple[list[slice], list[slice]]:
    """Slices of the rows and of the columns of ``x`` that make up the bins."""
    if 0 in x.shape[1:]:
        raise ValueError(f"x must have at least one channel, row and column, not {x.shape}")
    sizes = (output_size,) * 2 if isinstance(output_size, int) else tuple(output_size)
    if len(sizes) != 2:
        raise ValueError(
            f"output_size must be an int or a pair (height, width), not {output_size!r}"
        )
    kept = [x.shape[2 + i] if size is None else size for i, size in enumerate(sizes)]
    slices = []
    for length, count in zip(x.shape[2:], pair("output_size", kept, 0), strict=True):
        slices.append(
            [slice(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
        )
    return slices[0], slices[1]


def bins(
    rows: list[slice], columns: list[slice]
) -> Iterator[tuple[tuple[int, slice], tuple[int, slice]]]:
    """Every row slice with every column slice, each with its number."""
    return itertools.product(enumerate(rows), enumerate(columns))
