"""What training changed: weights minus what they were before the first step."""

import numpy as np
from numpy.typing import NDArray
from torch import nn


def moved(model: nn.Sequential, untrained: nn.Sequential) -> list[float | None]:
    """Tell how far each layer's weights have come, as a share of how large they were.

    |w - w0| / |w0| with the Euclidean norm over the layer's ``weight``; None for a layer without
    one, and where w0 is all zeros.
    """
    return [_share(here, there) for here, there in zip(model, untrained, strict=True)]


def _share(layer: nn.Module, before: nn.Module) -> float | None:
    weight, initial = getattr(layer, "weight", None), getattr(before, "weight", None)
    if weight is None or initial is None:
        return None
    now, then = (each.detach().double().numpy() for each in (weight, initial))
    size = float(np.linalg.norm(then))
    return float(np.linalg.norm(now - then)) / size if size else None


def kernel_change(layer: nn.Conv2d, before: nn.Conv2d) -> NDArray[np.float32]:
    """Subtract the untrained kernels: (C * inputs, h, w), a kernel's inputs after each other."""
    change = (layer.weight - before.weight).detach().numpy()
    return np.asarray(change.reshape(-1, *change.shape[2:]), dtype=np.float32)
