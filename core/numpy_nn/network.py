"""A network is its layers in order, and the same list reversed for the backward pass."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from core.numpy_nn.layers import Layer


class Sequential:
    """Layers one after the other, with the interface of a layer.

    Names are torch's: the weight of the first layer is "0.weight".
    """

    def __init__(self, *layers: Layer) -> None:
        self.layers = list(layers)
        self.watcher: Callable[[int, np.ndarray], None] | None = None
        """Is told of each layer's result on the way forward, which it must leave as it is."""

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
        for number, layer in enumerate(self.layers):
            x = layer.forward(x)
            if self.watcher:
                self.watcher(number, x)
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
