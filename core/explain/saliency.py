"""Why the network answered so, by gradients: Grad-CAM, input gradients, integrated gradients.

All of them differentiate the logit, what goes into the last sigmoid, and never the probability:
where the sigmoid is flat a certain network would seem to have no reasons. A positive logit means
class 1, so positive values are evidence for class 1 and negative ones evidence for class 0.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.networks.layers import apply_range, check_network, check_photo, logit


@dataclass(frozen=True)
class GradCam:
    """Evidence on the cells of a layer, ``signed`` (H, W), and the ``weights`` (C,) of its maps.

    ``signed`` is the sum over channels of weight * map. Its positive part speaks for class 1 and
    its negative part for class 0; in a network with one output these are two different pictures.
    """

    signed: NDArray[np.floating]
    weights: NDArray[np.floating]

    def evidence(self, label: int) -> NDArray[np.floating]:
        """Evidence (H, W), zero or more, for class ``label``, 0 or 1."""
        if label not in (0, 1):
            raise ValueError(f"expected label 0 or 1, not {label}")
        evidence: NDArray[np.floating] = np.maximum(self.signed if label == 1 else -self.signed, 0)
        return evidence


@dataclass(frozen=True)
class IntegratedGradients:
    """How much each colour of each pixel, (3, H, W), moved the logit on the way from a baseline.

    ``change`` is logit(photo) - logit(baseline). The attributions add up to it, but for
    ``missing``: what the finite number of steps lost.
    """

    attributions: NDArray[np.floating]
    change: float
    missing: float


def grad_cam(model: nn.Sequential, x: Tensor, index: int) -> GradCam:
    """Weigh the maps of layer ``index`` for one photo (1, 3, H, W) by their mean gradient.

    After Selvaraju et al. (2017), with the logit in place of a class score; the paper's ReLU would
    keep class 1 alone, so it is left to ``GradCam.evidence``. Raises ``ValueError`` for a layer
    without maps.
    """
    check_network(model)
    check_photo(x)
    if not 0 <= index < len(model) - 1:
        raise ValueError(f"expected a layer from 0 to {len(model) - 2}, not {index}")
    with torch.no_grad():
        maps = apply_range(model, x, 0, index + 1)
    if maps.ndim != 4:
        raise ValueError(f"expected a layer with maps, not {type(model[index]).__name__}")
    maps.requires_grad_()
    (gradient,) = torch.autograd.grad(_rest(model, maps, index + 1).sum(), maps)
    weights = gradient[0].mean(dim=(1, 2))
    signed = (weights[:, None, None] * maps[0].detach()).sum(dim=0)
    return GradCam(signed.numpy(), weights.numpy())


def input_gradient(model: nn.Sequential, x: Tensor) -> NDArray[np.floating]:
    """How fast the logit changes with each colour of each pixel: (3, H, W), for (1, 3, H, W)."""
    check_network(model)
    check_photo(x)
    return _gradients(model, x)[0].numpy()


def integrated_gradients(
    model: nn.Sequential,
    x: Tensor,
    baseline: Tensor | None = None,
    steps: int = 64,
    batch_size: int = 16,
) -> IntegratedGradients:
    """Average the gradient along the straight way from a baseline to the photo (1, 3, H, W).

    Sundararajan, Taly and Yan (2017), by the midpoint rule with ``steps`` steps. The ``baseline``
    (1, 3, H, W), a picture without content, is mid-grey unless given.
    """
    check_network(model)
    check_photo(x)
    if steps < 1:
        raise ValueError(f"expected at least one step, not {steps}")
    start = torch.full_like(x, 0.5) if baseline is None else baseline
    if start.shape != x.shape:
        raise ValueError(f"expected a baseline {tuple(x.shape)}, not {tuple(start.shape)}")
    places = (torch.arange(steps, dtype=x.dtype) + 0.5) / steps
    total = torch.zeros_like(x)
    for share in torch.split(places, batch_size):
        along = start + share[:, None, None, None] * (x - start)
        total += _gradients(model, along).sum(dim=0, keepdim=True)
    attributions = ((x - start) * total / steps)[0]
    with torch.no_grad():
        change = float(logit(model, x)) - float(logit(model, start))
    missing = change - float(attributions.double().sum())
    return IntegratedGradients(attributions.numpy(), change, missing)


def per_pixel(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Add the three colours of gradients or attributions (3, H, W) up, with their sign: (H, W)."""
    return np.asarray(values.sum(axis=0))


def _gradients(model: nn.Sequential, x: Tensor) -> Tensor:
    """Gradient of each photo's own logit with respect to it, (N, 3, H, W)."""
    x = x.detach().clone().requires_grad_()
    # In evaluation mode no photo touches another's logit, so the sum's gradient is each one's own.
    (gradient,) = torch.autograd.grad(_rest(model, x, 0).sum(), x)
    return gradient


def _rest(model: nn.Sequential, x: Tensor, start: int) -> Tensor:
    with torch.enable_grad():
        return apply_range(model, x, start, len(model) - 1)
