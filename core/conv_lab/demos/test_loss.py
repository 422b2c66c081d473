"""The loss step by step: the formulas' values, and what torch's limits make of them."""

import math
import re
from decimal import Decimal, localcontext

import pytest
import torch
import torch.nn.functional as F

from core.conv_lab.demos import Loss
from core.conv_lab.demos.loss import curves, exact_values, near

LOGITS = (-40.0, -30.0, -27.0, -9.3, -1.5, -0.1, 0.0, 0.7, 8.0, 16.5, 28.0, 36.0, 40.0)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("logit", LOGITS)
def test_the_formulas_values_are_right_to_the_last_digits(logit, target):
    with localcontext() as context:
        context.prec = 60
        p = 1 / (1 + (-Decimal(logit)).exp())
        expected = {
            "p": p,
            "loss": -(p if target else 1 - p).ln(),
            "dp": (p - target) / (p * (1 - p)),
            "slope": p * (1 - p),
            "dz": p - target,
        }
    found = exact_values(logit, target)
    assert found == {name: pytest.approx(float(each), rel=4e-15) for name, each in expected.items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("logit", LOGITS)
def test_the_columns_are_what_torch_computes(logit, target, dtype):
    rows = {row.name: row for row in Loss(logit, target, dtype).carry_out().rows}
    z = torch.tensor([[logit]], dtype=getattr(torch, dtype), requires_grad=True)
    t = torch.full_like(z, target)
    p = torch.sigmoid(z)
    loss = F.binary_cross_entropy(p, t)
    dp, dz = torch.autograd.grad(loss, [p, z], retain_graph=True)
    at_once = F.binary_cross_entropy_with_logits(z, t)
    (direct,) = torch.autograd.grad(at_once, z)
    rounding = 1e-6 if dtype == "float32" else 1e-14

    def near(value: torch.Tensor) -> object:
        return pytest.approx(value.item(), rel=rounding, abs=0)

    for name, two_steps, one_step in (
        ("Probability p", p, None),
        ("Loss", loss, at_once),
        ("Gradient of p", dp, None),
        ("Slope of sigmoid", p * (1 - p), None),
        ("Gradient of z", dz, direct),
    ):
        assert rows[name].two_steps == near(two_steps)
        other = rows[name].one_step
        assert other is None if one_step is None else other == near(one_step)
    if dtype == "float64":
        assert rows["Gradient of z"].one_step == pytest.approx(
            rows["Gradient of z"].exact, rel=1e-14
        )
        assert rows["Loss"].one_step == pytest.approx(rows["Loss"].exact, rel=1e-14)


def test_far_from_the_cat_torchs_limit_takes_the_gradient_and_no_digit_is_lost():
    demo = Loss(logit=-40.0, target=1, dtype="float64").carry_out()
    rows = {row.name: row for row in demo.rows}
    assert rows["Gradient of p"].exact == pytest.approx(-2.3538526683702e17, rel=1e-13)
    assert rows["Gradient of p"].two_steps == pytest.approx(-1e12, rel=1e-7)
    assert rows["Gradient of z"].two_steps == pytest.approx(-4.248e-6, rel=1e-3)
    assert rows["Gradient of z"].one_step == -1
    assert "max(p · (1 − p), 1e−12)" in demo.note and "No digit is lost here" in demo.note
    assert "the gradient of p is −1e+12 where the formula gives −2.354e+17" in demo.note


def test_far_on_the_other_side_p_is_rounded_first():
    demo = Loss(logit=40.0, target=0).carry_out()
    rows = {row.name: row for row in demo.rows}
    assert "In float32 p is rounded to exactly 1" in demo.note
    assert (rows["Loss"].exact, rows["Loss"].two_steps) == (40, 100)
    assert rows["Slope of sigmoid"].two_steps == 0 < rows["Slope of sigmoid"].exact


def test_a_gradient_too_small_for_any_way_is_said_to_do_no_harm():
    for logit, target in ((-40.0, 0), (40.0, 1)):
        note = Loss(logit, target, "float64").carry_out().note
        assert ("so small a gradient does no harm" in note) is (target == 1)
        assert f"where the formula gives {'−1' if target else '1'}," in note


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_said_to_be_lost_is_what_is_lost(dtype, target):
    for tenths in range(-400, 401):
        demo = Loss(tenths / 10, target, dtype).carry_out()
        p, loss, dp, slope, dz = demo.rows
        assert p.two_steps is not None and slope.two_steps is not None
        assert ("is below torch's limit" in demo.note) == (0 < slope.two_steps < 1e-12) or near(
            dp.two_steps, dp.exact
        )
        assert "No digit is lost" not in demo.note or p.two_steps < 1e-12
        assert "few digits of 1 − p are left" not in demo.note or 0.99 < p.two_steps < 1
        assert " instead of " not in demo.note or all(
            a != b for a, b in re.findall(r"(\S+) instead of (\S+?)[. ]", demo.note)
        )
        marked = not all(near(row.two_steps, row.exact) for row in demo.rows) or not all(
            near(row.one_step, row.exact) for row in (loss, dz)
        )
        assert (
            not marked
            or "lost" in demo.note
            or "too small" in demo.note
            or ("is below torch's limit" in demo.note or "few digits" in demo.note)
        )
        assert near(loss.one_step, loss.exact) or "too small to be kept" in demo.note


def test_a_p_that_is_rounded_but_not_to_1_is_told_so():
    note = Loss(16.6, 0).carry_out().note
    assert "p is rounded to 0.999999881, so that few digits of 1 − p are left" in note
    assert "at z the same 1 − p is multiplied in again, and 1 arrives" in note


def test_near_zero_all_ways_meet():
    demo = Loss(logit=-1.5, target=1).carry_out()
    assert "what meets at the logit is simply p − t" in demo.note
    for row in demo.rows:
        ways = [way for way in (row.two_steps, row.one_step) if way is not None]
        assert all(math.isclose(way, row.exact, rel_tol=1e-5) for way in ways)


def test_the_curves_are_finite():
    for x, y in [*curves(1).values(), *curves(0, 40).values()]:
        assert x.shape == y.shape
        assert all(map(math.isfinite, y))
