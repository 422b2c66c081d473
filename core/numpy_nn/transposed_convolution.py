"""Transposed convolution, forward and backward: the convolution's backward pass as a layer."""

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    Pair,
    channel_vector,
    dimensions,
    images,
    images_gradient,
    pair,
    result_dtype,
    rounded,
    working_dtype,
)
from core.numpy_nn.convolution import bias_gradient, check_not_empty, convolution_weight
from core.numpy_nn.engine.fast_convolution import correlate, input_gradient, weight_gradient
from core.numpy_nn.geometry import Geometry


def conv_transpose2d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> np.ndarray:
    """Spread each pixel of ``x`` by ``weight`` over a window of the result and add up.

    ``x`` is (N, C_in, H, W) or (C_in, H, W), ``weight`` (C_in, C_out / groups, kernel height,
    kernel width), ``bias`` (C_out,); the arguments, in torch's order, are ints or pairs (height,
    width) in pixels. H_out = (H - 1) stride - 2 padding + dilation (kernel - 1) + output_padding
    + 1. Returns (N, C_out, H_out, W_out) in the dtype of ``x``; float16 is computed in float32.

    Raises ``ValueError`` where torch refuses.
    """
    x, unbatched = images("x", x)
    weight = convolution_weight(weight, groups)
    channels = weight.shape[1] * groups
    bias = None if bias is None else channel_vector("bias", bias, channels)
    geometry = transposed_geometry(x, weight, stride, padding, output_padding, dilation)
    given = [x, weight] if bias is None else [x, weight, bias]
    work = working_dtype(*given)
    y = input_gradient(
        x.astype(work, copy=False), weight.astype(work, copy=False), geometry, groups
    )
    if bias is not None:
        y += bias.astype(work)[:, np.newaxis, np.newaxis]
    y = rounded(y, result_dtype(x, *given))
    return y[0] if unbatched else y


def conv_transpose2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dweight, dbias), the gradients of ``conv_transpose2d``, given the gradient ``dy``
    of its result; each has the shape and dtype of what it is the gradient of.

    Raises ``ValueError`` where ``conv_transpose2d`` does, or when ``dy`` has not the shape of its
    result.
    """
    x, unbatched = images("x", x)
    weight = convolution_weight(weight, groups)
    geometry = transposed_geometry(x, weight, stride, padding, output_padding, dilation)
    dy = images_gradient(dy, (len(x), weight.shape[1] * groups, *geometry.size), unbatched)
    work = working_dtype(dy, x, weight)
    wide_dy, wide_x, wide_weight = (a.astype(work, copy=False) for a in (dy, x, weight))
    dx = rounded(
        correlate(wide_dy, wide_weight, None, geometry, groups), result_dtype(x, dy, weight)
    )
    dweight = weight_gradient(wide_x, wide_dy, weight.shape, geometry, groups)
    parameter = result_dtype(weight, dy, x)
    return (
        dx[0] if unbatched else dx,
        rounded(dweight, parameter),
        bias_gradient(wide_dy, parameter),
    )


def transposed_geometry(
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair,
    padding: Pair,
    output_padding: Pair,
    dilation: Pair,
) -> Geometry:
    """Geometry of the convolution that would turn the result's shape into that of ``x``."""
    dimensions("x", x, "N, C, H, W")
    if x.shape[1] != len(weight):
        raise ValueError(f"x must have {len(weight)} channels (weight.shape[0]), not {x.shape[1]}")
    check_not_empty(x)
    strides, dilations = pair("stride", stride, 1), pair("dilation", dilation, 1)
    sides, extra = pair("padding", padding, 0), pair("output_padding", output_padding, 0)
    kernel, size = weight.shape[2:], []
    for i in (0, 1):
        if extra[i] >= max(strides[i], dilations[i]):
            raise ValueError(
                "output_padding must be smaller than stride or dilation "
                f"({strides}, {dilations}), not {extra}"
            )
        covered = (x.shape[2 + i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1
        size.append(covered + extra[i] - 2 * sides[i])
    if min(size) < 1:
        raise ValueError(f"padding must leave a result, but {sides} would leave {tuple(size)}")
    both_sides = (sides[0], sides[0]), (sides[1], sides[1])
    return Geometry((size[0], size[1]), x.shape[2:], kernel, strides, both_sides, dilations)
