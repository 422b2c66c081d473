"""ReLU: what is negative becomes zero, and lets no gradient through."""

from dataclasses import dataclass

import numpy as np
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, random_numbers
from core.numpy_nn import relu, relu_backward


@dataclass(frozen=True)
class Relu:
    """``side`` x ``side`` random numbers, moved by ``shift``; one of them is exactly 0."""

    side: int = 8
    shift: float = 0.0
    dtype: str = "float32"
    seed: int = 0

    def carry_out(self) -> Demo:
        """Compute y and dX in both engines."""
        x = random_numbers(self.seed, (self.side, self.side), self.dtype) + np.dtype(
            self.dtype
        ).type(self.shift)
        x[0, 0] = 0
        dy = random_numbers(self.seed + 1, x.shape, self.dtype)
        compared = compare_layer(nn.ReLU(), x, dy, {"y": relu(x), "dx": relu_backward(dy, x)})
        closed = float((x <= 0).mean())
        at = np.unravel_index(int(np.argmin(x)), x.shape)
        place = f"[{at[0]}, {at[1]}]"
        return Demo(
            steps=(
                ("Output", f"y{place} = max(0, {number(x[at])}) = {number(max(0, x[at]))}"),
                (
                    "Gradient",
                    f"dX{place} = dy{place} if x > 0, else 0: here {number(dy[at])} becomes 0",
                ),
                ("At exactly 0", "x[0, 0] = 0 counts as not positive: its gradient is 0 in both"),
            ),
            note=f"{closed:.0%} of the numbers are closed: they pass nothing forward and no "
            "gradient back. Move the shift far to the left and the layer is dead.",
            comparisons={"Output y": compared["y"], "Gradient dX": compared["dx"]},
        )
