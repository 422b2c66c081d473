"""How ``folding`` lays gradients and weights out for its matrix product."""

from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np

from core.numpy_nn.engine.parallel import blocks
from core.numpy_nn.geometry import Geometry

Index: TypeAlias = tuple[Any, ...]

BLOCK_BYTES = 2**22
"""Most that the two buffers of one block may take; less only when one row of windows needs more."""


class MemoryLayout:
    """Sizes and orders for one convolution.

    Images are split into *phases*: the pixels that lie a stride apart, among which the convolution
    has stride 1. Element k of a kernel row or column then sees the phase ``k * dilation % stride``,
    shifted by ``k * dilation // stride``.
    """

    def __init__(self, geometry: Geometry, channels: int, channels_out: int, groups: int) -> None:
        self.geometry = geometry
        self.groups = groups
        self.channels, self.channels_out = channels // groups, channels_out // groups
        self.height, self.width = geometry.output
        row_taps, column_taps = (
            [divmod(k * geometry.dilation[axis], geometry.stride[axis]) for k in range(size)]
            for axis, size in enumerate(geometry.kernel)
        )
        self.row_phases = sorted({phase for _, phase in row_taps})
        self.column_phases = sorted({phase for _, phase in column_taps})
        self.shifts = sorted({shift for shift, _ in column_taps})
        self.row_taps = [(shift, self.row_phases.index(phase)) for shift, phase in row_taps]
        self.column_taps = [
            (self.shifts.index(shift), self.column_phases.index(phase))
            for shift, phase in column_taps
        ]
        self.overhang = max(shift for shift, _ in self.row_taps)
        self.row_length = self.width + self.shifts[-1] - self.common_padding()
        self.outputs = len(self.shifts) * self.channels_out
        self.inputs = len(self.row_taps) * len(self.column_phases) * self.channels

    def common_padding(self) -> int:
        """Columns of padding that can be the end of one row and the start of the next at once."""
        whole, common = self.width + self.shifts[-1], self.shifts[-1]
        for phase in self.column_phases:
            offset = phase - self.geometry.padding[1][0]
            _, places = overlap(self.geometry.stride[1], offset, self.geometry.size[1], whole)
            common = min(common, places.start, whole - places.stop)
        return common

    @property
    def is_one_phase(self) -> bool:
        """Whether images are their only phase as they are: stride 1, no padding, no pixel left."""
        reached = self.height + self.overhang, self.row_length
        unpadded = self.geometry.padding == ((0, 0), (0, 0))
        return unpadded and self.geometry.stride == (1, 1) and self.geometry.size == reached

    @property
    def gaps(self) -> int:
        """Number of zeros in ``matrix`` that belong to no kernel element."""
        columns = len(self.shifts) * len(self.column_phases) - len(self.column_taps)
        return columns * len(self.row_taps) * self.groups * self.channels_out * self.channels

    def matrix(self, weight: np.ndarray) -> np.ndarray:
        """Order a weight (C_out, C_in / groups, kernel) as (groups, outputs, inputs).

        Outputs are (shift, C_out), inputs are (kernel row, column phase, C_in).
        """
        matrix = (np.zeros if self.gaps else np.empty)(self.matrix_shape(), weight.dtype)
        shape = (self.groups, self.channels_out, self.channels, *self.geometry.kernel)
        by_column = weight.reshape(shape).transpose(4, 0, 1, 3, 2)
        for (shift, phase), column in zip(self.column_taps, by_column, strict=True):
            matrix[:, shift, :, :, phase] = column
        return matrix.reshape(self.groups, self.outputs, self.inputs)

    def matrix_shape(self) -> tuple[int, ...]:
        """Shape of ``matrix`` before its axes are joined."""
        return (
            *(self.groups, len(self.shifts), self.channels_out),
            *(len(self.row_taps), len(self.column_phases), self.channels),
        )

    def columns_shape(self, images: int, rows: int) -> tuple[int, ...]:
        """Shape of a block's product: (groups, *inputs, images, rows, row length)."""
        inputs = len(self.row_taps), len(self.column_phases), self.channels
        return self.groups, *inputs, images, rows, self.row_length

    def maps_shape(self, images: int, rows: int) -> tuple[int, ...]:
        """Shape of a block's copies of dy: (groups, *outputs, images, rows, row length)."""
        return (
            *(self.groups, len(self.shifts), self.channels_out),
            *(images, rows, self.row_length),
        )

    def phases_shape(self, images: int) -> tuple[int, ...]:
        """Shape of the phases of so many images."""
        return (
            *(len(self.row_phases), len(self.column_phases), self.groups, self.channels),
            *(images, self.height + self.overhang, self.row_length),
        )

    def by_group(self, images: np.ndarray) -> np.ndarray:
        """View (N, C, H, W) as (groups, C / groups, N, H, W)."""
        count, channels, height, width = images.shape
        shape = count, self.groups, channels // self.groups, height, width
        return images.reshape(shape).transpose(1, 2, 0, 3, 4)

    def image_blocks(self, images: slice, itemsize: int) -> list[slice]:
        """Cut images into groups whose windows fit one block, or single ones where none fits."""
        return blocks(images, self.fitting_rows(itemsize) // self.height)

    def row_blocks(self, rows: slice, itemsize: int) -> list[slice]:
        """Cut the rows of windows of one image into blocks; one block if they fit."""
        return blocks(rows, self.fitting_rows(itemsize))

    def fitting_rows(self, itemsize: int) -> int:
        """Number of rows of windows whose buffers take ``BLOCK_BYTES``."""
        row_bytes = (self.outputs + self.inputs) * self.groups * self.row_length * itemsize
        return BLOCK_BYTES // max(row_bytes, 1)

    @cached_property
    def phase_slices(self) -> list[tuple[Index, Index]]:
        """For each phase, which pixels of images (..., H, W) lie where in the phases (row phase,
        column phase, ..., row, column). What has no partner is padding.
        """
        (height, width), (stride_h, stride_w) = self.geometry.size, self.geometry.stride
        (top, _), (left, _) = self.geometry.padding
        slices: list[tuple[Index, Index]] = []
        for i, row_phase in enumerate(self.row_phases):
            rows = self.height + self.overhang
            pixels_h, places_h = overlap(stride_h, row_phase - top, height, rows)
            for j, column_phase in enumerate(self.column_phases):
                offset = column_phase - left
                pixels_w, places_w = overlap(stride_w, offset, width, self.row_length)
                slices.append(((..., pixels_h, pixels_w), (i, j, ..., places_h, places_w)))
        return slices


@lru_cache(maxsize=256)
def memory_layout_of(
    geometry: Geometry, channels: int, channels_out: int, groups: int
) -> MemoryLayout:
    """Return the memory layout of a convolution, made once for each that is in use."""
    return MemoryLayout(geometry, channels, channels_out, groups)


def overlap(stride: int, offset: int, length: int, count: int) -> tuple[slice, slice]:
    """Match the pixels offset, offset + stride, ... (``count`` of them) with those that exist.

    Returns the slice of the ``length`` pixels and the slice of the ``count`` places.
    """
    first = max(0, -(offset // stride))
    last = min(count, (length - 1 - offset) // stride + 1)
    start = first * stride + offset
    number = max(0, last - first)
    return slice(start, start + number * stride, stride), slice(first, first + number)
