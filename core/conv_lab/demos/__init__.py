"""The article's other layers, each with numbers small enough to follow, in NumPy and in torch."""

from core.conv_lab.demos.batch_norm import BatchNorm
from core.conv_lab.demos.demo import Demo
from core.conv_lab.demos.initialisation import Initialisation, Start
from core.conv_lab.demos.linear import Linear
from core.conv_lab.demos.loss import Loss
from core.conv_lab.demos.max_pool import MaxPool
from core.conv_lab.demos.relu import Relu
from core.conv_lab.demos.settings import Layer

LAYERS: dict[str, type[Layer]] = {
    "batch_norm": BatchNorm,
    "relu": Relu,
    "max_pool": MaxPool,
    "linear": Linear,
    "loss": Loss,
    "init": Initialisation,
}
"""The layers by the names that they have in the address."""

__all__ = [
    "LAYERS",
    "BatchNorm",
    "Demo",
    "Initialisation",
    "Layer",
    "Linear",
    "Loss",
    "MaxPool",
    "Relu",
    "Start",
]
