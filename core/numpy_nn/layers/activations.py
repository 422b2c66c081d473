"""The activations as layers; most remember their result, which is enough for the gradient."""

import numpy as np

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
from core.numpy_nn.layers.layer import Layer


class ReLU(Layer):
    """max(x, 0)."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y, which the next layer remembers anyway, and remember it rather than x."""
        y = relu(x)
        self.remembered = (y,)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx: y is above 0 exactly where x is."""
        (y,) = self.recall()
        return relu_backward(dy, y)


class Sigmoid(Layer):
    """1 / (1 + exp(-x))."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y and remember it."""
        y = sigmoid(x)
        self.remembered = (y,)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx, for which y is enough."""
        (y,) = self.recall()
        return sigmoid_backward(dy, y)


class LeakyReLU(Layer):
    """x where it is positive, else negative_slope x."""

    function = staticmethod(leaky_relu)
    gradients = staticmethod(leaky_relu_backward)

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__(negative_slope=negative_slope)


class Tanh(Layer):
    """The hyperbolic tangent."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y and remember it."""
        y = tanh(x)
        self.remembered = (y,)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx, for which y is enough."""
        (y,) = self.recall()
        return tanh_backward(dy, y)
