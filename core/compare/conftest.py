"""A convolution whose arrays are compared, and what two ways to add up its products come to."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.compare.known_layer import KnownLayer

NAMES = ("ours.npy", "theirs.npy")


def added_up(terms):
    """Add the last axis up, one term after the other, rounding to float32 each time."""
    return np.cumsum(terms, axis=-1, dtype=np.float32)[..., -1]


def windows(x, weight, stride, padding):
    """Return every product of a convolution, (O, Y, X, C * KH * KW), in float32."""
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    sides = weight.shape[2:]
    seen = np.lib.stride_tricks.sliding_window_view(padded, sides, axis=(1, 2))
    seen = seen[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)[None]
    products = seen * weight[:, None, None]
    return products.reshape(*products.shape[:3], -1)


def changed(y, index, by=1.0):
    copy = y.copy()
    copy[index] += by
    return copy


@pytest.fixture(scope="session")
def layer():
    """A convolution of 3 x 3 on photos whose numbers are all different."""
    random = np.random.default_rng(1)
    x = random.standard_normal((2, 6, 16, 16)).astype(np.float32)
    return KnownLayer(
        "conv", x, random.standard_normal((8, 6, 3, 3)).astype(np.float32), padding=(1, 1)
    )


@pytest.fixture(scope="session")
def y(layer):
    """Give what torch makes of it."""
    return F.conv2d(torch.tensor(layer.x), torch.tensor(layer.weight), padding=1).numpy()
