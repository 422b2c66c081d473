"""The copies before a convolution's matrix product and the additions after it, and their reverses.

Images and gradients are seen by group: x as (groups, C, n, H, W), dy as (groups, C_out, n, rows,
width), where n counts the images of a block and C, C_out the channels of a group.
"""

import math

import numpy as np

from core.numpy_nn.engine.buffers import Buffers
from core.numpy_nn.engine.memory_layout import MemoryLayout


def split_into_phases(
    layout: MemoryLayout, x: np.ndarray, rows: slice, buffers: Buffers
) -> np.ndarray:
    """Return what some rows of windows see of ``x`` (groups, C, n, H, W), split into phases.

    Returns (row phase, column phase, groups, C, n, row, column), a view where that is possible.
    """
    if layout.is_one_phase:
        seen: np.ndarray = x[..., rows.start : rows.stop + layout.overhang, :]
        return seen[np.newaxis, np.newaxis]
    phases = buffers.zeros("phases", layout.phases_shape(x.shape[2], rows.stop - rows.start))
    for pixels, places in layout.phase_views(x, phases, rows.start):
        places[...] = pixels
    return phases


def empty_phases(layout: MemoryLayout, dx: np.ndarray, buffers: Buffers) -> np.ndarray:
    """Return zeros to collect the phases of ``dx`` (groups, C, n, H, W) in, ``dx`` if it can be."""
    if layout.is_one_phase:
        return dx[np.newaxis, np.newaxis]
    return buffers.zeros("dphases", layout.phases_shape(dx.shape[2], layout.height))


def join_phases(layout: MemoryLayout, phases: np.ndarray, dx: np.ndarray) -> None:
    """Put the phases of all rows back where ``split_into_phases`` took them from."""
    if not layout.is_one_phase:
        for pixels, places in layout.phase_views(dx, phases, 0):
            pixels[...] = places


def unfold_rows(
    layout: MemoryLayout, phases: np.ndarray, first: int, rows: slice, buffers: Buffers
) -> np.ndarray:
    """Copy what each kernel row sees of the phases, for ``rows`` of windows, of which the topmost
    sees the phases from row ``first`` on.

    Returns (groups, kernel row, column phase, C, n, rows, row length).
    """
    height = rows.stop - rows.start
    columns = buffers.take("columns", layout.columns_shape(phases.shape[-3], height))
    for number, (shift, phase) in enumerate(layout.row_taps):
        seen = phases[phase, ..., first + shift : first + shift + height, :]
        columns[:, number] = seen.swapaxes(0, 1)
    return columns


def fold_rows(layout: MemoryLayout, columns: np.ndarray, phases: np.ndarray, rows: slice) -> None:
    """Add what ``unfold_rows`` copied up again, into the phases of the whole image."""
    for number, (shift, phase) in enumerate(layout.row_taps):
        seen = phases[phase, ..., rows.start + shift : rows.stop + shift, :]
        seen += columns[:, number].swapaxes(0, 1)


def fold_columns(layout: MemoryLayout, maps: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Add the maps of the kernel columns, each shifted by its column, and ``bias`` to the first.

    ``bias`` is (groups, C_out, 1). Returns the view (groups, C_out, n, rows, width) of it.
    """
    flat = maps.reshape(*maps.shape[:2], math.prod(maps.shape[2:]))
    total = flat[:, 0]
    for number, shift in enumerate(layout.shifts[1:], start=1):
        reached = max(0, total.shape[1] - shift)  # beyond the last row there is padding only
        total[:, :reached] += flat[:, number, shift:]
    by_channel = maps[:, 0].reshape(*bias.shape[:2], math.prod(maps.shape[3:]))
    by_channel += bias
    result: np.ndarray = maps[:, 0, ..., : layout.width]
    return result


def unfold_columns(layout: MemoryLayout, dy: np.ndarray, buffers: Buffers) -> np.ndarray:
    """Copy ``dy`` (groups, C_out, n, rows, width) once for each kernel column, shifted by it.

    Returns (groups, kernel column, C_out, n, rows, row length); what ``fold_columns`` drops is 0.
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
