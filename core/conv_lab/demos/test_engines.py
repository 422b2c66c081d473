"""Both engines on every layer: they agree, and the terms told to the browser make their numbers."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given

from core.conftest import examples
from core.conv_lab.conftest import layers
from core.conv_lab.demos import (
    Adam,
    AvgPool,
    ConvTranspose,
    Demo,
    Dropout,
    Initialisation,
    MaxPool,
    Relu,
)
from core.conv_lab.demos.adam_steps import NAMES, numpy_steps
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.terms import Terms
from core.numpy_nn import conv2d, conv_transpose2d


def arrays_of(demo: Demo) -> dict[str, np.ndarray]:
    return {panel.name: panel.array for panel in demo.panels}


def add_up(name: str, terms: Terms, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Add up an array's terms as the browser does."""
    result = np.zeros(arrays[name].size)
    of, *at = terms.places.T
    factors = [arrays[factor].ravel()[k] for factor, k in zip(terms.factors, at, strict=True)]
    if terms.bias:
        result += arrays[terms.bias].item()
    made = factors[0] / factors[1] if terms.quotient else np.prod(factors, axis=0)
    np.add.at(result, of, made)
    if terms.divisor:
        result /= arrays[terms.divisor].ravel()
    return result.reshape(arrays[name].shape)


@examples(150)
@given(layers())
def test_the_engines_agree_and_the_terms_add_up_with_any_settings(drawn):
    _, layer = drawn
    if isinstance(layer, Initialisation) or layer.broken():
        return
    demo = layer.carry_out()
    for title, comparison in demo.comparisons.items():
        assert comparison.within, f"{title}: {comparison.agreement.sentence}"
    arrays = arrays_of(demo)
    for name, terms in demo.terms.items():
        rounding = 1e-5 if layer.dtype == "float32" else 1e-12
        assert add_up(name, terms, arrays) == pytest.approx(
            arrays[name], rel=rounding, abs=rounding
        )
    for panel in demo.panels:
        told = panel.name in demo.terms or panel.name in demo.lines
        assert not told or panel.title in demo.comparisons


def test_a_single_number_stamps_the_kernel():
    layer = ConvTranspose(side=3).use_numbers("x", "0 0 0\n0 2 0\n0 0 0").use_numbers("bias", "[0]")
    arrays = arrays_of(layer.carry_out())
    expected = np.zeros((7, 7), np.float32)
    expected[2:5, 2:5] = 2 * arrays["weight"]
    assert np.array_equal(arrays["y"], expected)


@pytest.mark.parametrize("layer", [ConvTranspose(), ConvTranspose(3, 4, 3, 2, 1, "float64")])
def test_a_transposed_convolution_and_its_convolution_are_each_others_way_back(layer):
    """<conv(z), x> = <z, conv_transpose(x)>: so each is the other's gradient by its input."""
    arrays = arrays_of(layer.carry_out())
    random = np.random.default_rng(2)
    z = random.normal(size=(1, 1, layer.size, layer.size))
    x, weight = (arrays[name].astype(np.float64)[None, None] for name in ("x", "weight"))
    there = (conv2d(z, weight, None, layer.stride, layer.padding) * x).sum()
    options = layer.stride, layer.padding, layer.output_padding
    back = (z * conv_transpose2d(x, weight, None, *options)).sum()
    assert there == pytest.approx(back, rel=1e-12)


def test_what_an_average_is_divided_by_is_shown():
    counted = arrays_of(AvgPool(side=4, padding=1).carry_out())
    alone = arrays_of(AvgPool(side=4, padding=1, count_include_pad=False).carry_out())
    assert counted["count"].tolist() == [[4, 4, 4]] * 3
    assert alone["count"].tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    assert np.allclose(alone["y"] * alone["count"], counted["y"] * 4)


def test_evaluation_changes_nothing_and_another_mask_is_another():
    arrays = arrays_of(Dropout(training=False).carry_out())
    assert np.array_equal(arrays["y"], arrays["x"]) and np.array_equal(arrays["dx"], arrays["dy"])
    masks = [arrays_of(Dropout(mask=mask).carry_out())["mask"] for mask in range(3)]
    assert (masks[0] != masks[1]).any() and (masks[1] != masks[2]).any()
    assert np.array_equal(masks[1], arrays_of(Dropout(mask=1).carry_out())["mask"])


@pytest.mark.parametrize("p", [0.0, 0.25, 0.9])
def test_what_stays_is_scaled_as_torch_scales_it(p):
    ours = arrays_of(Dropout(side=12, p=p, dtype="float64").carry_out())["mask"]
    torch.manual_seed(0)
    theirs = F.dropout(torch.ones(400, dtype=torch.float64), p).numpy()
    assert np.unique(ours) == pytest.approx(np.unique(theirs))
    assert (ours == 0).mean() == pytest.approx(p, abs=0.1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("decay", "decoupled"), [(0.0, True), (0.3, True), (0.3, False)])
