"""Dropout: in training numbers are left out by chance, and the others grow to make up for them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.settings import Layer, setting, side_of
from core.conv_lab.demos.terms import Terms, each_alone
from core.conv_lab.typed_numbers import Axis
from core.networks.dropout import Dropout as TorchDropout
from core.numpy_nn import Dropout as NumpyDropout
from core.numpy_nn import dropout_mask


@dataclass(frozen=True)
class Dropout(Layer):
    """``side`` x ``side`` numbers, each left out with probability ``p``.

    ``mask`` counts the masks that the ``seed`` has given before this one.
    """

    side: int = setting(8, "Side", "Rows and columns.", (2, 12))
    p: float = setting(0.5, "p", "How likely each number is left out.", (0, 0.95), step=0.05)
    training: bool = setting(True, "Training mode", "Off: nothing is left out or scaled.")
    mask: int = setting(
        0, "Another mask", "Draws anew which numbers are left out.", (0, 999), button=True
    )
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
        """Own numbers come in a square."""
        return {"side": side_of(shape)} if name == "x" else {}

    @property
    def scale(self) -> float:
        """What a number that stays is multiplied by: 1 / (1 - p) in training."""
        return 1 / (1 - self.p) if self.training else 1.0

    def carry_out(self) -> Demo:
        """Compute y and dX in both engines, which leave out the same numbers."""
        shape = (self.side, self.side)
        x, dy = (
            self.numbers(name, shape, random_numbers(self.seed + k, shape, self.dtype))
            for k, name in enumerate(("x", "dy"))
        )
        ours = NumpyDropout(self.p, self.seed)
        ours.training = self.training
        ours.buffers["masks_drawn"] = np.array(self.mask)
        theirs = TorchDropout(self.p, self.seed).train(self.training)
        theirs.masks_drawn.fill_(self.mask)
        numpy = {"y": ours.forward(x[None])}
        numpy["dx"] = ours.backward(dy[None])
        compared = compare_layer(theirs, x[None], dy[None], numpy)
        mask = np.ones(shape, self.dtype)
        if self.training:
            mask = dropout_mask((1, *shape), self.p, self.seed, self.mask, self.dtype)[0]
        alone = each_alone(x.size, 2)
        return Demo(
            steps=tuple(self._steps(x, numpy["y"][0], mask)),
            note="The scaling is done in training, so that evaluation is the layer left out: the "
            "same network then answers with all its numbers, at the size that it has learned with."
            if self.training
            else "In evaluation dropout does nothing, forward or backward: y is x to the last bit.",
            comparisons={
                "Output y": compared["y"].first,
                "Gradient dX": compared["dx"].first,
            },
            panels=(
                Panel("x", "Input x", x),
                Panel("mask", "Mask m", mask),
                Panel("y", "Output y", numpy["y"][0]),
                Panel("dy", "Upstream gradient dy", dy, "Backward"),
                Panel("dx", "Gradient dX", numpy["dx"][0], "Backward"),
            ),
            terms={"y": Terms(("x", "mask"), alone), "dx": Terms(("dy", "mask"), alone)},
        )

    def _steps(self, x: Array, y: Array, mask: Array) -> Iterator[tuple[str, str]]:
        if not self.training:
            yield "Mask", "1 everywhere: evaluation leaves out nothing and scales nothing"
            return
        left_out = int((mask == 0).sum())
        yield (
            "Scale",
            f"1 / (1 − p) = 1 / (1 − {number(self.p)}) = {number(self.scale)} for what stays, 0 "
            "for what is left out",
        )
        yield (
            "Left out",
            f"{left_out} of {x.size} numbers; {number(self.p)} · {x.size} = "
            f"{number(self.p * x.size)} are to be expected",
        )
        yield (
            "Mean",
            f"of x {number(x.mean())}, of y {number(y.mean())}: over many masks the mean of y is "
            "that of x, because (1 − p) · 1 / (1 − p) = 1",
        )
        yield "Gradient", "dX = dy · m with the same m: what was left out learns nothing this time"
