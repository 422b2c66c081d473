"""Layers whose arrays are at hand, and those that do not fit together."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.compare.arrays import Outcome, compare_arrays
from core.compare.conftest import NAMES, changed
from core.compare.known_layer import KnownLayer, from_layer
from core.compare.words import report
from core.errors import ComparisonError


def test_neither_may_be_what_the_layer_gives(layer, y):
    other = KnownLayer("conv", layer.x, layer.weight[:, :, ::-1].copy(), padding=(1, 1))
    found = compare_arrays(changed(y, (0, 0, 0, 0)), y, NAMES, from_layer(other, y.shape))
    assert "Neither is what torch makes" in report(found)
    equal = compare_arrays(y, y, NAMES, from_layer(other, y.shape))
    assert "are equal to the last bit. Neither is what torch makes" in report(equal)


@pytest.mark.parametrize("result", ["y", "dx", "dweight", "dbias"])
@pytest.mark.parametrize("kind", ["conv", "linear"])
def test_every_result_of_a_layer_can_be_compared(kind, result):
    random = np.random.default_rng(2)

    def draw(*shape):
        return random.standard_normal(shape).astype(np.float32)

    x, weight = (draw(2, 4, 7, 7), draw(6, 2, 3, 3)) if kind == "conv" else (draw(5, 4), draw(3, 4))
    bias = draw(len(weight))
    x_, weight_, bias_ = (torch.tensor(each, requires_grad=True) for each in (x, weight, bias))
    if kind == "conv":
        out = F.conv2d(x_, weight_, bias_, (2, 1), (1, 0), 1, 2)
    else:
        out = F.linear(x_, weight_, bias_)
    dy = torch.tensor(draw(*out.shape))
    out.backward(dy)
    theirs = {"y": out.detach(), "dx": x_.grad, "dweight": weight_.grad, "dbias": bias_.grad}[
        result
    ]
    assert theirs is not None
    known = KnownLayer(kind, x, weight, bias, dy.numpy(), result=result)
    if kind == "conv":
        known = replace(known, stride=(2, 1), padding=(1, 0), groups=2)
    array = theirs.numpy()
    basis = from_layer(known, array.shape)
    assert compare_arrays(array, array.astype(float), NAMES, basis).outcome is Outcome.EQUAL
    assert basis.exact is not None
    np.testing.assert_allclose(array, basis.exact, rtol=1e-4, atol=1e-5)
    assert basis.orders is not None
    assert basis.orders((0,) * array.ndim, np.dtype(np.float32)) < 30
    wrong = changed(array, (0,) * array.ndim, 0.01)
    assert compare_arrays(wrong, array, NAMES, basis).outcome is Outcome.DIFFERENT


def test_the_axis_of_the_batch_may_be_left_out(layer, y):
    single = KnownLayer("conv", layer.x[0], layer.weight, padding=(1, 1))
    assert from_layer(single, y.shape[1:]).sums.magnitudes.shape == y.shape[1:]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"weight": np.ones((2, 3))},
            "The weight of a conv layer is (O, C / groups, KH, KW), not 2",
        ),
        ({"x": np.ones(3)}, "The input of a conv layer is (N, C, H, W), not 3"),
        ({"bias": np.ones(3)}, "The bias must be 8, one number for each output, not 3"),
        ({"groups": 3}, "8 output channels cannot be shared out to 3 groups"),
        ({"groups": 2}, "cannot read an input of 2 x 6 x 16 x 16 with a weight of 8 x 6 x 3 x 3"),
        ({"padding": (0, 0)}, "y of this layer is 2 x 8 x 14 x 14, and the arrays are 2 x 8 x 16"),
        ({"result": "dx"}, "For dx the output's gradient is needed: --dy"),
        (
            {"result": "dweight", "dy": np.ones((2, 8, 3, 3))},
            "The output's gradient must be 2 x 8 x 16 x 16 as the output is, not 2 x 8 x 3 x 3",
        ),
    ],
)
def test_a_layer_that_does_not_fit_is_a_sentence(layer, y, changes, sentence):
    given = {"kind": "conv", "x": layer.x, "weight": layer.weight, "padding": (1, 1)} | changes
    with pytest.raises(ComparisonError) as caught:
        from_layer(KnownLayer(**given), y.shape)
    assert sentence in str(caught.value)
