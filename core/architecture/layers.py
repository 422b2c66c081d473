"""The kinds of layer there are: what each is told, gives out, learns and costs.

The formulas are those of torch's layers; parameters without running statistics, multiply-adds of
one photo forward. Those that move a window stand in ``window_layers``.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from core.architecture.layer import Layer, told
from core.architecture.misfit import Misfit, Shape, check_maps
from core.architecture.reach import Windows
from core.architecture.values import COUNT, NUMBER, SHARE, SWITCH
from core.architecture.window_layers import AdaptiveAvgPool, AvgPool, Conv, MaxPool


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation over maps (torch.nn.BatchNorm2d)."""

    word = "batchnorm"

    def output(self, shape: Shape) -> Shape:
        """Return the same shape."""
        check_maps(self.word, shape)
        return shape

    def parameters(self, shape: Shape) -> int:
        """Count a weight and a bias for each channel."""
        return 2 * shape[0]

    def multiply_adds(self, shape: Shape) -> int:
        """Count one a number: weight times it plus a shift, statistics folded in."""
        return prod(shape)


@dataclass(frozen=True)
class ReLU(Layer):
    """max(x, 0)."""

    word = "relu"


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """x where it is positive, else ``slope`` times x (Maas et al., 2013)."""

    word = "leaky relu"
    leading = "slope"

    slope: float = told(NUMBER, 0.01)


@dataclass(frozen=True)
class Tanh(Layer):
    """The hyperbolic tangent."""

    word = "tanh"


@dataclass(frozen=True)
class Sigmoid(Layer):
    """1 / (1 + exp(-x))."""

    word = "sigmoid"


@dataclass(frozen=True)
class Dropout(Layer):
    """In training, each number is 0 with ``share`` as its probability (Srivastava et al., 2014)."""

    word = "dropout"
    leading = "share"

    share: float = told(SHARE, 0.5)


@dataclass(frozen=True)
class Flatten(Layer):
    """Maps as one list of numbers, channel after channel."""

    word = "flatten"

    def output(self, shape: Shape) -> Shape:
        """Return (F,)."""
        return (prod(shape),)


@dataclass(frozen=True)
class Linear(Layer):
    """A weighted sum of all numbers for each output (torch.nn.Linear)."""

    word = "linear"
    leading = "outputs"

    outputs: int = told(COUNT)
    bias: bool = told(SWITCH, True)

    def output(self, shape: Shape) -> Shape:
        """Return (outputs,)."""
        if len(shape) != 1:
            raise Misfit(
                f"needs a list of numbers, but {' x '.join(map(str, shape))} maps come in",
                [[Flatten(), self], [AdaptiveAvgPool((1, 1)), Flatten(), self]],
            )
        return (self.outputs,)

    def windows(self, axis: int, size: int, cells: int) -> Windows:
        """Return all places: every output reads everything."""
        return np.arange(size)[None]

    def parameters(self, shape: Shape) -> int:
        """Count weights and biases."""
        return self.outputs * (prod(shape) + int(self.bias))

    def multiply_adds(self, shape: Shape) -> int:
        """Count the products."""
        return self.outputs * prod(shape)


def every_kind() -> tuple[type[Layer], ...]:
    """List the kinds in the order in which they are offered."""
    return (
        *(Conv, BatchNorm, ReLU, LeakyReLU, Tanh, Sigmoid),
        *(MaxPool, AvgPool, AdaptiveAvgPool, Dropout, Flatten, Linear),
    )


KINDS: dict[str, type[Layer]] = {kind.word: kind for kind in every_kind()}
"""Every kind of layer by the words that begin its line."""
