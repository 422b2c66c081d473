"""The layers of a network as calls, which torch and the NumPy engine share: names and arguments."""

from functools import singledispatch

from core.architecture import layers as kinds
from core.architecture import window_layers
from core.architecture.layer import Layer
from core.architecture.misfit import Shape
from core.architecture.plan import check
from core.architecture.text import Layers
from core.architecture.values import Pair
from core.take_along.writing import call

Call = tuple[str, list[str]]
"""A layer's name, and its arguments as they are written."""


def layer_lines(
    layers: Layers,
    image_size: int,
    seed: int,
    prefix: str = "",
    dtype: str = "",
    indent: str = 8 * " ",
) -> str:
    """Write a call a layer, with the shape that goes out where it is another than came in.

    ``prefix`` stands before the names but that of dropout, which is the program's own; ``dtype``
    is given to layers that have weights.
    """
    shape: Shape = (3, image_size, image_size)
    lines = []
    for place, step in enumerate(check(layers, image_size).steps):
        name, arguments = call_of(step.layer, shape)
        if isinstance(step.layer, kinds.Dropout):
            arguments = [*arguments, f"seed={1000 * seed + place}"]
        else:
            name = prefix + name
        if dtype and step.parameters:
            arguments = [*arguments, f"dtype={dtype}"]
        remark = f"  # {' x '.join(map(str, step.shape))}" if step.shape != shape else ""
        lines.append(call(name, arguments, indent, f",{remark}"))
        shape = step.shape
    return "\n".join(lines)


def names_of_layers(layers: Layers) -> set[str]:
    """Return the names of the kinds there are."""
    return {type_name(layer) for layer in layers}


def type_name(layer: Layer) -> str:
    """Return the name that a layer has in torch and in the NumPy engine."""
    shape: Shape = (1,) if isinstance(layer, kinds.Linear) else (1, 1, 1)
    return call_of(layer, shape)[0]


def written(pair: Pair) -> str:
    """Write one number for a pair of two alike."""
    return str(pair[0]) if pair[0] == pair[1] else str(pair)


def told(**values: tuple[str, str]) -> list[str]:
    """Write the arguments that are not their defaults, given (value, default)."""
    return [f"{name}={value}" for name, (value, default) in values.items() if value != default]


@singledispatch
def call_of(layer: Layer, shape: Shape) -> Call:
    """Return a layer's name and arguments, given the shape that comes in."""
    return type(layer).__name__, []


@call_of.register
def _(layer: window_layers.Conv, shape: Shape) -> Call:
    return "Conv2d", [
        str(shape[0]),
        str(layer.channels_out(shape)),
        f"kernel_size={written(layer.kernel)}",
        *told(
            stride=(written(layer.stride), "1"),
            padding=(written(layer.sides), "0"),
            dilation=(written(layer.dilation), "1"),
            groups=(str(layer.groups_for(shape)), "1"),
            bias=(str(layer.bias), "True"),
        ),
    ]


@call_of.register
def _(layer: window_layers.Pool, shape: Shape) -> Call:
    name = "MaxPool2d" if isinstance(layer, window_layers.MaxPool) else "AvgPool2d"
    kernel = written(layer.kernel)
    return name, [
        kernel,
        *told(stride=(written(layer.steps), kernel), padding=(written(layer.padding), "0")),
    ]


@call_of.register
def _(layer: window_layers.AdaptiveAvgPool, shape: Shape) -> Call:
    return "AdaptiveAvgPool2d", [written(layer.size)]


@call_of.register
def _(layer: kinds.BatchNorm, shape: Shape) -> Call:
    return "BatchNorm2d", [str(shape[0])]


@call_of.register
def _(layer: kinds.LeakyReLU, shape: Shape) -> Call:
    return "LeakyReLU", [repr(layer.slope)]


@call_of.register
def _(layer: kinds.Dropout, shape: Shape) -> Call:
    return "Dropout", [repr(layer.share)]


@call_of.register
def _(layer: kinds.Linear, shape: Shape) -> Call:
    return "Linear", [str(shape[0]), str(layer.outputs), *told(bias=(str(layer.bias), "True"))]
