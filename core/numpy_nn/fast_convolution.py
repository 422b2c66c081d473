"""The three products of a convolution, fast: rows unfolded before one matrix product, columns
folded after it.

The usual way (``plain_convolution``) copies each pixel once for every kernel element. Here each
pixel is copied once for every kernel *row*. The matrix product then gives one map for every kernel
*column*, and the maps, each shifted by its column, add up to the result. A shift of whole maps is
one long addition: what it carries over the end of a row lands in columns that are dropped. The
backward pass runs the same steps the other way round, copies in place of additions.

A block holds a few images, or a few rows of one, so the buffers are small; the images are shared
out over the cores. Results are those of ``plain_convolution`` up to rounding, and always the same
for the same number of cores.
"""

import math
import threading
from functools import partial

import numpy as np

from core.numpy_nn import plain_convolution
from core.numpy_nn.arguments import is_finite
from core.numpy_nn.geometry import Geometry
from core.numpy_nn.layout import Layout, layout_of
from core.numpy_nn.threads import in_parallel, shares
from core.system import cpu_count, one_blas_thread

SMALL = 10_000_000
"""Multiplications up to which a second thread would cost more than it saves: it takes a tenth of a
millisecond to wake up."""


def correlate(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    geometry: Geometry,
    groups: int,
) -> np.ndarray:
    """Slide ``weight`` over ``x`` and add ``bias``; returns (N, C_out, output height, width)."""
    layout = layout_of(geometry, x.shape[1], len(weight), groups)
    y = np.empty((len(x), len(weight), *geometry.output), x.dtype)
    matrix = layout.matrix(weight)
    added = np.zeros(len(weight), x.dtype) if bias is None else bias
    added = added.reshape(groups, layout.channels_out, 1)
    with one_blas_thread() as alone:
        count = share_count(layout, len(x), alone)
        images, rows = [slice(0, len(x))], [slice(0, layout.height)]
        if len(x) >= count:
            images = shares(len(x), count)
        else:
            rows = shares(layout.height, count)
        in_parallel(
            [
                partial(correlate_share, layout, x, matrix, added, y, some_images, some_rows)
                for some_images in images
                for some_rows in rows
            ]
        )
    if layout.gaps and not is_finite(y):
        return plain_convolution.correlate(x, weight, bias, geometry, groups)
    return y


