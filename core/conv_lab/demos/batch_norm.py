"""Batch normalisation: each channel is brought to mean 0 and variance 1, then scaled anew."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import torch
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.magnitudes import running_sums
from core.comparison.rounding import Array, Comparison
from core.comparison.torch_layer import with_arrays
from core.conv_lab.demos.by_hand import Formula, bracketed, number, read, write_formulas
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.settings import Broken, Layer, WayOut, setting, side_of
from core.conv_lab.typed_numbers import Axis
from core.numpy_nn import batch_norm2d, batch_norm2d_backward


@dataclass(frozen=True)
class BatchNorm(Layer):
    """A batch (N, C, H, W) with mean ``shift`` and spread ``scale``, after ``seen`` such batches.

    ``gamma`` and ``beta`` are the layer's weight and bias. In training the batch's own statistics
    are used, otherwise the running ones.
    """

    batch: int = setting(4, "Photos", "Photos in the batch.", (1, 8))
    channels: int = setting(2, "Channels", "Each has statistics of its own.", (1, 4))
    side: int = setting(4, "Side", "Rows and columns of a map.", (1, 8))
    shift: float = setting(2.0, "Mean of x", "Where the numbers lie.", (-10, 10), step=0.1)
    scale: float = setting(3.0, "Spread of x", "How far they scatter.", (0.1, 5), step=0.1)
    gamma: float = setting(1.0, "Weight γ", "The new spread.", (-2, 2), step=0.1)
    beta: float = setting(0.0, "Bias β", "The new mean.", (-2, 2), step=0.1)
    momentum: float = setting(
        0.1, "Momentum", "How fast running statistics follow.", (0, 1), step=0.05
    )
    seen: int = setting(5, "Batches before", "How many have moved the statistics.", (0, 50))
    training: bool = setting(True, "Training mode", "Off: the running statistics are used.")
    dtype: str = "float32"
    seed: int = 0
    eps: float = 1e-5
    own_x: str = ""
    own_dy: str = ""

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """x decides about photos and sides, of as many channels as there are."""
        channels = Axis("channel", self.channels, self.channels)
        photos, side = (Axis("photo", n, n) for n in (self.batch, self.side))
        return {
            "x": (Axis("photo", 1, 8), channels, Axis("row", 1, 8), Axis("column", 1, 8)),
            "dy": (photos, channels, Axis("row", side.least, side.most), side),
        }

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Photos and side."""
        return {"batch": shape[0], "side": side_of(shape)} if name == "x" else {}

    def broken(self) -> Broken | None:
        """Return the rule that the settings break, with its ways out."""
        if not self.training or self.batch * self.side * self.side > 1:
            return None
        return Broken(
            "In training a channel needs at least two numbers, "
            f"not {self.batch} · {self.side} · {self.side} = 1: one has no variance.",
            (
                WayOut("Take 2 photos", {"batch": 2}),
                WayOut("Set the side to 2", {"side": 2}),
                WayOut("Leave training mode", {"training": False}),
            ),
        )

    def carry_out(self) -> Demo:
        """Compute y, the gradients and the running statistics; ``GlassError`` for a broken rule."""
        self.check()
        drawn = self._batch(self.seen)
        x = self.numbers("x", drawn.shape, drawn)
        dy = self.numbers("dy", x.shape, random_numbers(self.seed + 1, x.shape, self.dtype))
        gamma, beta = (np.full(self.channels, v, self.dtype) for v in (self.gamma, self.beta))
        before = self._running()
        y, mean, var = batch_norm2d(x, *before, gamma, beta, self.training, self.momentum, self.eps)
        dx, dgamma, dbeta = batch_norm2d_backward(dy, x, *before, gamma, self.training, self.eps)
        assert mean is not None and var is not None
        layer = with_arrays(
            nn.BatchNorm2d(self.channels, self.eps, self.momentum).train(self.training),
            weight=gamma,
            bias=beta,
            running_mean=before[0],
            running_var=before[1],
        )
        running = running_sums(layer, torch.from_numpy(x))  # of the statistics as they are before
        numpy = {"y": y, "dx": dx, "dweight": dgamma, "dbias": dbeta}
        compared = compare_layer(layer, x, dy, numpy)
        assert layer.running_mean is not None and layer.running_var is not None
        used = (x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))) if self.training else before
        return Demo(
            steps=tuple(self._steps(x, y, used, before, (mean, var))),
            note="In training every number's gradient also goes through the mean and the variance, "
            "so dX of a channel adds up to 0."
            if self.training
            else "With running statistics a photo's answer does not depend on its neighbours in "
            "the batch: this is the mode for evaluation, which the article forgot.",
            comparisons={
                "Output y": compared["y"],
                "Gradient dX": compared["dx"],
                "Gradient dγ": compared["dweight"],
                "Gradient dβ": compared["dbias"],
                "Running mean": Comparison(mean, layer.running_mean.numpy(), running["mean"]),
                "Running variance": Comparison(var, layer.running_var.numpy(), running["var"]),
            },
            panels=(
                Panel("x", "Input x", x),
                Panel("mean", "Mean μ", used[0]),
                Panel("variance", "Variance σ²", used[1]),
                Panel("weight", "Weight γ", gamma),
                Panel("bias", "Bias β", beta),
                Panel("y", "Output y", y),
                Panel("dy", "Upstream gradient dy", dy, "Backward"),
                Panel("dx", "Gradient dX", dx, "Backward"),
                Panel("dweight", "Gradient dγ", dgamma, "Backward", "dγ"),
                Panel("dbias", "Gradient dβ", dbeta, "Backward", "dβ"),
            ),
        )

    def _batch(self, which: int) -> Array:
        shape = (self.batch, self.channels, self.side, self.side)
        drawn = random_numbers(self.seed + 100 + which, shape, self.dtype)
        kind = np.dtype(self.dtype).type
        return np.asarray(drawn * kind(self.scale) + kind(self.shift))

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

    def _steps(
        self,
        x: Array,
        y: Array,
        used: tuple[Array, Array],
        before: tuple[Array, Array],
        after: tuple[Array, Array],
    ) -> list[tuple[str, str]]:
        count = x.size // x.shape[1]

        def write(digits: int) -> list[Formula]:
            def text(value: float) -> str:
                return number(value, digits)

            mean, var = (text(statistic[0]) for statistic in used)
            return [
                self._output_formula(text(x[0, 0, 0, 0]), mean, var, y[0, 0, 0, 0]),
                *(self._running_formulas(text, mean, var, before, after, count)),
            ]

        lines, digits = write_formulas(write)
        mean, var = (number(statistic[0], digits) for statistic in used)
        source = f"of {count} numbers" if self.training else "running"
        steps = [
            ("Channel 0", f"mean μ = {mean}, variance σ² = {var} ({source})"),
            ("First output", f"γ · (x − μ) / √(σ² + ε) + β = {lines[0]}"),
        ]
        if self.training:
            steps += [
                ("Running mean", lines[1]),
                (
                    "Running variance",
                    f"{lines[2]}, from the unbiased variance σ² · {count} / {count - 1}",
                ),
            ]
        return steps

    def _output_formula(self, x: str, mean: str, var: str, y: float) -> Formula:
        gamma, beta, eps = number(self.gamma), number(self.beta), number(self.eps)
        root = (read(var) + read(eps)).sqrt()
        scaled = read(gamma) * (read(x) - read(mean)) / root
        return Formula(
            f"{gamma} · ({x} − {bracketed(mean)}) / √({var} + {eps}) + {bracketed(beta)}",
            scaled + read(beta),
            y,
            float(max(abs(scaled), abs(read(beta)))),
        )

    def _running_formulas(
        self,
        text: Callable[[float], str],
        mean: str,
        var: str,
        before: tuple[Array, Array],
        after: tuple[Array, Array],
        count: int,
    ) -> list[Formula]:
        """The statistics that the layer keeps, where it is training."""
        if not self.training:
            return []
        keep, take = number(1 - self.momentum), number(self.momentum)
        first, second = (text(statistic[0]) for statistic in before)
        means = read(keep) * read(first), read(take) * read(mean)
        variances = read(keep) * read(second), read(take) * read(var) * count / (count - 1)
        return [
            Formula(
                f"{keep} · {bracketed(first)} + {take} · {bracketed(mean)}",
                sum(means, Decimal()),
                after[0][0],
                float(max(map(abs, means))),
            ),
            Formula(
                f"{keep} · {second} + {take} · {var} · {count} / {count - 1}",
                sum(variances, Decimal()),
                after[1][0],
                float(max(variances)),
            ),
        ]
