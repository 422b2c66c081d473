"""Sigmoid with binary cross entropy: two steep gradients that meet at the logit as p - t."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from core.conv_lab.demos.demo import Demo, compare, number, tensor
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
        """Compute probability, loss and gradients, step by step and in one."""
        logit, target = (np.array([[v]], self.dtype) for v in (self.logit, self.target))
        probability = sigmoid(logit)
        loss = bce_loss(probability, target)
        dprobability = bce_loss_backward(probability, target)
        dlogit = sigmoid_backward(dprobability, probability)
        direct = bce_with_logits_backward(logit, target)
        theirs, wanted = tensor(logit), torch.from_numpy(target)
        p = torch.sigmoid(theirs)
        their_loss = F.binary_cross_entropy(p, wanted)
        their_dp, their_dlogit = torch.autograd.grad(their_loss, [p, theirs])
        fresh = tensor(logit)
        their_direct_loss = F.binary_cross_entropy_with_logits(fresh, wanted)
        (their_direct,) = torch.autograd.grad(their_direct_loss, fresh)
        p0, one = float(probability[0, 0]), float(np.float64(1))
        slope = p0 * (one - p0)
        edge = 1 / max(p0, 1e-12) + 1 / max(1 - p0, 1e-12)  # how 1 - p and 1 / p magnify rounding
        size_dp = np.abs(dprobability) * (1 + edge)
        size_dlogit = np.abs(dlogit) * (1 + edge) + 1
        return Demo(
            steps=(
                ("Probability", f"p = 1 / (1 + exp({number(-self.logit)})) = {number(p0)}"),
                (
                    "Loss",
                    f"−log({'p' if self.target else '1 − p'}) = {number(float(loss))}"
                    + (" (torch stops at 100)" if float(loss) >= 100 else ""),
                ),
                (
                    "Gradient of p",
                    f"(p − t) / (p · (1 − p)) = {number(float(dprobability[0, 0]))}",
                ),
                ("Slope of sigmoid", f"p · (1 − p) = {number(slope)}"),
                (
                    "Gradient of z",
                    f"their product: {number(float(dlogit[0, 0]))}; directly p − t = "
                    f"{number(p0)} − {self.target} = {number(float(direct[0, 0]))}",
                ),
            ),
            note=self._note(float(dlogit[0, 0]), float(direct[0, 0])),
            comparisons=(
                compare("Probability p", probability, p, np.abs(probability)),
                compare("Loss from p", loss, their_loss, 1 + abs(float(loss))),
                compare("Gradient of p", dprobability, their_dp, size_dp),
                compare("Gradient of the logit z, through p", dlogit, their_dlogit, size_dlogit),
                compare(
                    "Loss from z in one step",
                    bce_with_logits(logit, target),
                    their_direct_loss,
                    1 + abs(float(their_direct_loss.detach())),
                ),
                compare("Gradient of z in one step: p − t", direct, their_direct, np.ones((1, 1))),
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


def curves() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return x and y of the curves over the logit from -8 to 8: p, loss and gradient for t = 1."""
    z = np.linspace(-8, 8, 129)
    p = sigmoid(z)
    return {
        "probability p": (z, p),
        "loss for a cat": (z, -np.log(p)),
        "gradient p − t for a cat": (z, p - 1),
    }
