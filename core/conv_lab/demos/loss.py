"""Sigmoid with binary cross entropy: two steep gradients that meet at the logit as p - t."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.magnitudes import logit_loss_sums, loss_sums
from core.comparison.rounding import Array, Comparison, Sums
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, Row
from core.conv_lab.demos.settings import Layer, setting
from core.numpy_nn import (
    bce_loss,
    bce_loss_backward,
    bce_with_logits,
    bce_with_logits_backward,
    sigmoid,
    sigmoid_backward,
)

CLAMPS = (
    "torch's binary_cross_entropy takes no logarithm below −100, and on the way back it divides by "
    "max(p · (1 − p), 1e−12), so that nothing is ever infinite."
)
"""What torch limits (aten/src/ATen/native/Loss.cpp), for people."""
LIMIT = 1e-12


@dataclass(frozen=True)
class Loss(Layer):
    """One photo with a ``logit`` and a ``target``, 1 for a cat and 0 for a dog."""

    logit: float = setting(-1.5, "Logit z", "What the last layer says.", (-40, 40), step=0.1)
    target: int = setting(1, "It is a cat", "The target t: 1 for a cat, 0 for a dog.", switch=True)
    dtype: str = "float32"

    def carry_out(self) -> Demo:
        """Compute probability, loss and gradients, step by step and in one.

        Beside them stands what the formulas give. Each step is compared with torch's on
        the same numbers.
        """
        logit, target = (np.array([[v]], self.dtype) for v in (self.logit, self.target))
        probability = sigmoid(logit)
        loss = bce_loss(probability, target)
        dprobability = bce_loss_backward(probability, target)
        dlogit = sigmoid_backward(dprobability, probability)
        direct = bce_with_logits_backward(logit, target)
        numpy = {"y": probability, "dx": dlogit}
        compared = compare_layer(nn.Sigmoid(), logit, dprobability, numpy)
        p, z, t = map(torch.from_numpy, (probability, logit, target))
        two_steps = _compare(F.binary_cross_entropy, p, t, loss, dprobability, loss_sums(p, t))
        one_loss, one_sums = bce_with_logits(logit, target), logit_loss_sums(z, t)
        one_step = _compare(F.binary_cross_entropy_with_logits, z, t, one_loss, direct, one_sums)
        rows = self._rows(compared, two_steps, one_step)
        return Demo(
            steps=(),
            rows=rows,
            note=self._note(rows),
            comparisons={
                "Probability p": compared["y"],
                "Loss from p": two_steps[0],
                "Gradient of p": two_steps[1],
                "Gradient of the logit z, through p": compared["dx"],
                "Loss from z in one step": one_step[0],
                "Gradient of z in one step: p − t": one_step[1],
            },
        )

    def _rows(
        self,
        sigmoid_: Mapping[str, Comparison],
        two_steps: tuple[Comparison, Comparison],
        one_step: tuple[Comparison, Comparison],
    ) -> tuple[Row, ...]:
        exact = exact_values(self.logit, self.target)
        p = sigmoid_["y"].torch
        log = "p" if self.target else "1 − p"
        return (
            Row(
                "Probability p", f"1 / (1 + exp({number(0.0 - self.logit)}))", exact["p"], p.item()
            ),
            Row(
                "Loss",
                f"−log({log})",
                exact["loss"],
                two_steps[0].torch.item(),
                one_step[0].torch.item(),
            ),
            Row(
                "Gradient of p",
                f"(p − {self.target}) / (p · (1 − p))",
                exact["dp"],
                two_steps[1].torch.item(),
            ),
            Row("Slope of sigmoid", "p · (1 − p)", exact["slope"], (p * (1 - p)).item()),
            Row(
                "Gradient of z",
                f"their product, p − {self.target}",
                exact["dz"],
                sigmoid_["dx"].torch.item(),
                one_step[1].torch.item(),
            ),
        )

    def _note(self, rows: tuple[Row, ...]) -> str:
        _, loss, dp, _, dz = rows
        lost = (
            f" A loss of {number(loss.exact)} is too small to be kept beside 1, or beside z: where "
            "it comes out as another number, that does no harm."
            if loss.exact < 1e-3
            and not (near(loss.one_step, loss.exact) and near(loss.two_steps, loss.exact))
            else ""
        )
        assert dp.two_steps is not None and dz.two_steps is not None and dz.one_step is not None
        if near(dp.two_steps, dp.exact):
            return (
                "The loss is steep where sigmoid is flat: one factor grows as the other shrinks, "
                f"and what meets at the logit is simply p − t. {CLAMPS}{lost}"
            )
        at_once = (
            "In one step from z nothing is divided, and p − t arrives whole: this is why torch "
            "offers binary_cross_entropy_with_logits."
            if near(dz.one_step, dz.exact)
            else "In one step from z nothing is divided, but p − t is 0 there too: so small a "
            "gradient does no harm."
        )
        arrives = (
            f"at z the same 1 − p is multiplied in again, and {number(dz.two_steps)} arrives."
            if near(dz.two_steps, dz.exact)
            else f"{number(dz.two_steps)} instead of {number(dz.exact)} arrives at z."
        )
        return (
            f"{CLAMPS} {self._what_is_lost(rows)} So the gradient of p is {number(dp.two_steps)} "
            f"where the formula gives {number(dp.exact)}, and {arrives} {at_once}{lost}"
        )

    def _what_is_lost(self, rows: tuple[Row, ...]) -> str:
        """Say why the gradient of p is not the formula's: by rounding, or by torch's limit."""
        p, _, _, slope, _ = rows
        assert p.two_steps is not None and slope.two_steps is not None
        if p.two_steps == 1:
            return (
                f"In {self.dtype} p is rounded to exactly 1, so 1 − p is 0 here: its digits are "
                "lost before torch's limits are met."
            )
        if slope.two_steps < LIMIT:
            kept = "No digit is lost here, p keeps all of them: " if p.two_steps < 0.5 else ""
            return f"{kept}p · (1 − p) = {number(slope.two_steps)} is below torch's limit."
        return (
            f"In {self.dtype} p is rounded to {number(p.two_steps, 9)}, so that few digits of "
            f"1 − p are left: p · (1 − p) is {number(slope.two_steps)} instead of "
            f"{number(slope.exact)}."
        )


def near(way: float | None, exact: float) -> bool:
    """Tell whether what a way came to is within a thousandth of the formula's value."""
    return way is None or math.isclose(way, exact, rel_tol=1e-3)


