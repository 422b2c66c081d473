"""What the windows of a convolution see, as matrices: the copy that it takes, and the views.

The usual way copies each pixel once for every kernel element. Here it is copied once for every
kernel *column*, and the order in memory gives the kernel's rows for nothing: rows of pixels that
follow each other are the rows of one matrix, so what a window sees is a slice of it, and what the
window below sees is a slice that begins a stride further and overlaps it.

Images come as (batches, n, C, H, W): the rows of the ``n`` images of a batch lie side by side.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from core.numpy_nn.engine.buffers import Buffers
from core.numpy_nn.engine.memory_layout import overlap
from core.numpy_nn.geometry import Geometry


def row_windows(
    images: np.ndarray, geometry: Geometry, rows: slice, groups: int, buffers: Buffers
) -> np.ndarray:
    """Return what some ``rows`` of windows see of images (batches, n, C, H, W), a matrix for each.

    Returns (batches, groups, rows, kernel row * kernel column * C / groups, n * width). The
    matrices of neighbouring rows share their memory: read it only.
    """
    unfolded = unfold_columns(framed(images, geometry, rows, buffers), geometry, groups, buffers)
    batch, group, row, _, channel, _, pixel = unfolded.strides
    columns, channels, count, width = unfolded.shape[3:]
    shape = (
        *(len(images), groups, rows.stop - rows.start),
        *(geometry.kernel[0], columns * channels, count * width),
    )
    steps = geometry.stride[0] * row, geometry.dilation[0] * row
    windows = as_strided(unfolded, shape, (batch, group, *steps, channel, pixel), writeable=False)
    # A view, but for a dilated kernel: its rows are not neighbours, and reshape copies them.
    return windows.reshape(*shape[:3], shape[3] * shape[4], shape[5])


def unfold_columns(
    seen: np.ndarray, geometry: Geometry, groups: int, buffers: Buffers
) -> np.ndarray:
    """Copy each row of pixels (batches, n, C, H, W) once for every kernel column.

    Returns (batches, groups, H, kernel column, C / groups, n, width): width counts the windows.
    """
    batches, count, channels, height, _ = seen.shape
    batch, image, channel, row, pixel = seen.strides
    per_group, width, columns = channels // groups, geometry.output[1], geometry.kernel[1]
    by_column = as_strided(
        seen,
        (batches, groups, height, columns, per_group, count, width),
        (
            *(batch, per_group * channel, row, geometry.dilation[1] * pixel),
            *(channel, image, geometry.stride[1] * pixel),
        ),
        writeable=False,
    )
    unfolded = buffers.take("columns", by_column.shape)
    unfolded[...] = by_column
    return unfolded


def framed(images: np.ndarray, geometry: Geometry, rows: slice, buffers: Buffers) -> np.ndarray:
    """Return the pixels of images (..., H, W) from the first to the last that some ``rows`` of
    windows touch, zeros where there are none: a view where all exist.
    """
    top = geometry.stride[0] * rows.start - geometry.padding[0][0]
    height = touched(geometry, 0, rows.stop - rows.start)
    left, width = -geometry.padding[1][0], touched(geometry, 1, geometry.output[1])
    pixels_h, places_h = overlap(1, top, images.shape[-2], height)
    pixels_w, places_w = overlap(1, left, images.shape[-1], width)
    pixels: np.ndarray = images[..., pixels_h, pixels_w]
    if pixels.shape[-2:] == (height, width):
        return pixels
    frame = buffers.zeros("frame", (*images.shape[:-2], height, width))
    frame[..., places_h, places_w] = pixels
    return frame


def unfolded_bytes(images: np.ndarray, geometry: Geometry, rows: int) -> int:
    """Bytes of what so many rows of windows see of one of ``images`` (N, C, H, W), unfolded."""
    by_column = images.shape[1] * geometry.kernel[1] * geometry.output[1]
    return int(by_column * touched(geometry, 0, rows) * images.itemsize)


def touched(geometry: Geometry, axis: int, count: int) -> int:
    """Pixels from the first to the last that ``count`` windows touch along an axis."""
    return geometry.stride[axis] * (count - 1) + geometry.extent[axis]


def by_row(images: np.ndarray, groups: int) -> np.ndarray:
    """View images (batches, n, C, H, W) as (batches, groups, H, C / groups, n, W)."""
    batches, count, channels, height, width = images.shape
    by_group = images.reshape(batches, count, groups, channels // groups, height, width)
    return by_group.transpose(0, 2, 4, 3, 1, 5)


def turned_rows(images: np.ndarray, groups: int, buffers: Buffers) -> np.ndarray:
    """Copy images (batches, n, C, H, W) with the channels last: (batches, groups, H, n * W,
    C / groups).
    """
    rows = by_row(images, groups)
    # Channels are often a power of two bytes apart, which a cache takes badly: first closer.
    close = buffers.take("frame", rows.shape)
    close[...] = rows
    channels_last = joined(close).swapaxes(3, 4)
    turned = buffers.take("turned", channels_last.shape)
    turned[...] = channels_last
    return turned


def joined(rows: np.ndarray) -> np.ndarray:
    """View (batches, groups, rows, C / groups, n, W) as (batches, groups, rows, C / groups, n * W):
    a matrix for each row.
    """
    return rows.reshape(*rows.shape[:4], rows.shape[4] * rows.shape[5])
