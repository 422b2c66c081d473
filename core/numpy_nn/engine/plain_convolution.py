"""The three products of a convolution, written the plain way: unfold the windows, multiply.

Kept as the twin that says what ``fast_convolution`` computes; the tests hold the two together.
Arrays are (N, C, H, W) and (C_out, C_in / groups, kernel height, kernel width), all of one float
dtype. Formulas: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016).
"""

import numpy as np

from core.numpy_nn.geometry import Geometry, crop, offset_slices, pad, windows


def correlate(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    geometry: Geometry,
    groups: int,
) -> np.ndarray:
    """Slide ``weight`` over ``x`` and add ``bias``; returns (N, C_out, output height, width)."""
    columns = unfold(x, geometry, groups)
    y: np.ndarray = grouped(weight, groups) @ columns
    y = y.reshape(len(x), len(weight), *geometry.output)
    return y if bias is None else y + bias[:, np.newaxis, np.newaxis]


def weight_gradient(
    dy: np.ndarray, x: np.ndarray, shape: tuple[int, ...], geometry: Geometry, groups: int
) -> np.ndarray:
    """Gradient with respect to a weight of ``shape``: every dy times the window it came from."""
    columns = unfold(x, geometry, groups)
    dy = by_group(dy, groups)
    dweight: np.ndarray = (dy @ columns.swapaxes(2, 3)).sum(axis=0).reshape(shape)
    return dweight


def input_gradient(
    dy: np.ndarray, weight: np.ndarray, geometry: Geometry, groups: int
) -> np.ndarray:
    """Gradient with respect to x: every dy, spread by ``weight`` over the window it came from."""
    count, kernel = len(dy), geometry.kernel
    dcolumns = grouped(weight, groups).swapaxes(1, 2) @ by_group(dy, groups)
    channels = groups * weight.shape[1]
    dcolumns = dcolumns.reshape(count, channels, *kernel, *geometry.output)
    dpadded = np.zeros((count, channels, *geometry.padded), dy.dtype)
    for i, j in np.ndindex(*kernel):
        dpadded[:, :, *offset_slices(geometry, i, j)] += dcolumns[:, :, i, j]
    return crop(dpadded, geometry)


def unfold(x: np.ndarray, geometry: Geometry, groups: int) -> np.ndarray:
    """Copy every window into a column: (N, groups, C_in / groups * kernel, windows)."""
    count, channels = x.shape[:2]
    taps = channels // groups * geometry.kernel[0] * geometry.kernel[1]
    columns = windows(pad(x, geometry), geometry).transpose(0, 1, 4, 5, 2, 3)
    return columns.reshape(count, groups, taps, geometry.output[0] * geometry.output[1])


def grouped(weight: np.ndarray, groups: int) -> np.ndarray:
    """Return ``weight`` as one matrix (C_out / groups, taps) for each group."""
    taps = weight.shape[1] * weight.shape[2] * weight.shape[3]
    return weight.reshape(groups, len(weight) // groups, taps)


def by_group(dy: np.ndarray, groups: int) -> np.ndarray:
    """Return (N, C_out, height, width) as (N, groups, C_out / groups, height * width)."""
    count, channels, height, width = dy.shape
    return dy.reshape(count, groups, channels // groups, height * width)
