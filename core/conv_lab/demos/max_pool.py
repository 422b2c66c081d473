"""Max pooling: of every window the largest number goes on, and alone gets the gradient."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.pooling import Pooling
from core.conv_lab.demos.settings import setting, side_of
from core.numpy_nn import max_pool2d, max_pool2d_backward


@dataclass(frozen=True)
class MaxPool(Pooling):
    """One channel of ``side`` x ``side``; with ``ties`` the numbers are whole, so that many are
    equal. ``padding`` may be at most half the kernel.
    """

    side: int = setting(8, "Side", "Rows and columns.", (2, 12))
    kernel: int = setting(2, "Kernel", "Rows and columns of the window.", (1, 5))
    stride: int = setting(2, "Stride", "Cells from one window to the next.", (1, 5))
    padding: int = setting(0, "Padding", "Never wins: it counts as minus infinity.", (0, 2))
    dilation: int = setting(1, "Dilation", "Distance between a window's cells.", (1, 3))
    ceil_mode: bool = setting(False, "Round up", "ceil_mode: a last window may reach outside.")
    ties: bool = setting(False, "Ties", "Whole numbers, so that several are the largest.")
    dtype: str = "float32"
    seed: int = setting(0, "Seed", "Other random numbers.", (0, 20))
    own_x: str = ""
    own_dy: str = ""

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Own numbers come as they are, not made whole, in a square."""
        return {"side": side_of(shape), "ties": False} if name == "x" else {}

    def _settings(self) -> tuple[int, int, int, int, bool]:
        return self.kernel, self.stride, self.padding, self.dilation, self.ceil_mode

    def carry_out(self) -> Demo:
        """Compute y and dX in both engines; raises ``GlassError`` when a rule is broken."""
        self.check()
        seen = self._input()
        pooled = max_pool2d(seen[None, None], *self._settings())[0, 0]
        drawn = random_numbers(self.seed + 1, (1, 1, *pooled.shape), self.dtype)[0, 0]
        gradient = self.numbers("dy", pooled.shape, drawn)
        x, ours, dy = (each[None, None] for each in (seen, pooled, gradient))
        given = self._settings()
        numpy = {"y": ours, "dx": max_pool2d_backward(dy, x, *given)}
        layer = nn.MaxPool2d(*given[:-1], ceil_mode=self.ceil_mode)
        compared = compare_layer(layer, x, dy, numpy)
        return Demo(
            steps=tuple(self._steps()),
            note=self._note(max_pool2d_backward(np.ones_like(dy), x, *given)),
            comparisons={
                "Output y": compared["y"].first.first,
                "Gradient dX": compared["dx"].first.first,
            },
            panels=(
                Panel("x", "Input x", seen),
                Panel("y", "Output y", pooled),
                Panel("dy", "Upstream gradient dy", gradient, "Backward"),
                Panel("dx", "Gradient dX", numpy["dx"][0, 0], "Backward"),
            ),
        )

    def _input(self) -> Array:
        x = random_numbers(self.seed, (1, 1, self.side, self.side), self.dtype)[0, 0]
        if self.ties:
            x = np.rint(x) + np.dtype(self.dtype).type(0)
        return self.numbers("x", x.shape, x)

    def _note(self, chosen: Array) -> str:
        """Say what the numbers of dX show; ``chosen`` counts the windows that chose each cell."""
        if self.kernel == 1:
            return "Every window has one cell, which is its own largest: nothing is chosen."
        if self.ties:
            return "With ties, look at dX: of equal winners only the first gets the gradient."
        return (
            f"{int((chosen == 0).sum())} of the {chosen.size} cells of dX get nothing: no window "
            "chose theirs as its largest number."
        )

    def _steps(self) -> Iterator[tuple[str, str]]:
        yield "Size", self.size_formula
        best = "all of dy goes to the window's largest number; of equal ones to the first"
        yield "Gradient", best
