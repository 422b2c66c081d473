"""A neural network in plain NumPy: functions first, layers and training over them.

Every function takes and returns (N, C, H, W) arrays like torch's of the same name, keeps the dtype
of its input and leaves its arguments as they are. This package imports NumPy and nothing of torch.
"""

from core.numpy_nn.activations import (
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)
from core.numpy_nn.article_network import article_network
from core.numpy_nn.average_pooling import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    avg_pool2d,
    avg_pool2d_backward,
)
from core.numpy_nn.convolution import conv2d, conv2d_backward
from core.numpy_nn.description import build_network, describe
from core.numpy_nn.dropout import dropout_mask
from core.numpy_nn.initialisations import initialise
from core.numpy_nn.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from core.numpy_nn.linear import flatten, flatten_backward, linear, linear_backward
from core.numpy_nn.losses import (
    BCELoss,
    bce_loss,
    bce_loss_backward,
    bce_with_logits,
    bce_with_logits_backward,
)
from core.numpy_nn.max_pooling import max_pool2d, max_pool2d_backward
from core.numpy_nn.network import Sequential
from core.numpy_nn.normalisation import batch_norm2d, batch_norm2d_backward
from core.numpy_nn.optimisers import SGD, Adam, AdamW, Muon
from core.numpy_nn.training import Trainer
from core.numpy_nn.transposed_convolution import conv_transpose2d, conv_transpose2d_backward

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "BCELoss",
    "BatchNorm2d",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Muon",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "Trainer",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "article_network",
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_norm2d",
    "batch_norm2d_backward",
    "bce_loss",
    "bce_loss_backward",
    "bce_with_logits",
    "bce_with_logits_backward",
    "build_network",
    "conv2d",
    "conv2d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "describe",
    "dropout_mask",
    "flatten",
    "flatten_backward",
    "initialise",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "tanh",
    "tanh_backward",
]
