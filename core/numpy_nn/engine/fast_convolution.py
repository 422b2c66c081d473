"""The three products of a convolution, fast: one small matrix product for each row of windows.

What the windows of a row see is a matrix (``unfolding``), which times the weight is a row of the
result; times a row of dy, and added up over the rows, it is the gradient of the weight. The
gradient of the input has a way of its own (``folding``). The products are small on purpose: what
they read and write stays in a core's cache, and OpenBLAS copies what it needs for a large product,
but not for a small one.

A block holds a few images, or a few rows of one, so the buffers are small; images, or rows, are
shared out over the cores. Results are those of ``plain_convolution`` up to rounding, and always the
same for the same number of cores.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeAlias

import numpy as np

from core.numpy_nn.engine.buffers import buffers_of_this_thread
from core.numpy_nn.engine.folding import exact_dx, fold
from core.numpy_nn.engine.memory_layout import memory_layout_of
from core.numpy_nn.engine.parallel import blocks, in_parallel, shares
from core.numpy_nn.engine.unfolding import (
    by_row,
    joined,
    row_windows,
    turned_rows,
    unfolded_bytes,
)
from core.numpy_nn.geometry import Geometry
from core.system import cpu_count, one_blas_thread

SMALL = 10_000_000
"""Multiplications up to which a second thread would cost more than it saves: it takes a tenth of a
millisecond to wake up."""

BLOCK_BYTES = 2**22
"""Most that the unfolded pixels of one block may take, and twice what the products may that are
added up to the gradient of the weight; more only when one row needs more."""

UNPACKED = 1_000_000
"""Multiplications of one product up to which OpenBLAS, where it has kernels for small products (on
processors with AVX-512), takes its operands as they lie in memory and copies neither."""

WIDE = 128
"""Columns of a matrix that make up for those copies: so many images lie side by side."""

Part: TypeAlias = tuple[slice, slice]
"""Some images, and some rows of windows in each."""

Task: TypeAlias = Callable[[], np.ndarray | None]


def correlate(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    geometry: Geometry,
    groups: int,
) -> np.ndarray:
    """Slide ``weight`` over ``x`` and add ``bias``; returns (N, C_out, output height, width)."""
    y = np.empty((len(x), len(weight), *geometry.output), x.dtype)
    with one_blas_thread() as alone:
        count = core_count(len(x), weight.size, geometry, alone)
        in_parallel(
            [
                partial(correlate_part, x, weight, bias, y, geometry, groups, part)
                for part in parts(len(x), geometry, count)
            ]
        )
    return y


def weight_gradient(
    dy: np.ndarray, x: np.ndarray, shape: tuple[int, ...], geometry: Geometry, groups: int
) -> np.ndarray:
    """Gradient with respect to a weight of ``shape``: every dy times the window it came from."""
    dweight = np.zeros(shape, x.dtype)
    with one_blas_thread() as alone:
        count = core_count(len(x), dweight.size, geometry, alone)
        tasks = [
            partial(weight_gradient_part, dy, x, geometry, groups, part)
            for part in parts(len(x), geometry, count)
        ]
        add_up(in_parallel(tasks), dweight)
    return dweight


def input_gradient(
    dy: np.ndarray, weight: np.ndarray, geometry: Geometry, groups: int
) -> np.ndarray:
    """Gradient with respect to x: every dy, spread by ``weight`` over the window it came from."""
    dx = np.zeros((len(dy), weight.shape[1] * groups, *geometry.size), dy.dtype)
    layout = memory_layout_of(geometry, dx.shape[1], len(weight), groups)
    matrix = layout.matrix(weight)
    with one_blas_thread() as alone:
        count = core_count(len(dy), weight.size, geometry, alone)
        in_parallel(
            [partial(fold, layout, dy, matrix, dx, some) for some in shares(len(dy), count)]
        )
    return exact_dx(dx, dy, weight, layout)


def gradients(
    dy: np.ndarray, x: np.ndarray, weight: np.ndarray, geometry: Geometry, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (dx, dweight): every core computes its share of both, or one of them of one image."""
    dx, dweight = np.zeros(x.shape, x.dtype), np.zeros_like(weight)
    layout = memory_layout_of(geometry, x.shape[1], len(weight), groups)
    matrix = layout.matrix(weight)
    with one_blas_thread() as alone:
        count = core_count(2 * len(x), weight.size, geometry, alone)
        tasks: list[Task] = []
        for some in shares(len(x), count):
            part = some, slice(0, geometry.output[0])
            tasks.append(partial(weight_gradient_part, dy, x, geometry, groups, part))
            tasks.append(partial(fold, layout, dy, matrix, dx, some))
        of_cores = [tasks[some] for some in shares(len(tasks), count)]
        results = in_parallel([partial(in_turn, some) for some in of_cores])
        add_up((found for some in results for found in some if found is not None), dweight)
    return exact_dx(dx, dy, weight, layout), dweight


