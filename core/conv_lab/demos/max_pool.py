"""Max pooling: of every window the largest number goes on, and alone gets the gradient."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, random_numbers
from core.errors import GlassError
from core.numpy_nn import max_pool2d, max_pool2d_backward


@dataclass(frozen=True)
class MaxPool:
    """One channel of ``side`` x ``side``; with ``ties`` the numbers are whole, so that many are
    equal. ``padding`` may be at most half the kernel.
    """

    side: int = 8
    kernel: int = 2
    stride: int = 2
    padding: int = 0
    dilation: int = 1
    ceil_mode: bool = False
    ties: bool = False
    dtype: str = "float32"
    seed: int = 0

    def problem(self) -> str:
        """Return the broken rule as a sentence, or an empty text."""
        if self.padding > self.kernel // 2:
            return (
                f"Padding must be at most half the kernel, {self.kernel} / 2 = "
                f"{self.kernel // 2} rounded down, not {self.padding}: "
                "otherwise a window could see nothing but padding."
            )
        extent = self.dilation * (self.kernel - 1) + 1
        padded = self.side + 2 * self.padding
        if extent > padded:
            return (
                f"The window must fit into the padded input: it spans {self.dilation}·"
                f"({self.kernel} − 1) + 1 = {extent}, the padded input {padded}."
            )
        return ""

    def carry_out(self) -> Demo:
        """Compute y and dX in both engines; raises ``GlassError`` when a rule is broken."""
        if self.problem():
            raise GlassError(self.problem())
        x = random_numbers(self.seed, (1, 1, self.side, self.side), self.dtype)
        if self.ties:
            x = np.rint(x) + np.dtype(self.dtype).type(0)
        settings = (self.kernel, self.stride, self.padding, self.dilation, self.ceil_mode)
        ours = max_pool2d(x, *settings)
        dy = random_numbers(self.seed + 1, ours.shape, self.dtype)
        numpy = {"y": ours, "dx": max_pool2d_backward(dy, x, *settings)}
        layer = nn.MaxPool2d(*settings[:-1], ceil_mode=self.ceil_mode)
        compared = compare_layer(layer, x, dy, numpy)
        return Demo(
            steps=tuple(self._steps(x[0, 0], ours[0, 0])),
            note="With ties, look at dX: two equal winners, and only the first gets the gradient."
            if self.ties
            else "Most of dX is 0: what was not the largest in any window learns nothing.",
            comparisons={
                "Output y": compared["y"].first.first,
                "Gradient dX": compared["dx"].first.first,
            },
        )

    def _steps(self, x: Array, y: Array) -> Iterator[tuple[str, str]]:
        left, right = ("⌈", "⌉") if self.ceil_mode else ("⌊", "⌋")
        less = "" if len(y) == self._full_size() else ", one less: its window starts in the padding"
        yield (
            "Size",
            f"{left}({self.side} + 2·{self.padding} − {self.dilation}·({self.kernel} − 1) − 1) / "
            f"{self.stride}{right} + 1 = {len(y)}{less}",
        )
        if not self.padding:
            reach = slice(0, self.dilation * (self.kernel - 1) + 1, self.dilation)
            seen = x[reach, reach].ravel()
            listed = ", ".join(map(number, seen[:9])) + (", ..." if seen.size > 9 else "")
            yield "First output", f"y[0, 0] = max({listed}) = {number(y[0, 0])}"
        best = "all of dy goes to the window's largest number; of equal ones to the first"
        yield "Gradient", best

    def _full_size(self) -> int:
        room = self.side + 2 * self.padding - self.dilation * (self.kernel - 1) - 1
        return -(-room // self.stride) + 1 if self.ceil_mode else room // self.stride + 1
