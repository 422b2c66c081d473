"""The two network presets in PyTorch: ``article`` and ``compact``, as flat lists of layers."""

from collections.abc import Callable

from torch import nn

from core.config import article_map_side


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


def compact_layers(image_size: int) -> list[nn.Module]:
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


LAYERS: dict[str, Callable[[int], list[nn.Module]]] = {
    "article": article_layers,
    "compact": compact_layers,
}
"""The layers of each preset for photos of so many pixels a side; its recipe is in core.config."""
