"""Builds a network in PyTorch or in the NumPy engine, with weights drawn from a seed.

The networks are flat ``nn.Sequential`` models from a photo (N, 3, S, S), scaled to 0..1, to
P(class 1) as (N, 1), so that every page, the checkpoints and the NumPy engine can walk the same
list of layers and use the same names ("0.weight", "1.running_mean", ...).
"""

from collections.abc import Callable

import torch
from torch import nn

from core.architecture.library import layers_of
from core.config import INITIALISATIONS, check_choice
from core.networks.modules import torch_modules
from core.numpy_nn import Sequential, build_network, describe


def build_model(
    network: str, image_size: int, init: str = "xavier_normal", seed: int = 0
) -> nn.Sequential:
    """Build and initialise a network for photos of ``image_size`` x ``image_size`` pixels.

    ``network`` is a preset's name or a text. Raises ``ArchitectureError`` when it cannot be built
    for photos of that size, and ``ConfigError`` for an unknown initialisation.
    """
    layers = layers_of(network, image_size)
    with torch.random.fork_rng():  # the caller's random state is nobody's business here
        torch.manual_seed(seed)
        model = nn.Sequential(*torch_modules(layers, image_size, seed))
        initialise(model, init)
    return model


def numpy_twin(model: nn.Sequential, dtype: str = "float32") -> Sequential:
    """Build the same network in the NumPy engine, with copies of its weights in ``dtype``."""
    network = build_network(describe(model), dtype=dtype)
    network.load_weights({name: tensor.numpy() for name, tensor in model.state_dict().items()})
    return network


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
    check_choice("init", init, INITIALISATIONS)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            draw[init](layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)
