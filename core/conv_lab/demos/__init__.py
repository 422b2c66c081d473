"""Other layers, the loss and Adam, with numbers small enough to follow, in both engines."""

from core.conv_lab.demos.adam import Adam
from core.conv_lab.demos.avg_pool import AvgPool
from core.conv_lab.demos.batch_norm import BatchNorm
from core.conv_lab.demos.conv_transpose import ConvTranspose
from core.conv_lab.demos.demo import Demo
from core.conv_lab.demos.dropout import Dropout
from core.conv_lab.demos.initialisation import Initialisation, Start
from core.conv_lab.demos.linear import Linear
from core.conv_lab.demos.loss import Loss
from core.conv_lab.demos.max_pool import MaxPool
from core.conv_lab.demos.relu import Relu
from core.conv_lab.demos.settings import Layer

LAYERS: dict[str, type[Layer]] = {
    "conv_transpose": ConvTranspose,
    "batch_norm": BatchNorm,
    "relu": Relu,
    "max_pool": MaxPool,
    "avg_pool": AvgPool,
    "dropout": Dropout,
    "linear": Linear,
    "loss": Loss,
    "adam": Adam,
    "init": Initialisation,
}
"""The layers by the names that they have in the address."""

__all__ = [
    "LAYERS",
    "Adam",
    "AvgPool",
    "BatchNorm",
    "ConvTranspose",
    "Demo",
    "Dropout",
    "Initialisation",
    "Layer",
    "Linear",
    "Loss",
    "MaxPool",
    "Relu",
    "Start",
]