def _compare(
    function: Callable[[Tensor, Tensor], Tensor],
    given: Tensor,
    target: Tensor,
    loss: np.floating,
    gradient: Array,
    sums: dict[str, Sums],
) -> tuple[Comparison, Comparison]:
    """Compare NumPy's loss and gradient with those of torch's ``function``."""
    entered = given.clone().requires_grad_()
    theirs = function(entered, target)
    (their_gradient,) = torch.autograd.grad(theirs, entered)
    return (
        Comparison(np.asarray(loss), theirs.detach().numpy(), sums["y"]),
        Comparison(gradient, their_gradient.numpy(), sums["dx"]),
    )


def exact_values(logit: float, target: int) -> dict[str, float]:
    """Return in float64 what the formulas give, written so that no digit is lost.

    These are the probability "p", the "loss", its gradient "dp" by p, the "slope" of the sigmoid
    and the gradient "dz" by the logit. With s = z for a cat and -z for a dog:
    loss = log(1 + exp(-s)), |dp| = 1 + exp(-s), slope = exp(-|z|) / (1 + exp(-|z|))^2, and
    |dz| = 1 / (1 + exp(s)).
    """
    towards = logit if target else -logit
    sign = -1 if target else 1
    small = math.exp(-abs(logit))
    return {
        "p": 1 / (1 + small) if logit >= 0 else small / (1 + small),
        "loss": max(-towards, 0) + math.log1p(small),
        "dp": sign * (1 + math.exp(-towards)),
        "slope": small / (1 + small) ** 2,
        "dz": sign * (small if towards >= 0 else 1.0) / (1 + small),
    }


def curves(target: int, limit: float = 8) -> dict[str, tuple[Array, Array]]:
    """Return x and y of p, the loss and its gradient over the logit from -limit to limit."""
    z = np.linspace(-limit, limit, 129)
    found = [exact_values(float(each), target) for each in z]
    names = {"p": "probability p", "loss": "loss", "dz": "gradient p − t"}
    return {
        words: (z, np.array([values[name] for values in found])) for name, words in names.items()
    }
