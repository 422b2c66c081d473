"""Layers of one network on the numbers of another, with the sums behind what comes out."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from core.comparison.magnitudes import layer_sums
from core.comparison.rounding import COPIES, Array, Sums

BENDS = (nn.Sigmoid, nn.Tanh)
"""Layers that multiply and add nothing, and let an error through at most as it is."""


def repeat(modules: Sequence[nn.Module], x: Array) -> tuple[Array, Sums]:
    """Return what layers make of ``x`` (C, H, W) or (F,) one after the other, and the sums behind.

    What the first is off by goes through the next: magnitudes go through as numbers do, and the
    terms of all add up. Raises ``ValueError`` for a layer without a rule, ``RuntimeError`` for an
    input that does not fit.
    """
    value, sums = torch.from_numpy(np.ascontiguousarray(x))[None], COPIES
    weights = [weight for module in modules for weight in module.parameters()]
    if weights:  # another network may hand over coarser numbers
        value = value.to(weights[0].dtype)
    for module in modules:
        y = module(value).detach()
        own = layer_sums(module, value, torch.zeros_like(y))["y"]
        sums = own if not sums.terms else carried(module, sums, own)
        value = y
    magnitudes = sums.magnitudes[0] if sums.magnitudes.ndim else sums.magnitudes
    return value[0].numpy(), Sums(magnitudes, sums.terms)


def carried(module: nn.Module, before: Sums, own: Sums) -> Sums:
    """Return the sums behind a layer whose input is a sum already, of magnitudes (1, ...)."""
    size = torch.from_numpy(np.array(before.magnitudes))
    twin = copy.deepcopy(module).double()
    through: Array
    if isinstance(module, BENDS):
        through = before.magnitudes + own.magnitudes
    elif not own.terms:  # copied or chosen
        through = apply(twin, size)
    else:
        through = layer_sums(twin, size, torch.zeros_like(twin(size).detach()))["y"].magnitudes
    return Sums(through, before.terms + own.terms)


def apply(module: nn.Module, size: Tensor) -> Array:
    """Return what a layer makes of magnitudes."""
    result: Array = module(size).detach().numpy()
    return result
