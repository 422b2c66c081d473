"""The same network in NumPy and in torch, trained on the same batches from the same weights.

Both engines are one learner for the training loop, so a run of both is paused, saved and resumed
like any other.
"""

import math
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from itertools import pairwise

import numpy as np
from torch import nn

from core.config import TrainConfig
from core.networks.build import numpy_twin
from core.numpy_nn import Sequential
from core.numpy_nn.layers import BatchNorm2d
from core.training.events import BatchDone, EnginesCompared, LayerMeasured
from core.training.numpy_learner import NumpyLearner
from core.training.schedule import Pace
from core.training.torch_learner import TorchLearner

NUMPY, TORCH = "numpy.", "torch."


class BothEngines:
    """Trains ``model`` and its NumPy twin; ``report`` compares them after a step."""

    def __init__(self, model: nn.Sequential, config: TrainConfig) -> None:
        self.torch = TorchLearner(model, config)
        self.numpy = NumpyLearner(numpy_twin(model, config.dtype), config)
        self.idle = idle_biases(self.numpy.model)
        self.numpy_pace, self.torch_pace = Pace(), Pace()
        self.losses = math.nan, math.nan

    def train_batch(
        self, photos: np.ndarray, targets: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take one step with each; return torch's loss, NaN when either has none, and its hits."""
        started = time.monotonic()
        numpy_loss, _ = self.numpy.train_batch(photos, targets, learning_rate, step)
        between = time.monotonic()
        torch_loss, right = self.torch.train_batch(photos, targets, learning_rate, step)
        self.numpy_pace.add(len(targets), between - started)
        self.torch_pace.add(len(targets), time.monotonic() - between)
        self.losses = numpy_loss, torch_loss
        return (torch_loss if math.isfinite(numpy_loss) else math.nan), right

    def measuring(self) -> AbstractContextManager[list[LayerMeasured]]:
        """Measure torch's half of the one step within the block."""
        return self.torch.measuring()

    def report(self, batch: BatchDone) -> EnginesCompared:
        """Compare the engines after the step that ``batch`` tells of."""
        found = self.weight_differences()
        idle = [found.pop(name) for name in self.idle]
        name = max(found, key=found.__getitem__)
        return EnginesCompared(
            epoch=batch.epoch,
            step=batch.step,
            steps=batch.steps,
            numpy_loss=self.losses[0],
            torch_loss=self.losses[1],
            weight_difference=found[name],
            weight_name=name,
            idle_difference=max(idle, default=0.0),
            numpy_images_per_second=self.numpy_pace.images_per_second(),
            torch_images_per_second=self.torch_pace.images_per_second(),
        )

    def weight_differences(self) -> dict[str, float]:
        """Return the largest difference between the engines in each array of weights."""
        theirs = self.torch.weights()
        return {
            name: float(np.abs(ours - theirs[name]).max())
            for name, ours in self.numpy.model.params.items()
        }

    def predict(self, photos: np.ndarray) -> np.ndarray:
        """Return torch's P(class 1) (N,) float32 of photos (N, S, S, 3) uint8."""
        return self.torch.predict(photos)

    def weights(self) -> dict[str, np.ndarray]:
        """Return all weights and statistics of both, "numpy." and "torch." before their names."""
        return joined(self.numpy.weights(), self.torch.weights())

    def load_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Copy the weights of both in; ``ValueError`` when they do not fit."""
        self.numpy.load_weights(part(weights, NUMPY))
        self.torch.load_weights(part(weights, TORCH))

    def optimizer_arrays(self) -> dict[str, np.ndarray]:
        """Return what both optimisers remember."""
        return joined(self.numpy.optimizer_arrays(), self.torch.optimizer_arrays())

    def load_optimizer_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy both optimisers' memory in; nothing happens without any."""
        if arrays:
            self.numpy.load_optimizer_arrays(part(arrays, NUMPY))
            self.torch.load_optimizer_arrays(part(arrays, TORCH))


def idle_biases(network: Sequential) -> list[str]:
    """Name the biases that batch norm right behind their layer takes out again."""
    return [
        f"{number}.bias"
        for number, (layer, behind) in enumerate(pairwise(network))
        if isinstance(behind, BatchNorm2d) and "bias" in layer.params
    ]


def joined(
    numpy: Mapping[str, np.ndarray], torch: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Put both engines' arrays into one mapping."""
    return {NUMPY + name: array for name, array in numpy.items()} | {
        TORCH + name: array for name, array in torch.items()
    }


def part(arrays: Mapping[str, np.ndarray], engine: str) -> dict[str, np.ndarray]:
    """Take one engine's arrays out again."""
    return {
        name.removeprefix(engine): array
        for name, array in arrays.items()
        if name.startswith(engine)
    }
