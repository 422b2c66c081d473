"""The terms behind one number, and what the order of adding them up does."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.compare.resummed import terms_behind, units_of_orders


@pytest.mark.parametrize("result", ["y", "dx", "dweight", "dbias"])
@pytest.mark.parametrize("kind", ["conv", "linear"])
def test_terms_add_up_to_every_number(kind, result):
    torch.manual_seed(0)
    layer = (nn.Conv2d(4, 6, 3, 2, 1, groups=2) if kind == "conv" else nn.Linear(4, 3)).double()
    x = torch.randn((2, 4, 6, 5) if kind == "conv" else (5, 4), dtype=torch.float64)
    x.requires_grad_()
    y = layer(x)
    dy = torch.randn_like(y)
    y.backward(dy)
    assert layer.bias is not None
    found = {"y": y, "dx": x.grad, "dweight": layer.weight.grad, "dbias": layer.bias.grad}[result]
    assert found is not None
    for index in np.ndindex(*found.shape):
        terms = terms_behind(layer, x, dy, result, index)
        assert math.fsum(terms) == pytest.approx(found[index].item(), abs=1e-12)
    if result == "y":  # the axis of the batch left out: the first image's
        assert math.fsum(terms_behind(layer, x, dy, "y", (1,) * (y.ndim - 1))) == pytest.approx(
            y[(0,) + (1,) * (y.ndim - 1)].item()
        )


def test_sums_in_an_order_are_within_what_it_says():
    random = np.random.default_rng(0)
    for count in (1, 10, 1000, 20_000):
        for terms in (random.standard_normal(count), np.abs(random.standard_normal(count))):
            units = units_of_orders(terms, np.dtype(np.float32))
            for order in (random.permutation(terms), terms):
                off = abs(float(order.astype(np.float32).sum()) - math.fsum(terms))
                assert off <= units * 2.0**-24 * np.abs(terms).sum()
            assert units < 16 + 4 * max(1, math.sqrt(count))


def test_terms_that_are_all_alike_may_be_far_off_and_nothing_is_nothing():
    assert units_of_orders(np.full(20_000, 0.1), np.dtype(np.float32)) > 1000
    assert units_of_orders(np.zeros(0), np.dtype(np.float32)) == 16
