"""One network and its optimiser, a batch at a time: what a training loop needs of this engine."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.layers import BatchNorm2d
from core.numpy_nn.losses import BCELoss
from core.numpy_nn.network import Sequential
from core.numpy_nn.optimisers import Optimizer


class Trainer:
    """Trains ``network``, which gives probabilities, with ``optimizer`` on binary cross entropy."""

    def __init__(self, network: Sequential, optimizer: Optimizer) -> None:
        self.network = network
        self.optimizer = optimizer
        self.loss = BCELoss()

    def step(self, x: ArrayLike, target: ArrayLike) -> tuple[float, np.ndarray]:
        """Take one step; return the loss before it, and the probabilities (N, 1).

        ``x`` is (N, 3, S, S) in 0..1, ``target`` (N,) or (N, 1) of 0 and 1. When a probability is
        not a finite number no step is taken and the loss is NaN.
        """
        self.network.train()
        with np.errstate(all="ignore"):  # a diverging network is told by its loss
            probability = self.network.forward(np.asarray(x))
            if not np.isfinite(probability).all():
                return float("nan"), probability
            loss = self.loss.forward(probability, column(target, probability))
            self.network.backward_parameters(self.loss.backward())
            self.optimizer.step()
        return loss, probability

    def evaluate(self, x: ArrayLike, target: ArrayLike) -> tuple[float, np.ndarray]:
        """Return the loss and the probabilities (N, 1) in evaluation mode; nothing is learned.

        The loss is NaN when a probability is not a finite number.
        """
        probability = self.predict(x)
        if not np.isfinite(probability).all():
            return float("nan"), probability
        return self.loss.forward(probability, column(target, probability)), probability

    def predict(self, x: ArrayLike, *, batch_norm_in_training: bool = False) -> np.ndarray:
        """Return the probabilities (N, 1) of ``x`` (N, 3, S, S) in 0..1 in evaluation mode.

        ``batch_norm_in_training`` lets batch norm normalise by the batch, as a forgotten ``eval``
        would; what it keeps stays as it is.
        """
        self.network.eval()
        layers = [layer for layer in self.network if isinstance(layer, BatchNorm2d)]
        kept = [dict(layer.buffers) for layer in layers]
        for layer in layers:
            layer.training = batch_norm_in_training
        with np.errstate(all="ignore"):
            probability = self.network.forward(np.asarray(x))
        for layer, buffers in zip(layers, kept, strict=True):
            layer.training = False
            layer.buffers |= buffers
        return probability

    def weights(self) -> dict[str, np.ndarray]:
        """Return all weights and running statistics under torch's names; not copies."""
        return self.network.state()

    def load_weights(self, weights: Mapping[str, Any]) -> None:
        """Copy weights in; ``ValueError`` when a name or a shape does not fit this network."""
        self.network.load_weights(weights)

    def optimizer_arrays(self) -> dict[str, np.ndarray]:
        """Return what the optimiser remembers, by name; not copies."""
        return self.optimizer.arrays()

    def load_optimizer_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy an optimiser's memory in; ``ValueError`` when it does not fit."""
        self.optimizer.read_arrays(arrays)


def column(target: ArrayLike, probability: np.ndarray) -> np.ndarray:
    """Return targets (N,) or (N, 1) as (N, 1) in the dtype of the probabilities."""
    return np.asarray(target, probability.dtype).reshape(-1, 1)
