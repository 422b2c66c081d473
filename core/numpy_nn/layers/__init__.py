"""The layers, each a function of the folder above with what it learns and remembers."""

from core.numpy_nn.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from core.numpy_nn.layers.batch_norm import BatchNorm2d
from core.numpy_nn.layers.convolutions import Conv2d, ConvTranspose2d
from core.numpy_nn.layers.dropout import Dropout
from core.numpy_nn.layers.layer import Layer
from core.numpy_nn.layers.linear import Flatten, Linear
from core.numpy_nn.layers.poolings import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv2d,
        ConvTranspose2d,
        Linear,
        BatchNorm2d,
        ReLU,
        LeakyReLU,
        Sigmoid,
        Tanh,
        Dropout,
        Flatten,
        MaxPool2d,
        AvgPool2d,
        AdaptiveAvgPool2d,
    )
}
"""Every layer there is, by its name, which is torch's too."""

__all__ = [
    "LAYERS",
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "Tanh",
]
