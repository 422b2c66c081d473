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

from functools import partial

import numpy as np

from core.numpy_nn.arguments import is_finite
from core.numpy_nn.engine import plain_convolution
from core.numpy_nn.engine.buffers import buffers_of_this_thread
from core.numpy_nn.engine.memory_layout import MemoryLayout, memory_layout_of
from core.numpy_nn.engine.parallel import in_parallel, shares
from core.numpy_nn.engine.unfolding import (
    empty_phases,
    fold_columns,
    fold_rows,
    join_phases,
    joined,
    split_into_phases,
    unfold_columns,
    unfold_rows,
)
from core.numpy_nn.geometry import Geometry
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
    layout = memory_layout_of(geometry, x.shape[1], len(weight), groups)
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
    layout = memory_layout_of(geometry, x.shape[1], len(weight), groups)
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
    layout = memory_layout_of(geometry, x.shape[1], shape[0], groups)
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
    layout = memory_layout_of(geometry, channels, len(weight), groups)
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
    layout: MemoryLayout,
    x: np.ndarray,
    matrix: np.ndarray,
    bias: np.ndarray,
    y: np.ndarray,
    images: slice,
    rows: slice,
) -> None:
    """Compute some rows of some images of ``y``, block by block."""
    buffers = buffers_of_this_thread(x.dtype)
    x, y = layout.by_group(x), layout.by_group(y)
    for some_images in layout.image_blocks(images, x.itemsize):
        phases = split_into_phases(layout, x[:, :, some_images], rows, buffers)
        for block in layout.row_blocks(rows, x.itemsize):
            columns = unfold_rows(layout, phases, block.start - rows.start, block, buffers)
            maps = buffers.take("maps", layout.maps_shape(*columns.shape[-3:-1]))
            np.matmul(matrix, joined(columns), out=joined(maps))
            y[:, :, some_images, block] = fold_columns(layout, maps, bias)


def backward_share(
    layout: MemoryLayout,
    images: slice,
    dy: np.ndarray,
    x: np.ndarray | None,
    matrix: np.ndarray | None,
    dx: np.ndarray | None,
) -> np.ndarray | None:
    """Compute dx of some images, given ``matrix`` and zeros in ``dx``; given ``x``, return what
    these images add to the gradient of the matrix.
    """
    buffers = buffers_of_this_thread(dy.dtype)
    dmatrix = None
    dy, rows = layout.by_group(dy), slice(0, layout.height)
    for some in layout.image_blocks(images, dy.itemsize):
        if x is not None:
            phases = split_into_phases(layout, layout.by_group(x)[:, :, some], rows, buffers)
        if dx is not None:
            dphases = empty_phases(layout, layout.by_group(dx)[:, :, some], buffers)
        for block in layout.row_blocks(rows, dy.itemsize):
            maps = unfold_columns(layout, dy[:, :, some, block], buffers)
            if x is not None:
                columns = unfold_rows(layout, phases, block.start, block, buffers)
                product = joined(maps) @ joined(columns).swapaxes(1, 2)
                dmatrix = product if dmatrix is None else np.add(dmatrix, product, out=dmatrix)
            if dx is not None and matrix is not None:
                columns = buffers.take("columns", layout.columns_shape(*maps.shape[-3:-1]))
                np.matmul(matrix.swapaxes(1, 2), joined(maps), out=joined(columns))
                fold_rows(layout, columns, dphases, block)
        if dx is not None:
            join_phases(layout, dphases, layout.by_group(dx)[:, :, some])
    return dmatrix


def share_count(layout: MemoryLayout, images: int, alone: bool) -> int:
    """Number of cores to share the work for so many images out to; 1 when BLAS uses all itself."""
    windows = images * layout.height * layout.row_length
    multiplications = windows * layout.groups * layout.inputs * layout.outputs
    return cpu_count() if alone and multiplications > SMALL else 1


def exact_dx(
    dx: np.ndarray, dy: np.ndarray, weight: np.ndarray, layout: MemoryLayout
) -> np.ndarray:
    """Return ``dx``, computed the plain way where infinities may have met our extra zeros."""
    if is_finite(weight) and not (layout.gaps and not is_finite(dx)):
        return dx
    return plain_convolution.input_gradient(dy, weight, layout.geometry, layout.groups)


def exact_dweight(
    dweight: np.ndarray, dy: np.ndarray, x: np.ndarray, layout: MemoryLayout
) -> np.ndarray:
    """Return ``dweight``, computed the plain way where infinities may have met our extra zeros."""
    if is_finite(dweight):
        return dweight
    return plain_convolution.weight_gradient(dy, x, dweight.shape, layout.geometry, layout.groups)
