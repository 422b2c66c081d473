"""A network as plain data: what its layers are and were built from, without their weights."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from core.numpy_nn.layers import LAYERS, Layer
from core.numpy_nn.network import Sequential

Description = Sequence[Mapping[str, Any]]

FIXED = {
    "padding_mode": "zeros",
    "return_indices": False,
    "start_dim": 1,
    "end_dim": -1,
    "track_running_stats": True,
}
"""Arguments of torch's layers that exist here with this value only."""


def describe(network: Iterable[Any]) -> list[dict[str, Any]]:
    """Return a list of plain dicts from which ``build_network`` builds the same layers.

    ``network`` is a ``Sequential`` of this package or a flat one of torch: only names of types and
    attributes are read. Raises ``ValueError`` for a layer that does not exist here.
    """
    description = []
    for layer in network:
        kind = type(layer).__name__
        for name, value in FIXED.items():
            if getattr(layer, name, value) != value:
                raise ValueError(f"{kind} must have {name} {value!r}, not {getattr(layer, name)!r}")
        values = getattr(layer, "arguments", None) or vars(layer) | layer_parameters(layer)
        description.append({"type": kind} | {name: values[name] for name in layer_arguments(kind)})
    return description


def layer_parameters(layer: object) -> dict[str, Any]:
    """Return what a layer of torch does not keep as an attribute of the argument's name."""
    return {"bias": getattr(layer, "bias", None) is not None, "seed": getattr(layer, "seed", 0)}


def layer_arguments(kind: str) -> list[str]:
    """Return the names of a layer's arguments; ``ValueError`` when there is no such layer."""
    if kind not in LAYERS:
        raise ValueError(f"type must be one of {', '.join(LAYERS)}, not {kind!r}")
    if LAYERS[kind].__init__ is Layer.__init__:
        return []
    return [name for name in inspect.signature(LAYERS[kind]).parameters if name != "dtype"]


def build_network(description: Description, dtype: DTypeLike = np.float32) -> Sequential:
    """Build a network from dicts of a "type" and that layer's arguments (see ``describe``).

    Its parameters have ``dtype``; weights are zeros, until ``initialise`` draws them or
    ``load_weights`` brings some. Raises ``ValueError`` for a layer or an argument that does not
    exist.
    """
    layers = []
    for number, values in enumerate(description):
        arguments = {name: value for name, value in values.items() if name != "type"}
        names = layer_arguments(values.get("type", ""))
        unknown = sorted(arguments.keys() - set(names))
        if unknown:
            raise ValueError(
                f"layer {number}, {values['type']}, must have arguments of {names}, not {unknown}"
            )
        kind: Any = LAYERS[values["type"]]
        if "dtype" in inspect.signature(kind).parameters:
            arguments["dtype"] = dtype
        layers.append(kind(**arguments))
    return Sequential(*layers)
