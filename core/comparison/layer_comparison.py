"""One layer in both engines on the same input: what NumPy computed, held against torch."""

from collections.abc import Mapping

import torch
from torch import nn

from core.comparison.magnitudes import layer_sums
from core.comparison.rounding import Array, Comparison
from core.comparison.torch_layer import run_layer


def compare_layer(
    layer: nn.Module, x: Array, dy: Array, numpy: Mapping[str, Array]
) -> dict[str, Comparison]:
    """Compare what NumPy made of ``x`` (N, ...) and of the output's gradient ``dy`` with torch.

    ``numpy`` maps "y", "dx" and "d" with a parameter's name ("dweight") to NumPy's arrays; what is
    there is compared. Raises ``ValueError`` for a layer that ``core.numpy_nn`` does not have.
    """
    entered, gradient = torch.from_numpy(x.copy()), torch.from_numpy(dy.copy())
    sums = layer_sums(layer, entered, gradient)
    theirs = run_layer(layer, entered, gradient)
    return {name: Comparison(array, theirs[name], sums[name]) for name, array in numpy.items()}
