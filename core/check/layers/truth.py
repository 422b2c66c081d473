"""Torch's word on a case: what comes out of a layer, and the sums behind it."""

from typing import Any

import numpy as np
import torch
from torch import nn

from core.check.layers.layer import Case, Facts
from core.comparison.magnitudes import layer_sums
from core.comparison.rounding import Array
from core.comparison.torch_layer import run_layer
from core.system import one_torch_thread


class Draw:
    """Random numbers for a case, the same every time."""

    def __init__(self, case: Case) -> None:
        self.random = np.random.default_rng(7)
        self.dtype = case["dtype"]

    def __call__(self, *shape: int) -> Array:
        """Draw from the normal distribution."""
        return np.asarray(self.random.standard_normal(shape).astype(self.dtype))

    def positive(self, *shape: int) -> Array:
        """Draw evenly from 0.5 to 1.5."""
        return np.asarray(self.random.uniform(0.5, 1.5, shape).astype(self.dtype))

    def whole(self, *shape: int) -> Array:
        """Draw -1, 0 and 1, so that many are equal."""
        return np.asarray(self.random.integers(-1, 2, shape).astype(self.dtype))


def facts_of(layer: nn.Module, x: Array, draw: Draw, **given: object) -> Facts:
    """Run a layer on ``x`` and on a drawn gradient of its result; ``given`` goes in as well."""
    entered = torch.from_numpy(x.copy())
    with one_torch_thread():
        with torch.no_grad():
            dy = draw(*output_shape(layer, entered))
        gradient = torch.from_numpy(dy.copy())
        sums = layer_sums(layer, entered, gradient)
        results = run_layer(layer, entered, gradient)
    all_given: dict[str, Any] = {"x": x, "dy": dy, "y": results["y"], **given}
    return Facts(all_given, results, sums)


def output_shape(layer: nn.Module, x: torch.Tensor) -> tuple[int, ...]:
    """Return the shape of what a layer makes of ``x``; the layer stays as it is."""
    if isinstance(layer, nn.BatchNorm2d):
        return tuple(x.shape)
    return tuple(layer(x).shape)


def one_or_pair(value: Any) -> Any:  # noqa: ANN401 - a pair, or what a setting is
    """Give a pair as one number where both are the same, as most functions take it."""
    return value[0] if isinstance(value, tuple) and value[0] == value[1] else value


def spoken(value: Any) -> str:  # noqa: ANN401 - a pair, or what a setting is
    """Write a setting: a pair as "2 x 3", or as one number where both are the same."""
    short = one_or_pair(value)
    return " x ".join(map(str, short)) if isinstance(short, tuple) else str(short)


def number_reason(value: str) -> str:
    """Say that the numbers have another type."""
    return f"the numbers are {value}"
