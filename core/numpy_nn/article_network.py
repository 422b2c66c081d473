"""The article's network."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from core.numpy_nn.description import build_network
from core.numpy_nn.initialisations import initialise
from core.numpy_nn.network import Sequential


def article_network(
    image_size: int = 224,
    init: str = "xavier_normal",
    seed: int = 0,
    dtype: DTypeLike = np.float32,
) -> Sequential:
    """Build the article's network, from photos (N, 3, S, S) in 0..1 to P(class 1) (N, 1), its
    weights drawn as ``initialise`` says.

    Raises ``ValueError`` when ``image_size``, S in pixels, leaves nothing for the last layers.
    """
    network = build_network(article_description(image_size), dtype)
    initialise(network, init, seed)
    return network


def article_description(image_size: int = 224) -> list[dict[str, Any]]:
    """Describe the article's layers; at 224 pixels the first linear layer has 3136 inputs."""
    side = (image_size - 11) // 3 + 1
    side = (side // 2 - 4) // 2 - 2
    side //= 2
    if side < 1:
        raise ValueError(
            f"image_size must be at least 80 for the article network, not {image_size}"
        )
    return [
        *block(3, 16, kernel_size=11, stride=3),
        {"type": "MaxPool2d", "kernel_size": 2, "stride": 2},
        *block(16, 32, kernel_size=5),
        {"type": "MaxPool2d", "kernel_size": 2, "stride": 2},
        *block(32, 64, kernel_size=3, padding=1),
        *block(64, 64, kernel_size=3),
        {"type": "MaxPool2d", "kernel_size": 2, "stride": 2},
        {"type": "Flatten"},
        {"type": "Linear", "in_features": 64 * side * side, "out_features": 2048},
        {"type": "ReLU"},
        {"type": "Linear", "in_features": 2048, "out_features": 1},
        {"type": "Sigmoid"},
    ]


def block(channels: int, width: int, **arguments: int) -> list[dict[str, Any]]:
    """Describe a convolution, its batch norm and its ReLU."""
    return [
        {"type": "Conv2d", "in_channels": channels, "out_channels": width, **arguments},
        {"type": "BatchNorm2d", "num_features": width},
        {"type": "ReLU"},
    ]
