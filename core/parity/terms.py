"""How large the terms of a layer's sums are: the scale that the rounding of the sums has.

A sum of large terms that nearly cancel is small, but its rounding is that of the terms: by the
usual bound (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1) the error of
a dot product is at most about n u times the sum of |w||x|, however small the product itself.
"""

import copy

import torch
from torch import Tensor, nn


def output_terms(layer: nn.Module, x: Tensor) -> float:
    """Return the largest sum of |w||x| + |b| in what ``layer`` makes of ``x``; 0 without sums."""
    if not isinstance(layer, nn.Conv2d | nn.Linear):
        return 0.0
    with torch.no_grad():
        return float(positive_twin(layer)(x.abs()).max())


def gradient_terms(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, float]:
    """Return the largest sum of |terms| in each gradient, of ``input`` and of each parameter.

    ``x`` (N, C, H, W) or (N, F) went in, ``dy`` is the gradient of what came out. What is left out
    has no such sum.
    """
    if isinstance(layer, nn.Conv2d | nn.Linear):
        twin, positive = positive_twin(layer), x.detach().abs().requires_grad_()
        names = ["input", *(name for name, _ in twin.named_parameters())]
        wanted = [positive, *twin.parameters()]
        found = torch.autograd.grad(twin(positive), wanted, dy.detach().abs())
        return {name: float(each.max()) for name, each in zip(names, found, strict=True)}
    if isinstance(layer, nn.BatchNorm2d):
        # Before batch norm in training mode they cancel to zero, and what is left is rounding.
        return {"bias": float(dy.detach().abs().transpose(0, 1).flatten(1).sum(1).max())}
    return {}


def positive_twin(layer: nn.Module) -> nn.Module:
    """Copy ``layer`` with the magnitudes of its weights."""
    twin = copy.deepcopy(layer)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.abs_()
    return twin
