"""Average pooling: every window gives its mean, and shares its gradient out equally."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.pooling import Pooling
from core.conv_lab.demos.settings import setting, side_of
from core.conv_lab.demos.terms import Terms, window_places
from core.numpy_nn import avg_pool2d, avg_pool2d_backward
from core.numpy_nn.average_pooling import window_sizes
from core.numpy_nn.geometry import pooling_geometry


@dataclass(frozen=True)
class AvgPool(Pooling):
    """One channel of ``side`` x ``side``; ``padding`` may be at most half the kernel."""

    side: int = setting(8, "Side", "Rows and columns.", (2, 12))
    kernel: int = setting(2, "Kernel", "Rows and columns of the window.", (1, 5))
    stride: int = setting(2, "Stride", "Cells from one window to the next.", (1, 5))
    padding: int = setting(0, "Padding", "Zeros round the input; they add nothing.", (0, 2))
    ceil_mode: bool = setting(False, "Round up", "ceil_mode: a last window may reach outside.")
    count_include_pad: bool = setting(
        True,
        "Count padding",
        "count_include_pad: the sum is divided by the padding's cells too. Off: by those of the "
        "input alone.",
    )
    dtype: str = "float32"
    seed: int = setting(0, "Seed", "Other random numbers.", (0, 20))
    own_x: str = ""
    own_dy: str = ""

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Own numbers come in a square."""
        return {"side": side_of(shape)} if name == "x" else {}

    def carry_out(self) -> Demo:
        """Compute y and dX in both engines; raises ``GlassError`` when a rule is broken."""
        self.check()
        x = self.numbers("x", *self._drawn(0, self.side))
        dy = self.numbers("dy", *self._drawn(1, self.size))
        given = (self.kernel, self.stride, self.padding, self.ceil_mode, self.count_include_pad)
        image, gradient = x[None, None], dy[None, None]
        numpy = {
            "y": avg_pool2d(image, *given),
            "dx": avg_pool2d_backward(gradient, image, *given),
        }
        compared = compare_layer(nn.AvgPool2d(*given), image, gradient, numpy)
        divisor = self._divisor(image)
        return Demo(
            steps=tuple(self._steps(divisor)),
            note=self._note(divisor),
            comparisons={
                "Output y": compared["y"].first.first,
                "Gradient dX": compared["dx"].first.first,
            },
            panels=(
                Panel("x", "Input x", x),
                Panel("count", "Divisor n", divisor),
                Panel("y", "Output y", numpy["y"][0, 0]),
                Panel("dy", "Upstream gradient dy", dy, "Backward"),
                Panel("dx", "Gradient dX", numpy["dx"][0, 0], "Backward"),
            ),
            terms=self._terms(),
        )

    def _drawn(self, which: int, side: int) -> tuple[tuple[int, int], Array]:
        shape = (side, side)
        return shape, random_numbers(self.seed + which, shape, self.dtype)

    def _divisor(self, image: Array) -> Array:
        """By how many the sum of each window is divided."""
        geometry = pooling_geometry(
            image, self.kernel, self.stride, self.padding, 1, self.ceil_mode
        )
        sides = (self.padding, self.padding)
        return window_sizes(geometry, sides, self.count_include_pad).astype(self.dtype)

    def _terms(self) -> dict[str, Terms]:
        image, windows = (self.side, self.side), (self.size, self.size)
        window, _, cell = window_places(image, windows, self.kernel, self.stride, self.padding).T
        return {
            "y": Terms(("x",), np.stack([window, cell], 1), divisor="count"),
            "dx": Terms(
                ("dy", "count"),
                np.stack([cell, window, window], 1),
                quotient=True,
                nothing="0, because no window sees it",
            ),
        }

    def _steps(self, divisor: Array) -> Iterator[tuple[str, str]]:
        yield "Size", self.size_formula
        counted = "with" if self.count_include_pad else "without"
        yield (
            "Output",
            f"the window's sum divided by n, its number of cells {counted} those of the padding: "
            f"at the corner by {number(divisor[0, 0])}, at most by {number(divisor.max())}",
        )
        yield "Gradient", "each dy is shared out equally: dy / n goes to every cell of its window"

    def _note(self, divisor: Array) -> str:
        if not self.padding:
            return (
                "Max pooling gives a gradient to one cell of a window, average pooling to all of "
                "them the same: nothing is lost, nothing stands out."
            )
        if self.count_include_pad:
            return (
                "torch counts the padding's zeros unless told otherwise (count_include_pad), so "
                "the means at the edge are pulled towards 0. Switch it off and look at n."
            )
        least, most = divisor.min(), divisor.max()
        return (
            "Without the padding's cells, a window at the edge is divided by what it really sees: "
            + (
                f"n is {number(most)} everywhere here."
                if least == most
                else f"n goes from {number(least)} to {number(most)} here."
            )
        )