def gradients(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, geometry: Geometry, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (dx, dweight)."""
    layout = layout_of(geometry, x.shape[1], len(weight), groups)
    dx, matrix = np.zeros(x.shape, x.dtype), layout.matrix(weight)
    every = slice(0, len(x))
    with one_blas_thread() as alone:
        count = share_count(layout, 2 * len(x), alone)
        if len(x) >= count:
            shared = [
                partial(backward_share, layout, images, dy, x, matrix, dx)
                for images in shares(len(x), count)
            ]
        else:  # one core for each of the two gradients
            shared = [
                partial(backward_share, layout, every, dy, x, None, None),
                partial(backward_share, layout, every, dy, None, matrix, dx),
            ]
        dmatrices = [dmatrix for dmatrix in in_parallel(shared) if dmatrix is not None]
    dweight = layout.weight(sum(dmatrices[1:], dmatrices[0]))
    return exact_dx(dx, dy, weight, layout), exact_dweight(dweight, dy, x, layout)


def weight_gradient(
    dy: np.ndarray, x: np.ndarray, shape: tuple[int, ...], geometry: Geometry, groups: int
) -> np.ndarray:
    """Gradient with respect to a weight of ``shape``: every dy times the window it came from."""
    layout = layout_of(geometry, x.shape[1], shape[0], groups)
    with one_blas_thread() as alone:
        shared = [
            partial(backward_share, layout, images, dy, x, None, None)
            for images in shares(len(x), share_count(layout, len(x), alone))
        ]
        dmatrices = [dmatrix for dmatrix in in_parallel(shared) if dmatrix is not None]
    return exact_dweight(layout.weight(sum(dmatrices[1:], dmatrices[0])), dy, x, layout)


def input_gradient(
    dy: np.ndarray, weight: np.ndarray, geometry: Geometry, groups: int
) -> np.ndarray:
    """Gradient with respect to x: every dy, spread by ``weight`` over the window it came from."""
    channels = weight.shape[1] * groups
    layout = layout_of(geometry, channels, len(weight), groups)
    dx, matrix = np.zeros((len(dy), channels, *geometry.size), dy.dtype), layout.matrix(weight)
    with one_blas_thread() as alone:
        in_parallel(
            [
                partial(backward_share, layout, images, dy, None, matrix, dx)
                for images in shares(len(dy), share_count(layout, len(dy), alone))
            ]
        )
    return exact_dx(dx, dy, weight, layout)


def correlate_share(
    layout: Layout,
    x: np.ndarray,
    matrix: np.ndarray,
    bias: np.ndarray,
    y: np.ndarray,
    images: slice,
    rows: slice,
) -> None:
    """Compute some rows of some images of ``y``, block by block."""
    room = room_of_thread(x.dtype)
    x, y = layout.by_group(x), layout.by_group(y)
    for some_images in layout.image_blocks(images, x.itemsize):
        phases = split_into_phases(layout, x[:, :, some_images], rows, room)
        for block in layout.row_blocks(rows, x.itemsize):
            columns = unfold_rows(layout, phases, block.start - rows.start, block, room)
            maps = room.take("maps", layout.maps_shape(*columns.shape[-3:-1]))
            np.matmul(matrix, joined(columns), out=joined(maps))
            y[:, :, some_images, block] = fold_columns(layout, maps, bias)


def backward_share(
    layout: Layout,
    images: slice,
    dy: np.ndarray,
    x: np.ndarray | None,
    matrix: np.ndarray | None,
    dx: np.ndarray | None,
) -> np.ndarray | None:
    """Compute dx of some images, given ``matrix`` and zeros in ``dx``; given ``x``, return what
    these images add to the gradient of the matrix.
    """
    room = room_of_thread(dy.dtype)
    dmatrix = None
    dy, rows = layout.by_group(dy), slice(0, layout.height)
    for some in layout.image_blocks(images, dy.itemsize):
        if x is not None:
            phases = split_into_phases(layout, layout.by_group(x)[:, :, some], rows, room)
        if dx is not None:
            dphases = empty_phases(layout, layout.by_group(dx)[:, :, some], room)
        for block in layout.row_blocks(rows, dy.itemsize):
            maps = unfold_columns(layout, dy[:, :, some, block], room)
            if x is not None:
                columns = unfold_rows(layout, phases, block.start, block, room)
                product = joined(maps) @ joined(columns).swapaxes(1, 2)
                dmatrix = product if dmatrix is None else np.add(dmatrix, product, out=dmatrix)
            if dx is not None and matrix is not None:
                columns = room.take("columns", layout.columns_shape(*maps.shape[-3:-1]))
                np.matmul(matrix.swapaxes(1, 2), joined(maps), out=joined(columns))
                fold_rows(layout, columns, dphases, block)
        if dx is not None:
            join_phases(layout, dphases, layout.by_group(dx)[:, :, some])
    return dmatrix


def split_into_phases(layout: Layout, x: np.ndarray, rows: slice, room: "Room") -> np.ndarray:
    """Return what some rows of windows see of ``x`` (groups, C, n, H, W), split into phases.

    Returns (row phase, column phase, groups, C, n, row, column), a view where that is possible.
    """
    if layout.is_one_phase:
        seen: np.ndarray = x[..., rows.start : rows.stop + layout.overhang, :]
        return seen[np.newaxis, np.newaxis]
    phases = room.zeros("phases", layout.phases_shape(x.shape[2], rows.stop - rows.start))
    for pixels, places in layout.phase_views(x, phases, rows.start):
        places[...] = pixels
    return phases


def empty_phases(layout: Layout, dx: np.ndarray, room: "Room") -> np.ndarray:
    """Return zeros to collect the phases of ``dx`` (groups, C, n, H, W) in, ``dx`` if it can be."""
    if layout.is_one_phase:
        return dx[np.newaxis, np.newaxis]
    return room.zeros("dphases", layout.phases_shape(dx.shape[2], layout.height))


def join_phases(layout: Layout, phases: np.ndarray, dx: np.ndarray) -> None:
    """Put the phases of all rows back where ``split_into_phases`` took them from."""
    if not layout.is_one_phase:
        for pixels, places in layout.phase_views(dx, phases, 0):
            pixels[...] = places


def unfold_rows(
    layout: Layout, phases: np.ndarray, first: int, rows: slice, room: "Room"
) -> np.ndarray:
    """Copy what each kernel row sees of the phases, for ``rows`` of windows, of which the topmost
    sees the phases from row ``first`` on.

    Returns (groups, kernel row, column phase, C, n, rows, row length).
    """
    height = rows.stop - rows.start
    columns = room.take("columns", layout.columns_shape(phases.shape[-3], height))
    for number, (shift, phase) in enumerate(layout.row_taps):
        seen = phases[phase, ..., first + shift : first + shift + height, :]
        columns[:, number] = seen.swapaxes(0, 1)
    return columns


def fold_rows(layout: Layout, columns: np.ndarray, phases: np.ndarray, rows: slice) -> None:
    """Add what ``unfold_rows`` copied up again, into the phases of the whole image."""
    for number, (shift, phase) in enumerate(layout.row_taps):
        seen = phases[phase, ..., rows.start + shift : rows.stop + shift, :]
        seen += columns[:, number].swapaxes(0, 1)


def fold_columns(layout: Layout, maps: np.ndarray, bias: np.ndarray) -> np.ndarray:
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


def unfold_columns(layout: Layout, dy: np.ndarray, room: "Room") -> np.ndarray:
    """Copy ``dy`` (groups, C_out, n, rows, width) once for each kernel column, shifted by it.

    Returns (groups, kernel column, C_out, n, rows, row length); what ``fold_columns`` drops is 0.
    """
    groups, channels, count, height, width = dy.shape
    shape = channels, count, height, layout.row_length
    length, lead = math.prod(shape), layout.shifts[-1]
    frame = room.zeros("frame", (groups, lead + length))
    frame[:, lead:].reshape(groups, *shape)[..., :width] = dy
    maps = room.take("maps", (groups, len(layout.shifts), length))
    for number, shift in enumerate(layout.shifts):
        maps[:, number] = frame[:, lead - shift : lead - shift + length]
    return maps.reshape(groups, len(layout.shifts), *shape)


def joined(block: np.ndarray) -> np.ndarray:
    """View (groups, ..., n, rows, row length) as one matrix for each group."""
    return block.reshape(len(block), math.prod(block.shape[1:-3]), math.prod(block.shape[-3:]))


class Room:
    """Buffers that one thread uses again for every block."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype
        self.buffers: dict[str, np.ndarray] = {}

    def take(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Return the buffer of that name as an array of ``shape``, whatever it holds."""
        size = math.prod(shape)
        if name not in self.buffers or self.buffers[name].size < size:
            self.buffers[name] = np.empty(size, self.dtype)
        return self.buffers[name][:size].reshape(shape)

    def zeros(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Return the buffer of that name as zeros of ``shape``."""
        array = self.take(name, shape)
        array.fill(0)
        return array


rooms = threading.local()


def room_of_thread(dtype: np.dtype) -> Room:
    """Return this thread's room for ``dtype``, kept because fresh memory costs more than a copy."""
    if getattr(rooms, "room", None) is None or rooms.room.dtype != dtype:
        rooms.room = Room(dtype)
    room: Room = rooms.room
    return room


def share_count(layout: Layout, images: int, alone: bool) -> int:
    """Number of cores to share the work for so many images out to; 1 when BLAS uses all itself."""
    windows = images * layout.height * layout.row_length
    multiplications = windows * layout.groups * layout.inputs * layout.outputs
    return cpu_count() if alone and multiplications > SMALL else 1


def exact_dx(dx: np.ndarray, dy: np.ndarray, weight: np.ndarray, layout: Layout) -> np.ndarray:
    """Return ``dx``, computed the plain way where infinities may have met our extra zeros."""
    if is_finite(weight) and not (layout.gaps and not is_finite(dx)):
        return dx
    return plain_convolution.input_gradient(dy, weight, layout.geometry, layout.groups)


def exact_dweight(dweight: np.ndarray, dy: np.ndarray, x: np.ndarray, layout: Layout) -> np.ndarray:
    """Return ``dweight``, computed the plain way where infinities may have met our extra zeros."""
    if is_finite(dweight):
        return dweight
    return plain_convolution.weight_gradient(dy, x, dweight.shape, layout.geometry, layout.groups)
