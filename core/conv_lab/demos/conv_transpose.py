"""Transposed convolution: every input number stamps the kernel, scaled by it; stamps add up."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array, Comparison
from core.comparison.torch_layer import with_arrays
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.settings import Broken, Layer, WayOut, nearest_ways, setting, side_of
from core.conv_lab.demos.terms import Terms, window_places
from core.conv_lab.typed_numbers import Axis
from core.numpy_nn import conv2d_backward, conv_transpose2d, conv_transpose2d_backward


@dataclass(frozen=True)
class ConvTranspose(Layer):
    """One channel of ``side`` x ``side`` becomes one of ``size`` x ``size``."""

    side: int = setting(4, "Side", "Rows and columns of the input.", (1, 8))
    kernel: int = setting(3, "Kernel", "Rows and columns of a stamp.", (1, 5))
    stride: int = setting(2, "Stride", "Cells of the output from one stamp to the next.", (1, 4))
    padding: int = setting(0, "Padding", "Rows cut off the output on each side.", (0, 3))
    output_padding: int = setting(
        0, "Output padding", "Rows more at the bottom, and columns at the other end.", (0, 3)
    )
    dtype: str = "float32"
    seed: int = setting(0, "Seed", "Other random numbers.", (0, 20))
    own_x: str = ""
    own_weight: str = ""
    own_bias: str = ""
    own_dy: str = ""

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """Input and kernel decide about their sides; of dy there are as many as of y."""
        size = 1 if self.broken() else self.size
        return {
            "x": (Axis("row", 1, 8), Axis("column", 1, 8)),
            "weight": (Axis("row", 1, 5), Axis("column", 1, 5)),
            "bias": (Axis("output", 1, 1),),
            "dy": (Axis("row", size, size), Axis("column", size, size)),
        }

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Input and kernel come in squares."""
        names = {"x": "side", "weight": "kernel"}
        return {names[name]: side_of(shape)} if name in names else {}

    @property
    def size(self) -> int:
        """Rows and columns of y (torch.nn.ConvTranspose2d's formula)."""
        covered = (self.side - 1) * self.stride + self.kernel
        return covered - 2 * self.padding + self.output_padding

    @property
    def size_formula(self) -> str:
        """How that comes about, with the numbers in it."""
        return (
            f"({self.side} − 1)·{self.stride} − 2·{self.padding} + {self.kernel} + "
            f"{self.output_padding} = {self.size}"
        )

    def broken(self) -> Broken | None:
        """Return the rule that the settings break, with each setting that mends it alone."""
        problem = self._problem()
        if problem is None:
            return None
        sentence, candidates = problem
        ways = nearest_ways(self, candidates, lambda layer: layer._problem() is None)
        none = WayOut("Set both paddings to 0", {"padding": 0, "output_padding": 0})
        return Broken(sentence, ways or (none,))

    def _problem(self) -> tuple[str, dict[str, int]] | None:
        """Return the broken rule as a sentence, and values of settings that keep it."""
        if self.output_padding >= self.stride:
            return (
                f"Output padding must be smaller than the stride, {self.stride}, not "
                f"{self.output_padding}: it tells sizes apart that a convolution with this stride "
                "would make one.",
                {"output_padding": self.stride - 1, "stride": self.output_padding + 1},
            )
        if self.size > 0:
            return None
        lacking = 1 - self.size
        return (
            f"Padding must leave something of the output: of ({self.side} − 1)·{self.stride} + "
            f"{self.kernel} + {self.output_padding} = {self.size + 2 * self.padding} rows it "
            f"would cut off 2·{self.padding}.",
            {
                "padding": self.padding - -(-lacking // 2),
                "kernel": self.kernel + lacking,
                "side": self.side + -(-lacking // self.stride),
            },
        )

    def carry_out(self) -> Demo:
        """Compute y and the gradients in both engines; ``GlassError`` when a rule is broken."""
        self.check()
        shapes: dict[str, tuple[int, ...]] = {
            "x": (self.side, self.side),
            "weight": (self.kernel, self.kernel),
            "bias": (1,),
            "dy": (self.size, self.size),
        }
        x, weight, bias, dy = (
            self.numbers(name, shape, random_numbers(self.seed + k, shape, self.dtype))
            for k, (name, shape) in enumerate(shapes.items())
        )
        given = (self.stride, self.padding, self.output_padding)
        image, kernel, gradient = (each[None, None] for each in (x, weight, dy))
        y = conv_transpose2d(image, kernel, bias, *given)
        gradients = conv_transpose2d_backward(gradient, image, kernel, *given)
        layer = with_arrays(
            nn.ConvTranspose2d(1, 1, self.kernel, *given, device="meta"), weight=kernel, bias=bias
        )
        numpy = {"y": y} | dict(zip(("dx", "dweight", "dbias"), gradients, strict=True))
        compared = compare_layer(layer, image, gradient, numpy)
        compared["twin"] = self._twin(image, kernel, compared["y"])
        plane = {name: compared[name].first.first for name in ("y", "dx", "dweight", "twin")}
        return Demo(
            steps=tuple(self._steps()),
            note="Its own dX is a plain convolution of dy with the kernel. So the two layers are "
            "each other's way back, but neither undoes the other: what comes out has the size of "
            "what went in, not its numbers.",
            comparisons={
                "Output y": plane["y"],
                "Gradient dX": plane["dx"],
                "Gradient dW": plane["dweight"],
                "Gradient db": compared["dbias"],
                "y without bias, as the dX of a convolution": plane["twin"],
            },
            panels=(
                Panel("x", "Input x", x),
                Panel("weight", "Kernel w", weight),
                Panel("bias", "Bias b", bias),
                Panel("y", "Output y", plane["y"].numpy),
                Panel("dy", "Upstream gradient dy", dy, "Backward"),
                Panel("dx", "Gradient dX", plane["dx"].numpy, "Backward"),
                Panel("dweight", "Gradient dW", plane["dweight"].numpy, "Backward"),
                Panel("dbias", "Gradient db", compared["dbias"].numpy, "Backward"),
            ),
            terms=self._terms(),
        )

    def _twin(self, image: Array, kernel: Array, y: Comparison) -> Comparison:
        """Compare dX of a convolution whose upstream gradient is x with torch's transposed one."""
        seen = np.zeros((1, 1, self.size, self.size), self.dtype)
        dx, _, _ = conv2d_backward(image, seen, kernel, self.stride, self.padding)
        given = (self.stride, self.padding, self.output_padding)
        theirs = F.conv_transpose2d(
            torch.from_numpy(image), torch.from_numpy(kernel), None, *given
        ).numpy()
        return Comparison(dx, theirs, y.sums)

    def _terms(self) -> dict[str, Terms]:
        """The convolution's windows, read backwards: over y, one for each input number."""
        stamp, weight, output = window_places(
            (self.size, self.size), (self.side, self.side), self.kernel, self.stride, self.padding
        ).T
        every = np.arange(self.size**2)
        cut = "whose every cell was cut off by the padding"
        return {
            "y": Terms(("x", "weight"), np.stack([output, stamp, weight], 1), bias="bias"),
            "dx": Terms(
                ("dy", "weight"),
                np.stack([stamp, output, weight], 1),
                nothing=f"0, because it made a stamp {cut}",
            ),
            "dweight": Terms(
                ("dy", "x"),
                np.stack([weight, output, stamp], 1),
                nothing="0, because wherever it was stamped the padding cut it off",
            ),
            "dbias": Terms(("dy",), np.stack([0 * every, every], 1)),
        }

    def _steps(self) -> Iterator[tuple[str, str]]:
        yield "Size", self.size_formula
        yield (
            "Output",
            "x[i, j] · w is stamped on y with its corner at row "
            f"i·{self.stride} − {self.padding}, column j·{self.stride} − {self.padding}; where "
            "stamps overlap they add up, and b is added everywhere",
        )
        yield (
            "As a gradient",
            "y without b is dX of a convolution with this kernel, stride and padding, an input of "
            f"{self.size} x {self.size} and x as its upstream gradient: its backward pass stamps "
            "the same way",
        )
        if self.stride > 1:
            sizes = (
                self.size - self.output_padding,
                self.size - self.output_padding + self.stride - 1,
            )
            yield (
                "Output padding",
                f"that convolution makes {self.side} of every size from {sizes[0]} to {sizes[1]}; "
                "output padding says which of them is meant",
            )
