"""The article's convolution: loops that read like the definition, on one image (H, W, C).

This is the version that explains; ``core.numpy_nn.conv2d`` is the one that runs. Mended: a
bias array no longer fails at ``if bias``, and the backward pass knows dilation and groups. Weights
are (C_out, F, F, C / groups), biases (C_out,); stride, padding and dilation are an int or a pair
(height, width).
"""

import numpy as np

from core.numpy_nn.arguments import Pair, pair

Cache = dict[str, np.ndarray | None]


def conv2d(
    input: np.ndarray,
    weight: np.ndarray,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """Return the convolution (H_out, W_out, C_out) of one image (H, W, C)."""
    stride, dilation = pair("stride", stride, 1), pair("dilation", dilation, 1)
    image = pad(input, padding)
    height, width = output_size(image.shape, weight.shape, stride, dilation)
    channels_out = weight.shape[0]
    output = np.zeros((height, width, channels_out))
    for row in range(height):
        for column in range(width):
            for channel in range(channels_out):
                rows, columns, channels = window(
                    row, column, channel, weight, stride, dilation, groups
                )
                output[row, column, channel] = np.sum(
                    image[rows, columns, channels] * weight[channel]
                )
                if bias is not None:
                    output[row, column, channel] += bias[channel]
    return output


def conv2d_forward(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: Pair,
    padding: Pair,
    dilation: Pair = 1,
    groups: int = 1,
) -> Cache:
    """Return the convolution as Z, with all that ``conv2d_backward`` needs: W, b and A_prev."""
    output = conv2d(input, weight, stride, padding, dilation, groups, bias)
    return {"Z": output, "W": weight, "b": bias, "A_prev": input}


def conv2d_backward(
    dZ: np.ndarray,
    cache: Cache,
    stride: Pair,
    padding: Pair,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients (dW, db, dA_prev), given the gradient dZ of the result."""
    stride, dilation = pair("stride", stride, 1), pair("dilation", dilation, 1)
    weight, input = cache["W"], cache["A_prev"]
    assert weight is not None and input is not None
    image = pad(input, padding)
    dW, db, d_image = np.zeros(weight.shape), np.zeros(weight.shape[0]), np.zeros(image.shape)
    for row, column, channel in np.ndindex(*dZ.shape):
        rows, columns, channels = window(row, column, channel, weight, stride, dilation, groups)
        dW[channel] += dZ[row, column, channel] * image[rows, columns, channels]
        d_image[rows, columns, channels] += dZ[row, column, channel] * weight[channel]
        db[channel] += dZ[row, column, channel]
    top, left = pair("padding", padding, 0)
    height, width, _ = input.shape
    return dW, db, d_image[top : top + height, left : left + width]


def window(
    row: int,
    column: int,
    channel: int,
    weight: np.ndarray,
    stride: tuple[int, int],
    dilation: tuple[int, int],
    groups: int,
) -> tuple[slice, slice, slice]:
    """Return the rows, columns and channels of the padded image that output (row, column, channel)
    sees.
    """
    channels_out, kernel_h, kernel_w, group_channels = weight.shape
    (dilation_h, dilation_w), (stride_h, stride_w) = dilation, stride
    top, left = row * stride_h, column * stride_w
    first_channel = channel // (channels_out // groups) * group_channels
    return (
        slice(top, top + dilation_h * (kernel_h - 1) + 1, dilation_h),
        slice(left, left + dilation_w * (kernel_w - 1) + 1, dilation_w),
        slice(first_channel, first_channel + group_channels),
    )


def pad(image: np.ndarray, padding: Pair) -> np.ndarray:
    """Return the image with a border of zeros."""
    height, width = pair("padding", padding, 0)
    return np.pad(image, ((height, height), (width, width), (0, 0)))


def output_size(
    image: tuple[int, ...],
    weight: tuple[int, ...],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> tuple[int, int]:
    """Return (H_out, W_out): how many windows fit below and beside each other."""
    height, width = (
        (image[i] - dilation[i] * (weight[1 + i] - 1) - 1) // stride[i] + 1 for i in (0, 1)
    )
    return height, width
