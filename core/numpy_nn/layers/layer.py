"""What every layer has: three dicts of arrays and two methods.

``params`` are learned, ``grads`` are their gradients under the same names, ``buffers`` are kept
along (running statistics). ``forward(x)`` returns y and remembers what the backward pass needs;
``backward(dy)`` fills ``grads`` and returns dx for the newest ``forward``. Names of arguments,
parameters and buffers are torch's. A new layer's weights and biases are zeros, until ``initialise``
draws them or ``load_weights`` brings some.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


class Layer:
    """What every layer has: it calls ``function`` forward and ``gradients`` backward.

    Both get the layer's ``params`` and ``options``; a layer that remembers something better than
    its input has its own ``forward`` and ``backward``.
    """

    function: Callable[..., np.ndarray]
    gradients: Callable[..., Any]

    def __init__(self, **arguments: object) -> None:
        self.arguments: dict[str, Any] = arguments
        """What the layer was built from, by name: plain values."""
        self.options: dict[str, Any] = dict(arguments)
        """Those of them that the functions take."""
        self.params: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}
        self.buffers: dict[str, np.ndarray] = {}
        self.training = True
        self.remembered: tuple[Any, ...] = ()

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y and remember what ``backward`` needs, in place of what it remembered before.

        ``x`` itself may be remembered: it must stay as it is until ``backward`` is done.
        """
        y = self.function(x, **self.params, **self.options)
        self.remembered = (x,)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Fill ``grads`` and return dx, given the gradient of the newest ``forward``'s result.

        Raises ``RuntimeError`` before the first ``forward`` and ``ValueError`` for a wrong shape.
        """
        (x,) = self.recall()
        if not self.params:
            dx: np.ndarray = self.gradients(dy, x, **self.options)
            return dx
        dx, *gradients = self.gradients(dy, x, self.params["weight"], **self.options)
        self.keep_gradients(gradients)
        return dx

    def backward_parameters(self, dy: np.ndarray) -> None:
        """Fill ``grads`` like ``backward``, where nobody needs dx."""
        self.backward(dy)

    def recall(self) -> tuple[Any, ...]:
        """Return what the newest ``forward`` remembered."""
        if not self.remembered:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it")
        return self.remembered

    def keep_gradients(self, gradients: Sequence[np.ndarray]) -> None:
        """Keep the gradients of the parameters there are, given those of weight and bias."""
        self.grads = dict(zip(self.params, gradients, strict=False))

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"{type(self).__name__}({parts})"


def weight_and_bias(shape: tuple[int, ...], biases: int, dtype: DTypeLike) -> dict[str, np.ndarray]:
    """Make a weight of ``shape`` and ``biases`` biases, if any, all zeros."""
    params = {"weight": np.zeros(shape, dtype)}
    return params | ({"bias": np.zeros(biases, dtype)} if biases else {})
