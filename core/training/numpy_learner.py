"""One network and its optimiser in the NumPy engine, as the training loop sees them.

Its weights start as torch's would and have torch's names, so its runs are like any other.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager

import numpy as np

from core.config import SGD_MOMENTUM, TrainConfig
from core.data.batching import to_network_input
from core.mistakes import Mistake
from core.numpy_nn import SGD, Adam, AdamW, Muon, Sequential, Trainer
from core.numpy_nn.optimisers import Optimizer
from core.training.events import BatchDone, LayerMeasured
from core.training.numpy_measuring import measuring


class NumpyLearner:
    """Trains ``model``, a network from (N, 3, S, S) in 0..1 to P(class 1) as (N, 1)."""

    def __init__(self, model: Sequential, config: TrainConfig) -> None:
        self.model = model
        self.dtype = np.dtype(config.dtype)
        self.batch_norm_in_test = Mistake.BATCH_NORM_IN_TEST in config.mistakes
        self.trainer = Trainer(model, build_optimizer(config, model))

    def train_batch(
        self, photos: np.ndarray, targets: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take one optimiser step; dropout counts its masks itself, so ``step`` plays no part."""
        self.trainer.optimizer.learning_rate = learning_rate
        loss, probability = self.trainer.step(self.input(photos), targets)
        right = ((probability[:, 0] >= 0.5) == (targets >= 0.5)).sum()
        return loss, int(right)

    def measuring(self) -> AbstractContextManager[list[LayerMeasured]]:
        """Measure the one step within the block."""
        return measuring(self.model)

    def report(self, batch: BatchDone) -> None:
        """Add nothing to what ``batch`` tells."""

    def predict(self, photos: np.ndarray) -> np.ndarray:
        """Return P(class 1) (N,) float32 of photos (N, S, S, 3) uint8, in evaluation mode."""
        x = self.input(photos)
        probabilities = self.trainer.predict(x, batch_norm_in_training=self.batch_norm_in_test)
        return probabilities[:, 0].astype(np.float32)

    def input(self, photos: np.ndarray) -> np.ndarray:
        """Turn photos (N, S, S, 3) uint8 into (N, 3, S, S) in 0..1, the very numbers of torch."""
        return to_network_input(photos).astype(self.dtype, copy=False)

    def weights(self) -> dict[str, np.ndarray]:
        """Return views of all weights and batch-norm statistics; they change with the next step."""
        return self.trainer.weights()

    def load_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Copy weights in; ``ValueError`` when a name or a shape does not fit this network."""
        self.trainer.load_weights(weights)

    def optimizer_arrays(self) -> dict[str, np.ndarray]:
        """Return what the optimiser remembers, by name; not copies."""
        return self.trainer.optimizer_arrays()

    def load_optimizer_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy an optimiser's memory in; without any it starts afresh."""
        if arrays:
            self.trainer.load_optimizer_arrays(arrays)


def build_optimizer(config: TrainConfig, model: Sequential) -> Optimizer:
    """Build the configured optimiser with torch's settings."""
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "adam":
        return Adam(model, rate, weight_decay=decay)
    if config.optimizer == "adamw":
        return AdamW(model, rate, weight_decay=decay)
    if config.optimizer == "muon":
        return Muon(model, rate, weight_decay=decay)
    return SGD(model, rate, momentum=SGD_MOMENTUM, weight_decay=decay)
