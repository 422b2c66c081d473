"""Muon in PyTorch: torch's own moves matrices alone, and a convolution's kernels have four axes."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

MUON_MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5
TINY = 1e-7


class Muon(torch.optim.AdamW):
    """Moves kernels in all their directions alike, and everything else as Adam does.

    A convolution's kernels (O, I, KH, KW) are a matrix (O, I * KH * KW). Its momentum is
    replaced by the nearest matrix whose rows are orthogonal (Jordan et al., 2024), so
    that what few photos show moves a network as far as what all of them show. It is
    scaled to the size that steps of Adam have (Liu et al., 2025): one learning rate fits
    all. Only kernels decay, decoupled as in AdamW.

    ``numbers`` is the dtype that orthogonal matrices are computed in, by default the
    kernels' own.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        weight_decay: float = 0.0,
        numbers: torch.dtype | None = None,
    ) -> None:
        everything = list(parameters)
        kernels = [each for each in everything if each.ndim == 4]
        others = [each for each in everything if each.ndim != 4]
        groups: list[dict[str, Any]] = [{"params": kernels}] if kernels else []
        groups += [{"params": others, "weight_decay": 0.0}] if others else []
        super().__init__(groups, lr, weight_decay=weight_decay, fused=True)
        self.numbers = numbers

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take one step; no ``closure`` is called."""
        moved = []
        for group in self.param_groups:
            for kernels in group["params"]:
                if kernels.ndim == 4 and kernels.grad is not None:
                    self.move(kernels, group["lr"], group["weight_decay"])
                    moved.append((kernels, kernels.grad))
                    kernels.grad = None  # Adam leaves alone what has none
        super().step()
        for kernels, gradient in moved:
            kernels.grad = gradient

    def move(self, kernels: Tensor, rate: float, decay: float) -> None:
        """Move one layer's kernels, by Nesterov's momentum made orthogonal."""
        state, gradient = self.state[kernels], kernels.grad
        assert gradient is not None
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(kernels)
        momentum = state["momentum_buffer"]
        momentum.lerp_(gradient, 1 - MUON_MOMENTUM)
        ahead = gradient.lerp(momentum, MUON_MOMENTUM).flatten(1)
        size = 0.2 * max(ahead.shape) ** 0.5
        kernels.mul_(1 - rate * decay)
        direction = orthogonal(ahead, self.numbers).view_as(kernels)
        kernels.sub_(direction, alpha=rate * size)


def orthogonal(matrix: Tensor, numbers: torch.dtype | None = None) -> Tensor:
    """Return about the nearest matrix with orthogonal rows or columns.

    By Newton and Schulz: its singular values lie between 0.7 and 1.2, not at 1, since
    the polynomial of fifth degree is chosen to lift small ones in few steps.
    """
    a, b, c = NEWTON_SCHULZ
    x = matrix.to(numbers or matrix.dtype)
    wide = x.T if len(x) > x.shape[1] else x
    wide = wide / wide.norm().clamp(min=TINY)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = wide @ wide.T
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    found: Tensor = wide.T if len(x) > x.shape[1] else wide
    return found.to(matrix.dtype)
