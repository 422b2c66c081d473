"""The article's parametrised tests, with torch as the judge."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.numpy_nn import article
from core.numpy_nn.arguments import Pair


def image_weight_bias(
    channels: int, channels_out: int, kernel: int, groups: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    image = generator.normal(size=(9, 10, channels))
    weight = generator.normal(size=(channels_out, kernel, kernel, channels // groups))
    return image, weight, generator.normal(size=channels_out)


def from_torch(y: torch.Tensor) -> np.ndarray:
    return y[0].permute(1, 2, 0).detach().numpy()


def to_torch(image: np.ndarray, weight: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    # contiguous: torch 2.13 gets grouped float64 weight gradients of channels-last tensors wrong
    x = torch.tensor(image).permute(2, 0, 1)[None].contiguous().requires_grad_()
    return x, torch.tensor(weight).permute(0, 3, 1, 2).contiguous().requires_grad_()


@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", [0, 2])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("channels_out", [2, 4])
def test_forward(
    channels_out: int,
    kernel: int,
    groups: int,
    dilation: int,
    padding: int,
    stride: int,
    with_bias: bool,
) -> None:
    image, weight, bias = image_weight_bias(4, channels_out, kernel, groups)
    x, w = to_torch(image, weight)
    expected = functional.conv2d(
        x, w, torch.tensor(bias) if with_bias else None, stride, padding, dilation, groups
    )
    output = article.conv2d(
        image, weight, stride, padding, dilation, groups, bias if with_bias else None
    )
    np.testing.assert_allclose(output, from_torch(expected), rtol=0, atol=1e-12)


def check_backward(
    channels_out: int, kernel: int, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> None:
    image, weight, bias = image_weight_bias(4, channels_out, kernel, groups)
    x, w = to_torch(image, weight)
    b = torch.tensor(bias, requires_grad=True)
    expected = functional.conv2d(x, w, b, stride, padding, dilation, groups)
    dZ = np.random.default_rng(1).normal(size=from_torch(expected).shape)
    torch.autograd.backward(expected, torch.tensor(dZ).permute(2, 0, 1)[None])
    assert x.grad is not None and w.grad is not None and b.grad is not None

    cache = article.conv2d_forward(image, weight, bias, stride, padding, dilation, groups)
    dW, db, dA_prev = article.conv2d_backward(dZ, cache, stride, padding, dilation, groups)

    assert set(cache) == {"Z", "W", "b", "A_prev"}
    assert cache["Z"] is not None
    np.testing.assert_allclose(cache["Z"], from_torch(expected), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dW, w.grad.permute(0, 2, 3, 1).numpy(), rtol=0, atol=1e-11)
    np.testing.assert_allclose(db, b.grad.numpy(), rtol=0, atol=1e-11)
    np.testing.assert_allclose(dA_prev, from_torch(x.grad), rtol=0, atol=1e-11)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", [0, 2])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("channels_out", [2, 4])
def test_backward(channels_out: int, kernel: int, padding: int, stride: int) -> None:
    check_backward(channels_out, kernel, stride, padding, dilation=1, groups=1)


@pytest.mark.parametrize("stride", [1, (2, 3)])
@pytest.mark.parametrize("padding", [0, (1, 2)])
@pytest.mark.parametrize(("dilation", "groups"), [(2, 1), (1, 2), ((3, 2), 4)])
def test_backward_with_dilation_and_groups(
    dilation: Pair, groups: int, padding: Pair, stride: Pair
) -> None:
    check_backward(4, 3, stride, padding, dilation, groups)
