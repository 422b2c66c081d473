"""The gradient with respect to a convolution's input: a matrix product, and its result folded.

The usual way adds each number of the product to its pixel, kernel element by kernel element. Here
dy is copied once for every kernel *column*, shifted by it, so that the product adds up over the
columns; what is left is one addition for every kernel *row*, of whole rows of pixels at once. A
shift of whole maps is one long copy: what it carries over the end of a row lands in columns that
are zero or dropped.

Arrays are seen by group: dx as (groups, C, n, H, W), dy as (groups, C_out, n, rows, width), where n
counts the images of a block and C, C_out the channels of a group.
"""

import math

import numpy as np

from core.numpy_nn.arguments import is_finite
from core.numpy_nn.engine import plain_convolution
from core.numpy_nn.engine.buffers import Buffers, buffers_of_this_thread
from core.numpy_nn.engine.memory_layout import MemoryLayout


def fold(
    layout: MemoryLayout, dy: np.ndarray, matrix: np.ndarray, dx: np.ndarray, images: slice
) -> None:
    """Compute some images of ``dx``, which holds zeros, block by block; ``matrix`` is the weight as
    ``layout`` orders it.
    """
    buffers = buffers_of_this_thread(dy.dtype)
    dy, dx = layout.by_group(dy), layout.by_group(dx)
    for some in layout.image_blocks(images, dy.itemsize):
        phases = empty_phases(layout, dx[:, :, some], buffers)
        for rows in layout.row_blocks(slice(0, layout.height), dy.itemsize):
            maps = shifted_copies(layout, dy[:, :, some, rows], buffers)
            columns = buffers.take("columns", layout.columns_shape(*maps.shape[-3:-1]))
            np.matmul(matrix.swapaxes(1, 2), joined(maps), out=joined(columns))
            fold_rows(layout, columns, phases, rows)
        join_phases(layout, phases, dx[:, :, some])


def exact_dx(
    dx: np.ndarray, dy: np.ndarray, weight: np.ndarray, layout: MemoryLayout
) -> np.ndarray:
    """Return ``dx``, computed the plain way where infinities may have met our extra zeros."""
    if is_finite(weight) and not (layout.gaps and not is_finite(dx)):
        return dx
    return plain_convolution.input_gradient(dy, weight, layout.geometry, layout.groups)


def empty_phases(layout: MemoryLayout, dx: np.ndarray, buffers: Buffers) -> np.ndarray:
    """Return zeros to collect the phases of ``dx`` (groups, C, n, H, W) in, ``dx`` if it can be.

    Returns (row phase, column phase, groups, C, n, row, column).
    """
    if layout.is_one_phase:
        return dx[np.newaxis, np.newaxis]
    return buffers.zeros("phases", layout.phases_shape(dx.shape[2]))


def join_phases(layout: MemoryLayout, phases: np.ndarray, dx: np.ndarray) -> None:
    """Put the phases of all rows where they belong in ``dx``."""
    if not layout.is_one_phase:
        for pixels, places in layout.phase_slices:
            dx[pixels] = phases[places]


def fold_rows(layout: MemoryLayout, columns: np.ndarray, phases: np.ndarray, rows: slice) -> None:
    """Add each kernel row of ``columns`` (groups, kernel row, column phase, C, n, rows, row length)
    to the rows of the whole image's phases that it sees.
    """
    for number, (shift, phase) in enumerate(layout.row_taps):
        seen = phases[phase, ..., rows.start + shift : rows.stop + shift, :]
        seen += columns[:, number].swapaxes(0, 1)


def shifted_copies(layout: MemoryLayout, dy: np.ndarray, buffers: Buffers) -> np.ndarray:
    """Copy ``dy`` (groups, C_out, n, rows, width) once for each kernel column, shifted by it.

    Returns (groups, kernel column, C_out, n, rows, row length), zero behind the width.
    """
    groups, channels, count, height, width = dy.shape
    shape = channels, count, height, layout.row_length
    length, lead = math.prod(shape), layout.shifts[-1]
    frame = buffers.zeros("frame", (groups, lead + length))
    frame[:, lead:].reshape(groups, *shape)[..., :width] = dy
    maps = buffers.take("maps", (groups, len(layout.shifts), length))
    for number, shift in enumerate(layout.shifts):
        maps[:, number] = frame[:, lead - shift : lead - shift + length]
    return maps.reshape(groups, len(layout.shifts), *shape)


def joined(block: np.ndarray) -> np.ndarray:
    """View (groups, ..., n, rows, row length) as one matrix for each group."""
    return block.reshape(len(block), math.prod(block.shape[1:-3]), math.prod(block.shape[-3:]))
