"""The article's other layers, each with numbers small enough to follow, in NumPy and in torch."""

from core.conv_lab.demos.batch_norm import BatchNorm
from core.conv_lab.demos.demo import Demo
from core.conv_lab.demos.initialisation import Initialisation, Start
from core.conv_lab.demos.linear import Linear
from core.conv_lab.demos.loss import Loss
from core.conv_lab.demos.max_pool import MaxPool
from core.conv_lab.demos.relu import Relu

__all__ = [
    "BatchNorm",
    "Demo",
    "Initialisation",
    "Linear",
    "Loss",
    "MaxPool",
    "Relu",
    "Start",
]
