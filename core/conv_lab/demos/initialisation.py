"""The four initialisations: what they draw, and what that does to numbers on their way through."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.comparison.magnitudes import layer_sums
from core.comparison.rounding import Array, Comparison
from core.comparison.torch_layer import linear_layer
from core.conv_lab.demos.settings import Layer, setting
from core.numpy_nn import linear, relu
from core.numpy_nn.initialisations import INITIALISATIONS

NAMES = {
    "xavier_normal": "Xavier normal",
    "kaiming_normal": "Kaiming normal",
    "uniform": "Uniform",
    "constant": "Constant",
}


@dataclass(frozen=True)
class Start:
    """One initialisation: a histogram of its weights, and the spread of each layer's outputs."""

    name: str
    formula: str
    spread: float
    edges: Array
    counts: NDArray[np.integer]
    spreads: tuple[float, ...]
    alive: tuple[float, ...]
    comparison: Comparison


@dataclass(frozen=True)
class Initialisation(Layer):
    """``layers`` linear layers of ``width`` units with ReLU, fed with N(0, 1)."""

    layers: int = setting(8, "Layers", "Linear layers with ReLU, one after the other.", (1, 20))
    width: int = setting(64, "Width", "Units in each layer.", (8, 256), step=8)
    dtype: str = "float32"
    seed: int = setting(0, "Seed", "Other random numbers.", (0, 20))
    batch: int = 64

    def carry_out(self) -> tuple[Start, ...]:
        """Draw the weights of all four initialisations and send the same batch through each.

        The histograms share a range that holds every weight.
        """
        drawn = {name: self._draw(name) for name in INITIALISATIONS}
        largest = max(float(abs(each).max()) for _, weights in drawn.values() for each in weights)
        limit = math.ceil(10 * largest) / 10
        return tuple(self._start(name, *drawn[name], limit) for name in INITIALISATIONS)

    def _draw(self, name: str) -> tuple[Array, list[Array]]:
        """Draw the batch, the same for each initialisation, and the weights of the layers."""
        generator = np.random.default_rng(self.seed)
        x = generator.standard_normal((self.batch, self.width)).astype(self.dtype)
        shape = (self.width, self.width)
        draw = INITIALISATIONS[name]
        return x, [draw(generator, shape).astype(self.dtype) for _ in range(self.layers)]

    def _start(self, name: str, x: Array, weights: list[Array], limit: float) -> Start:
        spreads, alive = [float(x.std(dtype=np.float64))], [1.0]
        for weight in weights:
            before, x = x, relu(linear(x, weight))
            spreads.append(float(x.std(dtype=np.float64)))  # squares would vanish in float32
            alive.append(float((x > 0).mean()))
        drawn = np.concatenate([weight.ravel() for weight in weights])
        counts, edges = np.histogram(drawn, bins=41, range=(-limit, limit))
        return Start(
            name=NAMES[name],
            formula=self._formula(name),
            spread=float(drawn.std()),
            edges=edges,
            counts=counts,
            spreads=tuple(spreads),
            alive=tuple(alive),
            comparison=self._last_layer(before, weights[-1], x),
        )

    @staticmethod
    def _last_layer(before: Array, weight: Array, ours: Array) -> Comparison:
        """Compare the last layer by its linear sums: ReLU makes no difference larger."""
        layer, rows = linear_layer(weight), torch.from_numpy(before)
        sums = layer_sums(layer, rows, torch.from_numpy(ours))["y"]
        return Comparison(ours, torch.relu(layer(rows)).detach().numpy(), sums)

    def _formula(self, name: str) -> str:
        n = self.width
        return {
            "xavier_normal": f"σ = √(2 / ({n} + {n})) = {np.sqrt(1 / n):.3f}",
            "kaiming_normal": f"σ = √(2 / {n}) = {np.sqrt(2 / n):.3f}",
            "uniform": f"−0.1 to 0.1, σ = 0.2 / √12 = {0.2 / np.sqrt(12):.3f}",
            "constant": "0.01 everywhere, σ = 0",
        }[name]
