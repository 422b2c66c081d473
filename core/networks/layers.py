"""A flat network taken as a list of layers: what each is called, gives out and answers for."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from core.wording import numbered

# Layers whose output cell depends on the same cell of the input alone.
POINTWISE = (
    nn.BatchNorm2d,
    nn.BatchNorm1d,
    nn.ReLU,
    nn.LeakyReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Hardtanh,
    nn.Tanh,
    nn.Sigmoid,
    nn.Dropout,
    nn.Dropout2d,
    nn.Identity,
)
NAMES: dict[type[nn.Module], str] = {
    nn.Conv2d: "Conv",
    nn.BatchNorm2d: "Batch norm",
    nn.ReLU: "ReLU",
    nn.LeakyReLU: "Leaky ReLU",
    nn.MaxPool2d: "Max pool",
    nn.AvgPool2d: "Average pool",
    nn.AdaptiveAvgPool2d: "Adaptive pool",
    nn.AdaptiveMaxPool2d: "Adaptive max pool",
    nn.Flatten: "Flatten",
    nn.Linear: "Linear",
    nn.Sigmoid: "Sigmoid",
    nn.Dropout: "Dropout",
}


@dataclass(frozen=True)
class LayerFacts:
    """One layer of a network: ``shape`` is its output without N, (C, H, W) or (F,)."""

    index: int
    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int

    @property
    def has_maps(self) -> bool:
        """Whether the layer gives out maps (C, H, W) rather than a plain list of numbers."""
        return len(self.shape) == 3

    @property
    def shape_text(self) -> str:
        """The shape as the pages write it: 16 x 72 x 72."""
        return " × ".join(str(size) for size in self.shape)


def check_network(model: nn.Sequential) -> None:
    """Raise ``ValueError`` unless the network is one that can be explained.

    It must be flat, end in one sigmoid (P(class 1) as (N, 1)) and be in evaluation mode: in
    training mode batch norm would mix in the other photos and change its own statistics while we
    look.
    """
    if not isinstance(model, nn.Sequential) or any(list(layer.children()) for layer in model):
        raise ValueError(f"expected a flat nn.Sequential, not {type(model).__name__} with blocks")
    if len(model) < 2 or not isinstance(model[-1], nn.Sigmoid):
        last = type(model[-1]).__name__ if len(model) else "nothing"
        raise ValueError(f"expected a network that ends in a Sigmoid, not in {last}")
    if model.training or any(layer.training for layer in model):
        raise ValueError("expected a network in evaluation mode: call model.eval() first")


def check_photo(x: Tensor) -> None:
    """Raise ``ValueError`` unless ``x`` is one photo (1, 3, H, W) of floats."""
    if x.ndim != 4 or len(x) != 1 or not x.is_floating_point():
        raise ValueError(
            f"expected one photo (1, 3, H, W) of floats, not {tuple(x.shape)} {x.dtype}"
        )


def apply(layer: nn.Module, x: Tensor) -> Tensor:
    """Run one layer; one that writes into its input gets a copy, so that ``x`` stays as it was."""
    result: Tensor = layer(x.clone() if getattr(layer, "inplace", False) else x)
    return result


def apply_range(model: nn.Sequential, x: Tensor, start: int, stop: int) -> Tensor:
    """Run the layers ``start`` to ``stop`` - 1; indices count as in a Python range."""
    for layer in list(model)[start:stop]:
        x = apply(layer, x)
    return x


def trace(model: nn.Sequential, x: Tensor) -> list[Tensor]:
    """Run one photo (1, 3, H, W) through the network and keep what every layer gives out.

    Returns one tensor a layer without the leading N, (C, H, W) or (F,), in the order of the layers.
    """
    check_network(model)
    check_photo(x)
    outputs = []
    with torch.no_grad():
        for layer in model:
            x = apply(layer, x)
            outputs.append(x[0])
    return outputs


def logit(model: nn.Sequential, x: Tensor) -> Tensor:
    """Compute what goes into the last sigmoid, (N, 1), for photos (N, 3, H, W)."""
    return apply_range(model, x, 0, len(model) - 1)


def probability(model: nn.Sequential, x: Tensor) -> list[float]:
    """Compute P(class 1) of each photo of (N, 3, H, W)."""
    check_network(model)
    with torch.no_grad():
        return [float(p) for p in apply_range(model, x, 0, len(model)).flatten()]


def describe_layers(model: nn.Sequential, image_size: int) -> list[LayerFacts]:
    """Name the layers and tell their output shapes for photos of ``image_size`` pixels."""
    check_network(model)
    parameter = next(model.parameters(), torch.zeros(()))
    x = torch.zeros(1, 3, image_size, image_size, dtype=parameter.dtype)
    shapes = [tuple(output.shape) for output in trace(model, x)]
    kinds = [NAMES.get(type(layer), type(layer).__name__) for layer in model]
    layers = []
    for index, (layer, name, kind, shape) in enumerate(
        zip(model, numbered(kinds), kinds, shapes, strict=True)
    ):
        count = sum(parameter.numel() for parameter in layer.parameters())
        layers.append(LayerFacts(index, name, kind, shape, count))
    return layers


def convolutions(model: nn.Sequential) -> list[int]:
    """List the indices of the convolutions."""
    return [index for index, layer in enumerate(model) if isinstance(layer, nn.Conv2d)]


def evidence_layer(model: nn.Sequential, index: int) -> int:
    """Find the layer whose maps speak for the convolution at ``index``.

    It is the last batch norm or activation that directly follows it: before the activation a map's
    zero has no meaning of its own, so weighing its values as evidence would be arbitrary.
    """
    layers = list(model)
    if not 0 <= index < len(layers) or not isinstance(layers[index], nn.Conv2d):
        raise ValueError(f"expected the index of a convolution, one of {convolutions(model)}")
    for here, after in pairwise(range(index, len(layers))):
        if not isinstance(layers[after], POINTWISE):
            return here
    return len(layers) - 1


def last_linear(model: nn.Sequential) -> int:
    """Find the index of the last linear layer, which reads the last hidden layer's features."""
    check_network(model)
    found = [index for index, layer in enumerate(model) if isinstance(layer, nn.Linear)]
    if not found:
        raise ValueError("expected a network with a linear layer: it has no hidden features")
    return found[-1]


def last_hidden(model: nn.Sequential, x: Tensor) -> Tensor:
    """Compute the last hidden layer's features, (N, F): what the last linear layer reads."""
    last = last_linear(model)
    with torch.no_grad():
        return apply_range(model, x, 0, last).flatten(1)
