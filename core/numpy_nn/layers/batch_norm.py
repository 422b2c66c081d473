"""Batch normalisation as a layer."""

import numpy as np
from numpy.typing import DTypeLike

from core.numpy_nn.layers.layer import Layer
from core.numpy_nn.normalisation import (
    moved_statistics,
    normalise,
    normalise_backward,
    read_batch,
    statistics,
)


class BatchNorm2d(Layer):
    """Batch normalisation; see ``batch_norm2d``. In training each forward moves the running
    statistics, in evaluation they are what it normalises with. Starts from weight 1 and bias 0.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(num_features=num_features, eps=eps, momentum=momentum, affine=affine)
        if affine:
            self.params["weight"] = np.ones(num_features, dtype)
            self.params["bias"] = np.zeros(num_features, dtype)
        self.buffers["running_mean"] = np.zeros(num_features, dtype)
        self.buffers["running_var"] = np.ones(num_features, dtype)
        self.buffers["num_batches_tracked"] = np.array(0, np.int64)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y; in training also move the running statistics."""
        x = read_batch("x", x)
        running = self.buffers["running_mean"], self.buffers["running_var"]
        mean, var = statistics(x, *running, self.training)
        eps, momentum = self.arguments["eps"], self.arguments["momentum"]
        y = normalise(x, mean, var, self.params.get("weight"), self.params.get("bias"), eps)
        self.remembered = x, mean, var, self.training
        if self.training:
            moved = moved_statistics(x, *running, mean, var, momentum)
            self.buffers |= {
                "running_mean": np.asarray(moved[0]),
                "running_var": np.asarray(moved[1]),
                "num_batches_tracked": self.buffers["num_batches_tracked"] + 1,
            }
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Fill ``grads`` and return dx, in the mode that the newest ``forward`` was in."""
        x, mean, var, training = self.recall()
        weight, eps = self.params.get("weight"), self.arguments["eps"]
        dx, *gradients = normalise_backward(dy, x, mean, var, weight, training, eps)
        self.keep_gradients(gradients)
        return dx
