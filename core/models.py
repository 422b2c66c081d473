"""The two network presets in PyTorch: ``article`` and ``compact``.

Both are flat ``nn.Sequential`` models from a photo (N, 3, S, S), scaled to 0..1, to P(class 1) as
(N, 1), so that every page, the checkpoints and the NumPy engine can walk the same list of layers
and use the same names ("0.weight", "1.running_mean", ...).
"""

from collections.abc import Callable

import torch
from torch import nn

from core.config import (
    INITIALISATIONS,
    MODELS,
    article_map_side,
    check_image_size,
    smallest_image_size,
)

__all__ = ["INITIALISATIONS", "MODELS", "build_model", "initialise", "smallest_image_size"]


def build_model(
    name: str, image_size: int, init: str = "xavier_normal", seed: int = 0
) -> nn.Sequential:
    """Build and initialise a preset for photos of ``image_size`` x ``image_size`` pixels.

    Raises ``ValueError`` for an unknown preset or initialisation, or when the photos are too small
    for the layers; the sentence names the smallest size that works.
    """
    if name not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, not {name!r}")
    check_image_size(name, image_size)
    with torch.random.fork_rng():  # the caller's random state is nobody's business here
        torch.manual_seed(seed)
        layers = article_layers(image_size) if name == "article" else compact_layers()
        model = nn.Sequential(*layers)
        initialise(model, init)
    return model


def article_layers(image_size: int) -> list[nn.Module]:
    """List the article's layers; at 224 pixels the first linear layer has 3136 inputs."""
    side = article_map_side(image_size)
    return [
        *[nn.Conv2d(3, 16, 11, stride=3), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2, 2)],
        *[nn.Conv2d(16, 32, 5), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2, 2)],
        *[nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()],
        *[nn.Conv2d(64, 64, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2, 2)],
        *[nn.Flatten(), nn.Linear(64 * side * side, 2048), nn.ReLU()],
        *[nn.Linear(2048, 1), nn.Sigmoid()],
    ]


def compact_layers() -> list[nn.Module]:
    """List the layers of the small network: narrow 3 x 3 convolutions, averaged, one output.

    Its first convolution takes every other pixel, which costs a quarter of the time and hardly any
    accuracy; the average at the end replaces the large linear layers, so any photo size works.
    """
    layers: list[nn.Module] = [
        *[nn.Conv2d(3, 24, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(24), nn.ReLU()]
    ]
    channels = 24
    for widths in ((32,), (64, 64), (96, 96), (128, 128)):
        for width in widths:
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        if widths != (128, 128):
            layers += [nn.MaxPool2d(2, 2)]
    return [*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1), nn.Sigmoid()]


def initialise(model: nn.Module, init: str) -> None:
    """Set the weights in place; ``init`` is one of ``INITIALISATIONS``.

    It names the distribution of convolution and linear weights: Xavier normal (Glorot and Bengio,
    2010; the article's own), Kaiming normal (He et al., 2015), uniform on [-0.1, 0.1], or constant
    0.01. Biases start at 0 and batch-norm weights are drawn from N(1, 0.02).
    """
    draw: dict[str, Callable[[torch.Tensor], object]] = {
        "xavier_normal": nn.init.xavier_normal_,
        "kaiming_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
        "uniform": lambda w: nn.init.uniform_(w, -0.1, 0.1),
        "constant": lambda w: nn.init.constant_(w, 0.01),
    }
    if init not in draw:
        raise ValueError(f"init must be one of {', '.join(INITIALISATIONS)}, not {init!r}")
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            draw[init](layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)
