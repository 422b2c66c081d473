import numpy as np
import pytest
import torch
from torch import nn

from core.parity.terms import gradient_terms, output_terms


def test_a_linear_layers_terms_are_the_sums_of_magnitudes():
    torch.manual_seed(0)
    layer = nn.Linear(5, 3)
    x, dy = torch.randn(2, 5), torch.randn(2, 3)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    size, size_dy = np.abs(x.numpy()), np.abs(dy.numpy())
    expected = (size @ np.abs(weight).T + np.abs(bias)).max()
    assert output_terms(layer, x) == pytest.approx(expected, rel=1e-6)
    found = gradient_terms(layer, x, dy)
    assert found["input"] == pytest.approx((size_dy @ np.abs(weight)).max(), rel=1e-6)
    assert found["weight"] == pytest.approx((size_dy.T @ size).max(), rel=1e-6)
    assert found["bias"] == pytest.approx(size_dy.sum(0).max(), rel=1e-6)


def test_a_convolution_keeps_the_terms_that_cancel_in_its_result():
    layer = nn.Conv2d(2, 1, 1, bias=False)
    layer.weight.data[:] = torch.tensor([3.0, -3.0]).reshape(1, 2, 1, 1)
    x = torch.ones(1, 2, 2, 2)
    assert layer(x).abs().max() == 0
    assert output_terms(layer, x) == 6
    assert gradient_terms(layer, x, -torch.ones(1, 1, 2, 2)) == {"input": 3.0, "weight": 4.0}
    assert layer.weight.min() == -3  # the layer stays as it is


def test_batch_norms_bias_sums_and_relu_does_not():
    dy = torch.tensor([1.0, -1.0, 2.0, -2.0]).reshape(1, 2, 2, 1)
    assert gradient_terms(nn.BatchNorm2d(2), dy, dy) == {"bias": 4.0}
    assert gradient_terms(nn.ReLU(), dy, dy) == {}
    assert output_terms(nn.ReLU(), dy) == 0