def correlate_part(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    y: np.ndarray,
    geometry: Geometry,
    groups: int,
    part: Part,
) -> None:
    """Compute some rows of some images of ``y``, block by block."""
    buffers = buffers_of_this_thread(x.dtype)
    outputs = len(weight) // groups
    by_group = weight.reshape(groups, 1, outputs, *weight.shape[1:]).transpose(0, 1, 2, 4, 5, 3)
    matrix = by_group.reshape(groups, 1, outputs, weight[0].size)
    one_by_one = 2 * matrix[0].size * geometry.output[1] <= UNPACKED  # as blocks_of has it
    for images, rows in blocks_of(part, x, matrix[0].size, geometry):
        result = y[images, :, rows]
        if one_by_one:
            windows = row_windows(x[images, np.newaxis], geometry, rows, groups, buffers)
            np.matmul(matrix, windows, out=by_row(result[:, np.newaxis], groups)[..., 0, :])
        else:
            windows = row_windows(x[np.newaxis, images], geometry, rows, groups, buffers)
            in_rows = by_row(result[np.newaxis], groups)
            products = buffers.take("maps", in_rows.shape)
            np.matmul(matrix, windows, out=joined(products))
            in_rows[...] = products
        if bias is not None:
            result += bias[:, np.newaxis, np.newaxis]


def weight_gradient_part(
    dy: np.ndarray, x: np.ndarray, geometry: Geometry, groups: int, part: Part
) -> np.ndarray:
    """Return what some rows of some images add to the gradient of the weight, as (groups, kernel
    row, kernel column, C_in / groups, C_out / groups).
    """
    buffers = buffers_of_this_thread(x.dtype)
    channels, outputs = x.shape[1] // groups, dy.shape[1] // groups
    inputs = channels * geometry.kernel[0] * geometry.kernel[1]
    total = np.zeros((groups, inputs, outputs), x.dtype)
    for images, rows in blocks_of(part, x, inputs * outputs, geometry):
        (windows,) = row_windows(x[np.newaxis, images], geometry, rows, groups, buffers)
        row_bytes = (windows.shape[2] + 2 * windows.shape[3]) * dy.shape[1] * dy.itemsize
        for some in blocks(rows, BLOCK_BYTES // 2 // row_bytes):
            (turned,) = turned_rows(dy[np.newaxis, images, :, some], groups, buffers)
            its_windows = windows[:, some.start - rows.start : some.stop - rows.start]
            products = buffers.take("maps", (*its_windows.shape[:3], outputs))
            np.matmul(its_windows, turned, out=products)
            total += np.add.reduce(products, axis=1, out=buffers.take("sum", total.shape))
    return total.reshape(groups, *geometry.kernel, channels, outputs)


def add_up(found: Iterable[np.ndarray], dweight: np.ndarray) -> None:
    """Add what the parts found to ``dweight`` (C_out, C_in / groups, kernel)."""
    for some in found:
        by_group = dweight.reshape(len(some), some.shape[-1], *dweight.shape[1:])
        by_group += some.transpose(0, 4, 3, 1, 2)


def in_turn(tasks: list[Task]) -> list[np.ndarray | None]:
    """Call every task and return their results."""
    return [task() for task in tasks]


def core_count(images: int, weights: int, geometry: Geometry, alone: bool) -> int:
    """Number of cores to share the work for so many images out to; 1 when BLAS uses all itself."""
    multiplications = images * geometry.output[0] * geometry.output[1] * weights
    return cpu_count() if alone and multiplications > SMALL else 1


def parts(images: int, geometry: Geometry, count: int) -> list[Part]:
    """Cut the images into ``count`` parts, or their rows where there are fewer images."""
    every, height = slice(0, images), geometry.output[0]
    if images >= count:
        return [(some, slice(0, height)) for some in shares(images, count)]
    return [(every, rows) for rows in shares(height, count)]


def blocks_of(part: Part, x: np.ndarray, weights: int, geometry: Geometry) -> Iterator[Part]:
    """Cut a part into blocks of images, or of rows of one, that ``BLOCK_BYTES`` hold.

    As many images lie side by side as leave a product with the ``weights`` of a group within
    ``UNPACKED``, or where that is not even two, as make it ``WIDE``.
    """
    images, rows = part
    first, two = (unfolded_bytes(x, geometry, count) for count in (1, 2))
    image = first + (two - first) * (rows.stop - rows.start - 1)
    beside = UNPACKED // (weights * geometry.output[1] or 1)
    if beside < 2:
        beside = WIDE // geometry.output[1]
    fitting = 1 + (BLOCK_BYTES - first) // max(1, two - first)
    for some in blocks(images, min(beside, BLOCK_BYTES // max(1, image))):
        if some.start < some.stop:
            for block in blocks(rows, fitting):
                yield some, block
