"""Batch normalisation: each channel is brought to mean 0 and variance 1, then scaled anew."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from core.conv_lab.demos.demo import Array, Demo, compare, number, random_numbers, tensor
from core.numpy_nn import batch_norm2d, batch_norm2d_backward


@dataclass(frozen=True)
class BatchNorm:
    """A batch (N, C, H, W) with mean ``shift`` and spread ``scale``, after ``seen`` such batches.

    ``gamma`` and ``beta`` are the layer's weight and bias. In training the batch's own statistics
    are used, otherwise the running ones.
    """

    batch: int = 4
    channels: int = 2
    side: int = 4
    shift: float = 2.0
    scale: float = 3.0
    gamma: float = 1.0
    beta: float = 0.0
    momentum: float = 0.1
    seen: int = 5
    training: bool = True
    dtype: str = "float32"
    seed: int = 0
    eps: float = 1e-5

    def problem(self) -> str:
        """Return the broken rule as a sentence, or an empty text."""
        if self.training and self.batch * self.side * self.side < 2:
            return (
                "In training a channel needs at least two numbers, "
                f"not {self.batch} · {self.side} · {self.side} = 1: one has no variance."
            )
        return ""

    def carry_out(self) -> Demo:
        """Compute y, the gradients and the running statistics; ``ValueError`` for a broken rule."""
        if self.problem():
            raise ValueError(self.problem())
        x = self._batch(self.seen)
        dy = random_numbers(self.seed + 1, x.shape, self.dtype)
        gamma, beta = (np.full(self.channels, v, self.dtype) for v in (self.gamma, self.beta))
        before = self._running()
        y, mean, var = batch_norm2d(x, *before, gamma, beta, self.training, self.momentum, self.eps)
        dx, dgamma, dbeta = batch_norm2d_backward(dy, x, *before, gamma, self.training, self.eps)
        assert mean is not None and var is not None
        inputs = [tensor(array) for array in (x, gamma, beta)]
        running = [torch.from_numpy(array.copy()) for array in before]
        theirs = F.batch_norm(
            inputs[0],
            running[0],
            running[1],
            inputs[1],
            inputs[2],
            self.training,
            self.momentum,
            self.eps,
        )
        gradients = torch.autograd.grad(theirs, inputs, torch.from_numpy(dy))
        sizes = self._magnitudes(x, dy, before)
        used = (x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))) if self.training else before
        return Demo(
            steps=tuple(self._steps(x, y, used, before, (mean, var))),
            note="In training every number's gradient also goes through the mean and the variance, "
            "so dX of a channel adds up to 0."
            if self.training
            else "With running statistics a photo's answer does not depend on its neighbours in "
            "the batch: this is the mode for evaluation, which the article forgot.",
            comparisons=(
                compare("Output y", y, theirs, sizes["y"]),
                compare("Gradient dX", dx, gradients[0], sizes["dx"]),
                compare("Gradient of the weight γ", dgamma, gradients[1], sizes["dgamma"]),
                compare("Gradient of the bias β", dbeta, gradients[2], sizes["dbeta"]),
                compare("Running mean", mean, running[0], sizes["mean"]),
                compare("Running variance", var, running[1], sizes["var"]),
            ),
        )

    def _batch(self, which: int) -> Array:
        shape = (self.batch, self.channels, self.side, self.side)
        drawn = random_numbers(self.seed + 100 + which, shape, self.dtype)
        kind = np.dtype(self.dtype).type
        return drawn * kind(self.scale) + kind(self.shift)

    def _running(self) -> tuple[Array, Array]:
        """Running statistics after the batches seen before, from torch's start: mean 0, variance 1.

        In NumPy: both engines then go on from the same numbers.
        """
        mean, var = np.zeros(self.channels, self.dtype), np.ones(self.channels, self.dtype)
        if self.batch * self.side * self.side > 1:
            for which in range(self.seen):
                _, mean, var = batch_norm2d(  # type: ignore[assignment]
                    self._batch(which), mean, var, training=True, momentum=self.momentum
                )
        return mean, var

    def _magnitudes(
        self, x: Array, dy: Array, before: tuple[Array, Array]
    ) -> dict[str, np.ndarray]:
        """Bound the terms behind every result, in float64."""
        x, dy = x.astype(np.float64), dy.astype(np.float64)
        axes, count = (0, 2, 3), x.size // x.shape[1]
        mean, var = (a.astype(np.float64)[:, None, None] for a in before)
        if self.training:
            mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        deviation = np.sqrt(var + self.eps)
        normal = (np.abs(x) + np.abs(mean)) / deviation  # what cancels in x - mean counts
        ratio = 1 + np.abs(mean) / deviation
        parts = np.abs(dy) + np.abs(dy).mean(axes, keepdims=True)
        parts = parts + normal * (np.abs(dy) * normal).mean(axes, keepdims=True)
        spread = (x**2).mean(axes) + np.abs(x).mean(axes) ** 2
        return {
            "y": abs(self.gamma) * normal * ratio + abs(self.beta),
            "dx": abs(self.gamma) / deviation * parts * ratio,
            "dgamma": (np.abs(dy) * normal * ratio).sum(axes),
            "dbeta": np.abs(dy).sum(axes),
            "mean": np.abs(before[0]) + np.abs(x).mean(axes),
            "var": np.abs(before[1]) + spread * count / max(count - 1, 1),
        }

    def _steps(
        self,
        x: Array,
        y: Array,
        used: tuple[Array, Array],
        before: tuple[Array, Array],
        after: tuple[Array, Array],
    ) -> list[tuple[str, str]]:
        mean, var = (number(statistic[0]) for statistic in used)
        count = x.size // x.shape[1]
        source = f"of {count} numbers" if self.training else "running"
        steps = [
            ("Channel 0", f"mean μ = {mean}, variance σ² = {var} ({source})"),
            (
                "First output",
                f"γ · (x − μ) / √(σ² + ε) + β = {number(self.gamma)} · ({number(x[0, 0, 0, 0])} − "
                f"{mean}) / √({var} + {self.eps:g}) + {number(self.beta)} = "
                f"{number(y[0, 0, 0, 0])}",
            ),
        ]
        if self.training:
            batch_mean, batch_var = x[:, 0].mean(), x[:, 0].var() * count / (count - 1)
            keep, take = number(1 - self.momentum), number(self.momentum)
            steps += [
                (
                    "Running mean",
                    f"{keep} · {number(before[0][0])} + {take} · {number(batch_mean)} = "
                    f"{number(after[0][0])}",
                ),
                (
                    "Running variance",
                    f"{keep} · {number(before[1][0])} + {take} · {number(batch_var)} = "
                    f"{number(after[1][0])}, from the unbiased variance σ² · {count} / {count - 1}",
                ),
            ]
        return steps