def test_torchs_steps_are_those_of_its_optimiser(dtype, decay, decoupled):
    layer = Adam(noise=1.5, steps=9, decay=decay, decoupled=decoupled, dtype=dtype, seed=3)
    gradients, rates = layer.gradients(), layer.rates
    demo = layer.carry_out()
    parameter = torch.nn.Parameter(torch.full((1,), layer.weight, dtype=getattr(torch, dtype)))
    kind = torch.optim.AdamW if decoupled else torch.optim.Adam
    betas = rates.beta1, rates.beta2
    optimiser = kind([parameter], rates.lr, betas, rates.eps, weight_decay=decay)
    for t, gradient in enumerate(gradients):
        parameter.grad = torch.from_numpy(gradients[t : t + 1].copy())
        optimiser.step()
        state = optimiser.state[parameter]
        found = [demo.comparisons[title].torch[t] for title in list(demo.comparisons)]
        expected = [state["exp_avg"].item(), state["exp_avg_sq"].item(), parameter.item()]
        assert [found[0], found[1], found[-1]] == expected, (t, gradient)


def test_adams_steps_are_its_formulas():
    layer = Adam(noise=2.0, steps=12, lr=0.05, beta1=0.7, beta2=0.95, eps_digits=3, decay=0.2)
    layer = layer.but(dtype="float64")
    m = v = 0.0
    w = layer.weight
    steps = numpy_steps(w, layer.gradients(), layer.rates)
    assert tuple(steps) == NAMES
    for t, g in enumerate(layer.gradients(), 1):
        m, v = 0.7 * m + 0.3 * g, 0.95 * v + 0.05 * g * g
        m_hat, v_hat = m / (1 - 0.7**t), v / (1 - 0.95**t)
        step = 0.05 * m_hat / (v_hat**0.5 + 1e-3)
        w = w * (1 - 0.05 * 0.2) - step
        assert [steps[name][t - 1] for name in NAMES] == pytest.approx(
            [m, v, m_hat, v_hat, step, w], rel=1e-12
        )


def test_with_one_gradient_a_step_is_the_learning_rate():
    for gradient in (0.1, 5.0, -3.0):
        demo = Adam(gradient=gradient, steps=5, dtype="float64").carry_out()
        assert np.abs(arrays_of(demo)["step"]) == pytest.approx(np.full(5, 0.1), rel=1e-6)
        assert "Only its sign counts" in demo.note


@pytest.mark.parametrize("gradient", [0.1, -0.3, 1.0, 5.0])
@pytest.mark.parametrize("digits", [1, 2, 8])
def test_the_note_on_one_gradient_tells_the_step_that_is_shown(gradient, digits):
    demo = Adam(gradient=gradient, steps=3, eps_digits=digits, dtype="float64").carry_out()
    step = abs(arrays_of(demo)["step"][-1])
    if "Only its sign counts" in demo.note:
        assert step == pytest.approx(0.1, rel=0.011)
    else:
        assert f"|g| / (|g| + ε) = {number(step)}. Beside" in demo.note and step < 0.0991


def test_without_a_gradient_there_is_no_step_but_decay():
    demo = Adam(gradient=0.0, steps=2).carry_out()
    assert not arrays_of(demo)["step"].any()
    assert demo.note == "Without a gradient m̂ and v̂ are 0, and so is the step."
    decays = Adam(gradient=0.0, decay=0.5, steps=1).carry_out()
    assert arrays_of(decays)["w"][0] == pytest.approx(0.475)
    assert decays.note.endswith("Decay takes lr · λ · w off besides.")


def test_the_notes_on_pooling_and_relu_count_what_is_shown():
    for kernel in (1, 2, 3):
        demo = MaxPool(kernel=kernel, stride=1).carry_out()
        closed = (arrays_of(demo)["dx"] == 0).sum()
        assert (f"{closed} of the 64 cells of dX get nothing" in demo.note) is (kernel > 1)
    assert "nothing is chosen" in MaxPool(kernel=1, ties=True).carry_out().note
    assert "The layer is dead" in Relu(shift=-4.0).carry_out().note
    assert "Move the shift far to the left" in Relu().carry_out().note


def test_the_notes_hold_for_own_numbers_too():
    silent = MaxPool(side=4).use_numbers("dy", "0 0\n0 0").carry_out()
    assert "12 of the 16 cells of dX get nothing" in silent.note  # not for want of a gradient
    corners = AvgPool(side=2, kernel=2, stride=2, padding=1, count_include_pad=False).carry_out()
    assert "n is 1 everywhere here" in corners.note
    open_everywhere = Relu().use_numbers("x", "1 2\n3 4").carry_out()
    assert str(open_everywhere.steps[1][1]).endswith("passes")
    assert str(Relu().carry_out().steps[1][1]).endswith("becomes 0")


def test_own_gradients_decide_how_many_steps_there_are():
    layer = Adam().use_numbers("g", "[1, -1, 0, 2]")
    assert layer.steps == 4
    assert arrays_of(layer.carry_out())["g"].tolist() == [1, -1, 0, 2]
