"""The layers of an architecture as torch's modules."""

from functools import singledispatch

from torch import nn

from core.architecture import layers as kinds
from core.architecture import window_layers
from core.architecture.layer import Layer
from core.architecture.misfit import Shape
from core.architecture.plan import check
from core.architecture.text import Layers
from core.architecture.values import Pair
from core.networks.dropout import Dropout


def torch_modules(layers: Layers, image_size: int, seed: int = 0) -> list[nn.Module]:
    """Make the modules for photos of ``image_size`` pixels, dropout's masks drawn from ``seed``.

    Raises ``ArchitectureError`` when the network cannot be built.
    """
    steps = check(layers, image_size).steps
    shapes = [(3, image_size, image_size), *[step.shape for step in steps]]
    modules = [module(layer, shape) for layer, shape in zip(layers, shapes, strict=False)]
    for place, made in enumerate(modules):
        if isinstance(made, Dropout):
            made.seed = 1000 * seed + place  # no two layers leave out the same numbers
    return modules


def side(pair: Pair) -> int | Pair:
    """Return one number for a pair of two alike, as one would write it."""
    return pair[0] if pair[0] == pair[1] else pair


@singledispatch
def module(layer: Layer, shape: Shape) -> nn.Module:
    """Make one layer's module, given the shape that comes in."""
    raise TypeError(f"{type(layer).__name__} has no module")


@module.register
def _(layer: window_layers.Conv, shape: Shape) -> nn.Module:
    return nn.Conv2d(
        shape[0],
        layer.channels_out(shape),
        layer.kernel,
        stride=layer.stride,
        padding=layer.sides,
        dilation=layer.dilation,
        groups=layer.groups_for(shape),
        bias=layer.bias,
    )


@module.register
def _(layer: window_layers.MaxPool, shape: Shape) -> nn.Module:
    return nn.MaxPool2d(side(layer.kernel), side(layer.steps), side(layer.padding))


@module.register
def _(layer: window_layers.AvgPool, shape: Shape) -> nn.Module:
    return nn.AvgPool2d(side(layer.kernel), side(layer.steps), side(layer.padding))


@module.register
def _(layer: window_layers.AdaptiveAvgPool, shape: Shape) -> nn.Module:
    return nn.AdaptiveAvgPool2d(side(layer.size))


@module.register
def _(layer: kinds.BatchNorm, shape: Shape) -> nn.Module:
    return nn.BatchNorm2d(shape[0])


@module.register
def _(layer: kinds.LeakyReLU, shape: Shape) -> nn.Module:
    return nn.LeakyReLU(layer.slope)


@module.register
def _(layer: kinds.Dropout, shape: Shape) -> nn.Module:
    return Dropout(layer.share)


@module.register
def _(layer: kinds.Linear, shape: Shape) -> nn.Module:
    return nn.Linear(shape[0], layer.outputs, bias=layer.bias)


@module.register
def _(layer: kinds.ReLU, shape: Shape) -> nn.Module:
    return nn.ReLU()


@module.register
def _(layer: kinds.Tanh, shape: Shape) -> nn.Module:
    return nn.Tanh()


@module.register
def _(layer: kinds.Sigmoid, shape: Shape) -> nn.Module:
    return nn.Sigmoid()


@module.register
def _(layer: kinds.Flatten, shape: Shape) -> nn.Module:
    return nn.Flatten()
