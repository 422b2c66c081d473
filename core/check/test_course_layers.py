"""As courses write layers: batches (N, H, W, C), settings in a dict, a cache of their own."""

import pytest

from core.check.__main__ import main

READER = """
import numpy as np

from core.numpy_nn import conv2d, conv2d_backward, max_pool2d


def conv_forward(A_prev, W, b, hparameters):
    stride, pad = hparameters["stride"], hparameters["pad"]
    side = W.shape[0]
    padded = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n, high, wide = len(padded), *((s - side) // stride + 1 for s in padded.shape[1:3])
    Z = np.zeros((n, high, wide, W.shape[3]))
    for i in range(high):
        for j in range(wide):
            top, left = i * stride, j * stride
            window = padded[:, top : top + side, left : left + side]
            for c in range(W.shape[3]):
                Z[:, i, j, c] = (window * W[..., c]).sum(axis=(1, 2, 3)) + b[0, 0, 0, c]
    return Z, (A_prev, W, b, hparameters)


def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    stride, pad = hparameters["stride"], hparameters["pad"]
    side = W.shape[0]
    padded = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dpadded, dW = np.zeros_like(padded), np.zeros_like(W)
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            part = np.s_[:, i * stride : i * stride + side, j * stride : j * stride + side]
            for c in range(W.shape[3]):
                upstream = dZ[:, i, j, c][:, None, None, None]
                dpadded[part] += W[..., c] * upstream
                dW[..., c] += (padded[part] * upstream).sum(axis=0)
    db = dZ.sum(axis=(0, 1, 2))[None, None, None]
    high, wide = A_prev.shape[1:3]
    return dpadded[:, pad : pad + high, pad : pad + wide], dW, db


def pool_forward(A_prev, hparameters, mode="max"):
    stride, side = hparameters["stride"], hparameters["f"]
    n, high, wide, channels = A_prev.shape
    Z = np.zeros((n, (high - side) // stride + 1, (wide - side) // stride + 1, channels))
    for i in range(Z.shape[1]):
        for j in range(Z.shape[2]):
            top, left = i * stride, j * stride
            Z[:, i, j] = A_prev[:, top : top + side, left : left + side].max(axis=(1, 2))
    return Z, (A_prev, hparameters)


def conv_flat_bias(inputs, kernel, bias, strides=1):
    y = conv2d(inputs.transpose(0, 3, 1, 2), kernel.transpose(3, 2, 0, 1), None, strides)
    return y.transpose(0, 2, 3, 1) + np.array([bias[c] for c in range(len(bias))])


def conv_forward_naive(x, w, b, conv_param):
    return conv2d(x, w, b, conv_param["stride"], conv_param["pad"]), (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    return conv2d_backward(dout, x, w, conv_param["stride"], conv_param["pad"])


def max_pool_forward_naive(x, pool_param):
    return max_pool2d(x, pool_param["pool_height"], pool_param["stride"]), (x, pool_param)


def conv_no_padding(A_prev, W, b, hparameters):
    return conv_forward(A_prev, W, b, {**hparameters, "pad": 0})


def conv_other_weight(x, w, bias, stride, pad):
    weight = w.transpose(1, 2, 3, 0)
    settings = {"stride": stride, "pad": pad}
    return conv_forward(x, weight, bias.reshape(1, 1, 1, -1), settings)[0]
"""
"""A convolution of square kernels in loops, its gradients, and max pooling; wrong ones below."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    path = tmp_path_factory.mktemp("reader") / "course.py"
    path.write_text(READER)
    return path


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("conv_forward", "convolution, forward pass, (N, H, W, C)"),
        ("conv_backward", "convolution, backward pass, (N, H, W, C)"),
        ("pool_forward", "max pooling, forward pass, (N, H, W, C)"),
        ("conv_flat_bias", "convolution, forward pass, (N, H, W, C)"),
        ("conv_forward_naive", "convolution, forward pass, (N, C, H, W)"),
        ("conv_backward_naive", "convolution, backward pass, (N, C, H, W)"),
        ("max_pool_forward_naive", "max pooling, forward pass, (N, C, H, W)"),
    ],
)
def test_right_ones_pass(reader, capsys, name, what):
    assert main([f"{reader}:{name}"]) == 0
    said = capsys.readouterr().out
    assert f"{name}: {what}\n" in said
    assert "cases agree with torch" in said


def test_a_dict_that_is_not_looked_at_is_found_out(reader, capsys):
    assert main([f"{reader}:conv_no_padding"]) == 1
    said = capsys.readouterr().out
    assert "Right until padding is 1." in said
    assert "The shape of y must be (1, 5, 5, 1), not (1, 3, 3, 1)." in said


def test_the_layout_can_be_asked_for(reader, capsys):
    assert main([f"{reader}:conv_other_weight", "--layout", "nhwc"]) == 1
    said = capsys.readouterr().out
    assert "convolution, forward pass, (N, H, W, C)\n" in said
