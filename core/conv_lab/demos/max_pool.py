"""Max pooling: of every window the largest number goes on, and alone gets the gradient."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.settings import Broken, Layer, WayOut, setting, settings, side_of
from core.conv_lab.typed_numbers import Axis
from core.errors import GlassError
from core.numpy_nn import max_pool2d, max_pool2d_backward


@dataclass(frozen=True)
class MaxPool(Layer):
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

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """Rows and columns; of dy as many as y has."""
        size = 1 if self.broken() else len(self.carry_out_forward()[1])
        return {
            "x": (Axis("row", 2, 12), Axis("column", 2, 12)),
            "dy": (Axis("row", size, size), Axis("column", size, size)),
        }

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Own numbers come as they are, not made whole, in a square."""
        return {"side": side_of(shape), "ties": False} if name == "x" else {}

    def broken(self) -> Broken | None:
        """Return the rule that the settings break, with each setting that mends it alone."""
        problem = self._problem()
        if problem is None:
            return None
        sentence, candidates = problem
        ranges = settings(self)
        mended = [
            (abs(value - getattr(self, name)), name, value)
            for name, value in candidates.items()
            if ranges[name].low <= value <= ranges[name].high
            and self.but(**{name: value})._problem() is None
        ]
        ways = [
            WayOut(f"Set {name} to {value}", {name: value}) for _, name, value in sorted(mended)
        ]
        back = WayOut("Back to a 2 x 2 kernel", {"kernel": 2, "padding": 0, "dilation": 1})
        return Broken(sentence, tuple(ways or [back]))

    def _problem(self) -> tuple[str, dict[str, int]] | None:
        """Return the broken rule as a sentence, and values of settings that keep it."""
        if self.padding > self.kernel // 2:
            return (
                f"Padding must be at most half the kernel, {self.kernel} / 2 = "
                f"{self.kernel // 2} rounded down, not {self.padding}: "
                "otherwise a window could see nothing but padding.",
                {"padding": self.kernel // 2, "kernel": 2 * self.padding},
            )
        extent, padded = self._extent(), self.side + 2 * self.padding
        if extent <= padded:
            return None
        return (
            f"The window must fit into the padded input: it spans {self.dilation}·"
            f"({self.kernel} − 1) + 1 = {extent}, the padded input {padded}.",
            {
                "kernel": (padded - 1) // self.dilation + 1,
                "dilation": (padded - 1) // (self.kernel - 1),
                "padding": -(-(extent - self.side) // 2),
                "side": extent - 2 * self.padding,
            },
        )

    def _extent(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    def carry_out_forward(self) -> tuple[Array, Array]:
        """Return x and y, (side, side) and as many as there are windows."""
        x = random_numbers(self.seed, (1, 1, self.side, self.side), self.dtype)[0, 0]
        if self.ties:
            x = np.rint(x) + np.dtype(self.dtype).type(0)
        x = self.numbers("x", x.shape, x)
        return x, max_pool2d(x[None, None], *self._settings())[0, 0]

    def _settings(self) -> tuple[int, int, int, int, bool]:
        return self.kernel, self.stride, self.padding, self.dilation, self.ceil_mode

    def carry_out(self) -> Demo:
        """Compute y and dX in both engines; raises ``GlassError`` when a rule is broken."""
        broken = self.broken()
        if broken:
            raise GlassError(broken.sentence)
        seen, pooled = self.carry_out_forward()
        drawn = random_numbers(self.seed + 1, (1, 1, *pooled.shape), self.dtype)[0, 0]
        gradient = self.numbers("dy", pooled.shape, drawn)
        x, ours, dy = (each[None, None] for each in (seen, pooled, gradient))
        given = self._settings()
        numpy = {"y": ours, "dx": max_pool2d_backward(dy, x, *given)}
        layer = nn.MaxPool2d(*given[:-1], ceil_mode=self.ceil_mode)
        compared = compare_layer(layer, x, dy, numpy)
        return Demo(
            steps=tuple(self._steps(len(pooled))),
            note="With ties, look at dX: two equal winners, and only the first gets the gradient."
            if self.ties
            else "Most of dX is 0: what was not the largest in any window learns nothing.",
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

    def _steps(self, size: int) -> Iterator[tuple[str, str]]:
        left, right = ("⌈", "⌉") if self.ceil_mode else ("⌊", "⌋")
        less = "" if size == self._full_size() else ", one less: its window starts in the padding"
        yield (
            "Size",
            f"{left}({self.side} + 2·{self.padding} − {self.dilation}·({self.kernel} − 1) − 1) / "
            f"{self.stride}{right} + 1 = {size}{less}",
        )
        best = "all of dy goes to the window's largest number; of equal ones to the first"
        yield "Gradient", best

    def _full_size(self) -> int:
        room = self.side + 2 * self.padding - self.dilation * (self.kernel - 1) - 1
        return -(-room // self.stride) + 1 if self.ceil_mode else room // self.stride + 1
