"""A network is its layers in order, and the same list reversed for the backward pass."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from core.numpy_nn import layers as layer_types
from core.numpy_nn.initialisations import initialisation
from core.numpy_nn.layers import BatchNorm2d, Layer

Description = Sequence[Mapping[str, Any]]


class Sequential:
    """Layers one after the other, with the interface of a layer.

    Names are torch's: the weight of the first layer is "0.weight".
    """

    def __init__(self, *layers: Layer) -> None:
        self.layers = list(layers)

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The arrays that are learned, by name; not copies."""
        return self.gather("params")

    @property
    def grads(self) -> dict[str, np.ndarray]:
        """Their gradients, by the same names, after ``backward``."""
        return self.gather("grads")

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """The running statistics, by name; not copies."""
        return self.gather("buffers")

    def gather(self, kind: str) -> dict[str, np.ndarray]:
        """Join the layers' dicts called ``kind``, each name after its layer's number."""
        return {
            f"{number}.{name}": array
            for number, layer in enumerate(self.layers)
            for name, array in getattr(layer, kind).items()
        }

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the last layer's result."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Fill every layer's ``grads`` and return the gradient of the first layer's input."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def backward_parameters(self, dy: np.ndarray) -> None:
        """Fill ``grads`` like ``backward``, where nobody needs the gradient of the input."""
        first = next((i for i, layer in enumerate(self.layers) if layer.params), None)
        if first is None:
            return
        for layer in reversed(self.layers[first + 1 :]):
            dy = layer.backward(dy)
        self.layers[first].backward_parameters(dy)

    def train(self) -> "Sequential":
        """Switch every layer to training."""
        return self.set_training(True)

    def eval(self) -> "Sequential":
        """Switch every layer to evaluation."""
        return self.set_training(False)

    def set_training(self, training: bool) -> "Sequential":
        """Switch every layer to training or to evaluation."""
        for layer in self.layers:
            layer.training = training
        return self

    def weights(self) -> dict[str, np.ndarray]:
        """Return copies of all weights and running statistics by name, as torch's state_dict."""
        return {name: array.copy() for name, array in self.state().items()}

    def state(self) -> dict[str, np.ndarray]:
        """Return all weights and running statistics by name, not copies, in torch's order."""
        return {
            f"{number}.{name}": array
            for number, layer in enumerate(self.layers)
            for name, array in (layer.params | layer.buffers).items()
        }

    def load_weights(self, weights: Mapping[str, Any]) -> None:
        """Copy weights and running statistics in, under torch's names.

        They are rounded to the network's dtype. Raises ``ValueError``, and changes nothing, when a
        name is missing or unknown or a shape does not fit.
        """
        own = self.state()
        missing, unknown = sorted(own.keys() - weights.keys()), sorted(weights.keys() - own.keys())
        if missing or unknown:
            raise ValueError(
                f"weights must have the network's names: missing are {missing or 'none'}, "
                f"unknown are {unknown or 'none'}"
            )
        arrays = {name: np.asarray(weights[name]) for name in own}
        for name, array in arrays.items():
            if array.shape != own[name].shape:
                raise ValueError(f"{name} must have the shape {own[name].shape}, not {array.shape}")
        for number, layer in enumerate(self.layers):
            for kind in (layer.params, layer.buffers):
                for name, array in kind.items():
                    kind[name] = np.array(arrays[f"{number}.{name}"], array.dtype, order="C")

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, number: int) -> Layer:
        return self.layers[number]

    def __repr__(self) -> str:
        lines = "".join(f"  ({i}) {layer!r}\n" for i, layer in enumerate(self.layers))
        return f"Sequential(\n{lines})"


LAYERS: dict[str, type[Layer]] = {
    name: value
    for name, value in vars(layer_types).items()
    if isinstance(value, type) and issubclass(value, Layer) and value is not Layer
}
"""Every layer there is, by its name, which is torch's too."""

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


def layer_parameters(layer: Any) -> dict[str, Any]:
    """Return whether a layer of torch has a bias, as the argument of that name says it."""
    return {"bias": getattr(layer, "bias", None) is not None}


def layer_arguments(kind: str) -> list[str]:
    """Return the names of a layer's arguments; ``ValueError`` when there is no such layer."""
    if kind not in LAYERS:
        raise ValueError(f"type must be one of {', '.join(LAYERS)}, not {kind!r}")
    if LAYERS[kind].__init__ is Layer.__init__:
        return []
    return [name for name in inspect.signature(LAYERS[kind]).parameters if name != "dtype"]


def build_network(
    description: Description,
    init: str = "xavier_normal",
    seed: int = 0,
    dtype: DTypeLike = np.float32,
) -> Sequential:
    """Build a network from dicts of a "type" and that layer's arguments (see ``describe``).

    ``init`` names the distribution of the weights (see ``initialise``), drawn from ``seed``;
    parameters have ``dtype``. Raises ``ValueError`` for a layer or an argument that does not exist.
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
    network = Sequential(*layers)
    initialise(network, init, seed)
    return network


def initialise(network: Sequential, init: str = "xavier_normal", seed: int = 0) -> None:
    """Set all parameters: convolution and linear weights from ``init`` ("xavier_normal",
    "kaiming_normal", "uniform" or "constant"), batch-norm weights from N(1, 0.02), biases 0.
    """
    draw, generator = initialisation(init), np.random.default_rng(seed)
    for layer in network:
        for name, array in layer.params.items():
            if name == "bias":
                values = np.zeros(array.shape)
            elif isinstance(layer, BatchNorm2d):
                values = generator.normal(1, 0.02, array.shape)
            else:
                values = draw(generator, array.shape)
            layer.params[name] = values.astype(array.dtype)
