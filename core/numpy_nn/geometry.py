"""Where the windows of a convolution or a pooling lie."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.numpy_nn.arguments import Pair, pair

Padding = Pair | Literal["same", "valid"]


@dataclass(frozen=True)
class Geometry:
    """Windows over images: every pair is (height, width), ``padding`` is (before, after) for each.

    ``size`` is that of the images without padding, ``output`` counts the windows below and beside
    each other; the padded images may hold more pixels than the windows reach.
    """

    size: tuple[int, int]
    output: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]
    dilation: tuple[int, int]

    @property
    def extent(self) -> tuple[int, int]:
        """Pixels from the first to the last that a window touches, both included."""
        return extent(self.kernel, self.dilation)

    @property
    def padded(self) -> tuple[int, int]:
        """Size of the padded images."""
        (top, bottom), (left, right) = self.padding
        return self.size[0] + top + bottom, self.size[1] + left + right


def extent(kernel: tuple[int, int], dilation: tuple[int, int]) -> tuple[int, int]:
    """Pixels from the first to the last that a window of the kernel touches, both included."""
    return dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1


def convolution_geometry(
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: Pair,
    padding: Padding,
    dilation: Pair,
) -> Geometry:
    """Read the arguments of a convolution; raises ``ValueError`` when no window fits."""
    strides, dilations = pair("stride", stride, 1), pair("dilation", dilation, 1)
    sides = padding if isinstance(padding, str) else pair("padding", padding, 0)
    return make_geometry(size, kernel, strides, sides, dilations)


@lru_cache(maxsize=256)
def make_geometry(
    size: tuple[int, int],
    kernel: tuple[int, int],
    strides: tuple[int, int],
    padding: str | tuple[int, int],
    dilations: tuple[int, int],
) -> Geometry:
    """Make the geometry of a convolution, once for each that is in use."""
    if isinstance(padding, str):
        sides = named_padding(padding, kernel, strides, dilations)
    else:
        sides = (padding[0], padding[0]), (padding[1], padding[1])
    padded = size[0] + sum(sides[0]), size[1] + sum(sides[1])
    spans = extent(kernel, dilations)
    if min(padded[i] - spans[i] for i in (0, 1)) < 0:
        raise ValueError(
            f"weight must have a kernel that fits into the padded input: {kernel} with dilation "
            f"{dilations} spans {spans} pixels, the padded input measures {padded}"
        )
    output = tuple((padded[i] - spans[i]) // strides[i] + 1 for i in (0, 1))
    return Geometry(size, (output[0], output[1]), kernel, strides, sides, dilations)


def named_padding(
    padding: str, kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Padding "valid" (none) or "same" (the output is as large as the input; where that takes an
    odd number of pixels, the odd one is at the bottom or the right).
    """
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding != "same":
        raise ValueError(f'padding must be ints, "same" or "valid", not {padding!r}')
    if stride != (1, 1):
        raise ValueError(f'padding "same" needs stride 1, not {stride}')
    total_h, total_w = (d * (k - 1) for d, k in zip(dilation, kernel, strict=True))
    return (total_h // 2, total_h - total_h // 2), (total_w // 2, total_w - total_w // 2)


def pad(x: np.ndarray, geometry: Geometry, value: float = 0.0) -> np.ndarray:
    """Return (N, C, H, W) with the border of ``value``; ``x`` itself where there is no border."""
    (top, _), (left, _) = geometry.padding
    height, width = geometry.size
    if geometry.padded == geometry.size:
        return x
    padded = np.full((*x.shape[:2], *geometry.padded), value, x.dtype)
    padded[:, :, top : top + height, left : left + width] = x
    return padded


def crop(padded: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Return the view of a padded array without its border."""
    (top, _), (left, _) = geometry.padding
    height, width = geometry.size
    return padded[:, :, top : top + height, left : left + width]


def windows(padded: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Return the view (N, C, output height, output width, kernel height, kernel width)."""
    view = sliding_window_view(padded, geometry.extent, axis=(2, 3))
    (stride_h, stride_w), (dilation_h, dilation_w) = geometry.stride, geometry.dilation
    height, width = geometry.output
    view = view[:, :, ::stride_h, ::stride_w, ::dilation_h, ::dilation_w]
    return view[:, :, :height, :width]


def offset_slices(geometry: Geometry, row: int, column: int) -> tuple[slice, slice]:
    """Slices of the padded image with what kernel element (row, column) sees, window by window."""
    slices = []
    for axis, offset in ((0, row), (1, column)):
        start = offset * geometry.dilation[axis]
        stop = start + geometry.stride[axis] * (geometry.output[axis] - 1) + 1
        slices.append(slice(start, stop, geometry.stride[axis]))
    return slices[0], slices[1]


def pooling_geometry(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None,
    padding: Pair,
    dilation: Pair,
    ceil_mode: bool,
) -> Geometry:
    """Read the arguments of a pooling over ``x`` (N, C, H, W).

    The geometry's padding at the bottom and the right also holds what hangs over the edge in
    ``ceil_mode``. Raises ``ValueError`` when no window fits, or the padding is more than half the
    kernel.
    """
    if 0 in x.shape[1:]:
        raise ValueError(f"x must have at least one channel, row and column, not {x.shape}")
    kernel, sides = pair("kernel_size", kernel_size, 1), pair("padding", padding, 0)
    strides = kernel if stride is None else pair("stride", stride, 1)
    dilations = pair("dilation", dilation, 1)
    spans, output, both_sides = extent(kernel, dilations), [], []
    for i in (0, 1):
        if sides[i] > kernel[i] // 2:
            raise ValueError(
                f"padding must be at most half of kernel_size {kernel}, not {padding!r}"
            )
        length, before = x.shape[2 + i], sides[i]
        free = length + 2 * before - spans[i]
        count = (free + (strides[i] - 1 if ceil_mode else 0)) // strides[i] + 1
        if ceil_mode and (count - 1) * strides[i] >= length + before:
            count -= 1  # torch: the last window must start inside the image or its padding before
        if count < 1:
            raise ValueError(
                f"kernel_size must fit into the padded input: {kernel} with dilation {dilations} "
                f"spans {spans} pixels, the input measures {x.shape[2:]}, padding {sides}"
            )
        reached = (count - 1) * strides[i] + spans[i] - before - length
        output.append(count)
        both_sides.append((before, max(before, reached)))
    return Geometry(
        x.shape[2:],
        (output[0], output[1]),
        kernel,
        strides,
        (both_sides[0], both_sides[1]),
        dilations,
    )
