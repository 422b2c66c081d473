"""ReLU: what is negative becomes zero, and lets no gradient through."""

from dataclasses import dataclass

import numpy as np
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.settings import Layer, setting, side_of
from core.conv_lab.typed_numbers import Axis
from core.numpy_nn import relu, relu_backward


@dataclass(frozen=True)
class Relu(Layer):
    """``side`` x ``side`` random numbers, moved by ``shift``; one of them is exactly 0."""

    side: int = setting(8, "Side", "Rows and columns.", (2, 12))
    shift: float = setting(0.0, "Shift", "Added to every number.", (-4, 4), step=0.1)
    dtype: str = "float32"
    seed: int = setting(0, "Seed", "Other random numbers.", (0, 20))
    own_x: str = ""
    own_dy: str = ""

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """Rows and columns; of dy as many as x has."""
        return {
            "x": (Axis("row", 2, 12), Axis("column", 2, 12)),
            "dy": (Axis("row", self.side, self.side), Axis("column", self.side, self.side)),
        }

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Own numbers come as they are, without a shift, in a square."""
        return {"side": side_of(shape), "shift": 0.0} if name == "x" else {}

    def carry_out(self) -> Demo:
        """Compute y and dX in both engines."""
        shape = (self.side, self.side)
        drawn = random_numbers(self.seed, shape, self.dtype)
        shift = np.dtype(self.dtype).type(self.shift)
        x = self.numbers("x", shape, drawn) + shift
        if not self.own_x:
            x[0, 0] = 0
        dy = self.numbers("dy", shape, random_numbers(self.seed + 1, shape, self.dtype))
        compared = compare_layer(nn.ReLU(), x, dy, {"y": relu(x), "dx": relu_backward(dy, x)})
        closed = float((x <= 0).mean())
        at = np.unravel_index(int(np.argmin(x)), x.shape)
        place = f"[{at[0]}, {at[1]}]"
        return Demo(
            steps=(
                ("Output", f"y{place} = max(0, {number(x[at])}) = {number(max(0, x[at]))}"),
                (
                    "Gradient",
                    f"dX{place} = dy{place} if x > 0, else 0: here {number(dy[at])} "
                    + ("passes" if x[at] > 0 else "becomes 0"),
                ),
                ("At exactly 0", "0 counts as not positive: its gradient is 0 in both engines"),
            ),
            note=f"{100 * closed:.0f} % of the numbers are closed: they pass nothing forward and "
            "no gradient back. "
            + (
                "The layer is dead: nothing that comes before it learns from it."
                if closed == 1
                else "Move the shift far to the left and the layer is dead."
            ),
            comparisons={"Output y": compared["y"], "Gradient dX": compared["dx"]},
            panels=(
                Panel("x", "Input x", x),
                Panel("y", "Output y", compared["y"].numpy),
                Panel("dy", "Upstream gradient dy", dy, "Backward"),
                Panel("dx", "Gradient dX", compared["dx"].numpy, "Backward"),
            ),
        )
