"""Convolutions as classes, and transposed ones as both: right ones pass, wrong ones are told."""

import numpy as np
import pytest

from core import numpy_nn as nn


def chw(image):
    return image.transpose(2, 0, 1)[None]


def hwc(images):
    return images[0].transpose(1, 2, 0)


def torchs(weight):
    return weight.transpose(0, 3, 1, 2)


def transposed_in_hwc(input, weight, stride, padding, bias):
    return hwc(nn.conv_transpose2d(chw(input), torchs(weight), bias, stride, padding))


def transposed_backward_in_hwc(dZ, cache, stride, padding):
    """Read the article's cache, and give back in the article's order."""
    x, weight = chw(cache["A_prev"]), torchs(cache["W"])
    dx, dweight, dbias = nn.conv_transpose2d_backward(chw(dZ), x, weight, stride, padding)
    return dweight.transpose(0, 2, 3, 1), dbias, hwc(dx)


@pytest.mark.parametrize("function", [transposed_in_hwc, transposed_backward_in_hwc])
def test_one_image_hwc_passes_too(check_here, function):
    found = check_here(function, "convtranspose")
    assert found.right, found.lines()
    assert "(H, W, C)" in found.what and found.cases >= 14


class Conv:
    """A convolution in loops, on (N, C, H, W)."""

    turned, mean, remembers_last = False, False, False

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        sides = tuple(np.broadcast_to(kernel_size, 2))
        self.weight = np.zeros((out_channels, in_channels, *sides))
        self.bias = np.zeros(out_channels)
        self.stride, self.padding = stride, padding

    def forward(self, x):
        self.x = x
        weight = self.weight[:, :, ::-1, ::-1] if self.turned else self.weight
        return nn.conv2d(x, weight, self.bias, self.stride, self.padding)

    def backward(self, dy):
        dx, self.dweight, self.dbias = nn.conv2d_backward(
            dy, self.x, self.weight, self.stride, self.padding
        )
        if self.mean:
            self.dweight = self.dweight / len(dy)
        if self.remembers_last:
            self.dbias = dy[-1, :, -1, -1]
        return dx


def test_a_right_class_passes(check_here):
    found = check_here(Conv, "conv")
    assert found.right, found.lines()
    assert found.left_out == ["dilation", "groups"]


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("turned", "y is what comes out when the kernel is turned by 180 degrees. Deep learning"),
        ("mean", "dweight is what comes out when the mean over the batch is taken where the sum"),
        ("remembers_last", "dbias is what comes out when only the last output counts, = where +="),
    ],
)
def test_a_wrong_class_is_named(told, attribute, expected):
    wrong = type("Wrong", (Conv,), {attribute: True})
    assert expected in told(wrong, "conv")


def not_cut(x, weight, bias=None, stride=1, padding=0):
    return nn.conv_transpose2d(x, weight, bias, stride)


def turned(x, weight, bias=None, stride=1):
    return nn.conv_transpose2d(x, weight[:, :, ::-1, ::-1], bias, stride)


def no_bias(x, weight, bias=None, stride=1):
    return nn.conv_transpose2d(x, weight, None, stride)


def no_output_padding(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return nn.conv_transpose2d(x, weight, bias, stride, padding)


def overwriting(x, weight, stride=1):
    (sh, sw), (kh, kw) = np.broadcast_to(stride, 2), weight.shape[2:]
    height, width = (x.shape[2] - 1) * sh + kh, (x.shape[3] - 1) * sw + kw
    y = np.zeros((len(x), weight.shape[1], height, width))
    for i, j in np.ndindex(*x.shape[2:]):
        window = np.einsum("nc,cohw->nohw", x[:, :, i, j], weight)
        y[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] = window
    return y


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (not_cut, "y is what comes out when padding is not cut off. Padding makes the result of"),
        (turned, "y is what comes out when the kernel is turned by 180 degrees."),
        (no_bias, "y is what comes out when the bias is left out."),
        (no_output_padding, "y is what comes out when output_padding is left out."),
        (overwriting, "where windows overlap, the last one takes the place of the others."),
    ],
)
def test_a_wrong_transposed_convolution_is_named(told, function, expected):
    assert expected in told(function, "convtranspose")


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        ("mean", "dweight is what comes out when the mean over the batch is taken where the sum"),
        ("batch", "dbias is what comes out when dy is added up over the batch alone."),
        ("turned", "dx is what comes out when the kernel is turned by 180 degrees."),
    ],
)
def test_a_wrong_transposed_backward_is_named(told, mistake, expected):
    def backward(dy, x, weight, stride=1, padding=0):
        dx, dweight, dbias = nn.conv_transpose2d_backward(dy, x, weight, stride, padding)
        if mistake == "mean":
            dweight = dweight / len(x)
        if mistake == "batch":
            dbias = dy.sum(axis=0)
        if mistake == "turned":
            other = weight[:, :, ::-1, ::-1]
            dx, _, _ = nn.conv_transpose2d_backward(dy, x, other, stride, padding)
        return dx, dweight, dbias

    assert expected in told(backward, "convtranspose")
