"""Sigmoid with binary cross entropy: two steep gradients that meet at the logit as p - t."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.magnitudes import logit_loss_sums, loss_sums
from core.comparison.rounding import Array, Comparison, Sums
from core.conv_lab.demos.demo import Demo, number
from core.numpy_nn import (
    bce_loss,
    bce_loss_backward,
    bce_with_logits,
    bce_with_logits_backward,
    sigmoid,
    sigmoid_backward,
)


@dataclass(frozen=True)
class Loss:
    """One photo with a ``logit`` and a ``target``, 1 for a cat and 0 for a dog."""

    logit: float = -1.5
    target: int = 1
    dtype: str = "float32"

    def carry_out(self) -> Demo:
        """Compute probability, loss and gradients, step by step and in one.

        Each step is compared with torch's on the same numbers.
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
        numbers = (each.item() for each in (probability, loss, dprobability, dlogit, direct))
        return Demo(
            steps=self._steps(*numbers),
            note=self._note(dlogit.item(), direct.item()),
            comparisons={
                "Probability p": compared["y"],
                "Loss from p": two_steps[0],
                "Gradient of p": two_steps[1],
                "Gradient of the logit z, through p": compared["dx"],
                "Loss from z in one step": one_step[0],
                "Gradient of z in one step: p − t": one_step[1],
            },
        )

    def _steps(
        self, p: float, loss: float, dp: float, dz: float, direct: float
    ) -> tuple[tuple[str, str], ...]:
        log = "p" if self.target else "1 − p"
        stops = " (torch stops at 100)" if loss >= 100 else ""
        return (
            ("Probability", f"p = 1 / (1 + exp({number(-self.logit)})) = {number(p)}"),
            ("Loss", f"−log({log}) = {number(loss)}{stops}"),
            ("Gradient of p", f"(p − t) / (p · (1 − p)) = {number(dp)}"),
            ("Slope of sigmoid", f"p · (1 − p) = {number(p * (1 - p))}"),
            (
                "Gradient of z",
                f"their product: {number(dz)}; directly p − t = {number(p)} − {self.target} = "
                f"{number(direct)}",
            ),
        )

    def _note(self, through: float, direct: float) -> str:
        if abs(through - direct) > 1e-3:
            return (
                "Here p has no digits left, so the two steps lose the gradient that the one step "
                "still has: this is why torch offers the loss on the logit."
            )
        return (
            "The loss is steep where sigmoid is flat: one factor grows as the other shrinks, and "
            "what meets at the logit is simply p − t."
        )


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


def curves() -> dict[str, tuple[Array, Array]]:
    """Return x and y of the curves over the logit from -8 to 8: p, loss and gradient for t = 1."""
    z = np.linspace(-8, 8, 129)
    p = sigmoid(z)
    return {
        "probability p": (z, p),
        "loss for a cat": (z, -np.log(p)),
        "gradient p − t for a cat": (z, p - 1),
    }
