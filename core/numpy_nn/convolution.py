"""Convolution of images, forward and backward, with torch's arguments and refusals."""

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    Pair,
    channel_vector,
    dimensions,
    images,
    images_gradient,
    real_array,
    result_dtype,
    rounded,
    working_dtype,
)
from core.numpy_nn.engine.fast_convolution import correlate, gradients, weight_gradient
from core.numpy_nn.geometry import Geometry, Padding, convolution_geometry


def conv2d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Slide ``weight`` over the images ``x`` (a cross-correlation, as everywhere in deep learning).

    ``x`` is (N, C_in, H, W), or one image (C_in, H, W); ``weight`` is (C_out, C_in / groups,
    kernel height, kernel width), ``bias`` (C_out,). ``stride``, ``padding`` and ``dilation`` are in
    pixels, an int or a pair (height, width); ``padding`` may be "same" or "valid". Returns
    (N, C_out, H_out, W_out) in the dtype of ``x``; float16 is computed in float32.

    Raises ``ValueError`` where torch refuses.
    """
    x, unbatched = images("x", x)
    weight, geometry = weight_and_geometry(x, weight, stride, padding, dilation, groups)
    bias = None if bias is None else channel_vector("bias", bias, len(weight))
    given = [x, weight] if bias is None else [x, weight, bias]
    work = working_dtype(*given)
    wide = x.astype(work, copy=False), weight.astype(work, copy=False)
    y = correlate(*wide, None if bias is None else bias.astype(work), geometry, groups)
    y = rounded(y, result_dtype(x, *given))
    return y[0] if unbatched else y


def conv2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dweight, dbias), the gradients of ``conv2d``, given the gradient ``dy`` of its
    result; ``x``, ``weight`` and the rest are what ``conv2d`` was given.

    Each has the shape and dtype of what it is the gradient of; dbias has the dtype of ``weight``.
    Raises ``ValueError`` where ``conv2d`` does, or when ``dy`` has not the shape of its result.
    """
    x, unbatched = images("x", x)
    weight, geometry = weight_and_geometry(x, weight, stride, padding, dilation, groups)
    dy = images_gradient(dy, (len(x), len(weight), *geometry.output), unbatched)
    work = working_dtype(dy, x, weight)
    wide_dy, wide_x, wide_weight = (a.astype(work, copy=False) for a in (dy, x, weight))
    dx, dweight = gradients(wide_dy, wide_x, wide_weight, geometry, groups)
    dx, parameter = rounded(dx, result_dtype(x, dy, weight)), result_dtype(weight, dy, x)
    return (
        dx[0] if unbatched else dx,
        rounded(dweight, parameter),
        bias_gradient(wide_dy, parameter),
    )


def conv2d_parameter_gradients(
    dy: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Return only (dweight, dbias) of ``conv2d_backward``, for where nobody needs dx."""
    x, unbatched = images("x", x)
    weight, geometry = weight_and_geometry(x, weight, stride, padding, dilation, groups)
    dy = images_gradient(dy, (len(x), len(weight), *geometry.output), unbatched)
    work, dtype = working_dtype(dy, x, weight), result_dtype(weight, dy, x)
    wide_dy, wide_x = (a.astype(work, copy=False) for a in (dy, x))
    dweight = weight_gradient(wide_dy, wide_x, weight.shape, geometry, groups)
    return rounded(dweight, dtype), bias_gradient(wide_dy, dtype)


def bias_gradient(dy: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return the sum of dy (N, C_out, H, W) over all but the channels."""
    return rounded(dy.sum(axis=(2, 3)).sum(axis=0), dtype)


def weight_and_geometry(
    x: np.ndarray,
    weight: ArrayLike,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> tuple[np.ndarray, Geometry]:
    """Read the arguments beside the images ``x`` and refuse those that do not fit together."""
    array = convolution_weight(weight, groups)
    check_channels(x, array, groups)
    geometry = convolution_geometry(x.shape[2:], array.shape[2:], stride, padding, dilation)
    check_not_empty(x)
    return array, geometry


def convolution_weight(weight: ArrayLike, groups: int) -> np.ndarray:
    """Read a weight (C_out, C_in / groups, kernel height, kernel width) and the groups."""
    array = real_array("weight", weight)
    dimensions("weight", array, "C_out, C_in / groups, kernel height, kernel width")
    if isinstance(groups, bool) or not isinstance(groups, int | np.integer) or groups < 1:
        raise ValueError(f"groups must be an int of at least 1, not {groups!r}")
    if array.shape[0] == 0 or 0 in array.shape[2:]:
        raise ValueError(f"weight must have a kernel and an output channel, not {array.shape}")
    if array.shape[0] % groups:
        raise ValueError(
            f"weight must have output channels divisible by groups ({groups}), not {array.shape[0]}"
        )
    return array


def check_channels(x: np.ndarray, weight: np.ndarray, groups: int) -> None:
    """Refuse images whose channels are not those that weight and groups ask for."""
    if x.shape[1] % groups:
        raise ValueError(f"x must have channels divisible by groups ({groups}), not {x.shape[1]}")
    if x.shape[1] != weight.shape[1] * groups:
        raise ValueError(
            f"x must have {weight.shape[1] * groups} channels (weight.shape[1] {weight.shape[1]} "
            f"times groups {groups}), not {x.shape[1]}"
        )


def check_not_empty(x: np.ndarray) -> None:
    """Refuse images of no pixels; a batch of no images and images of no channels are fine."""
    if len(x) and x.shape[1] and 0 in x.shape[2:]:
        raise ValueError(f"x must have a height and a width of at least 1, not {x.shape}")
