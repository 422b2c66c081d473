"""The same network in NumPy and in torch, trained on the same batches from the same weights.

A pair is one learner for the training loop, so it is paused, saved and resumed like any other.
"""

import time
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from core.config import TrainConfig
from core.events import BatchDone, PairDone
from core.models import build_model
from core.numpy_learner import NumpyLearner
from core.numpy_nn import Sequential, build_network, describe
from core.numpy_nn.layers import BatchNorm2d
from core.schedule import Pace
from core.torch_learner import TorchLearner, network_input

NUMPY, TORCH = "numpy.", "torch."


class Pair:
    """Both engines as one ``core.training.Learner``; ``newest`` compares them after a step.

    ``dtype`` is that of all weights and sums: float32, or float64 to see rounding at its smallest.
    """

    def __init__(self, config: TrainConfig, dtype: str) -> None:
        model = build_model(config.model, config.image_size, config.init, config.seed)
        self.dtype = getattr(torch, dtype)
        self.torch = TorchLearner(model.to(self.dtype), config)
        network = build_network(describe(model), dtype=dtype)
        network.load_weights(self.torch.weights())
        self.numpy = NumpyLearner(network, config)
        self.idle = idle_biases(network)
        self.model = model
        self.numpy_pace, self.torch_pace = Pace(), Pace()
        self.losses = float("nan"), float("nan")

    def train_batch(
        self, photos: np.ndarray, labels: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take one step with each; return torch's loss, NaN when either has none, and its hits."""
        x = network_input(photos).to(self.dtype)
        target = torch.from_numpy(labels).to(self.dtype).unsqueeze(1)
        as_array = np.ascontiguousarray(x.numpy())  # both get the very same numbers
        started = time.monotonic()
        self.numpy.trainer.optimizer.learning_rate = learning_rate
        numpy_loss, _ = self.numpy.trainer.step(as_array, target.numpy())
        between = time.monotonic()
        torch_loss, right = self.torch_step(x, target, learning_rate)
        self.numpy_pace.add(len(labels), between - started)
        self.torch_pace.add(len(labels), time.monotonic() - between)
        self.losses = numpy_loss, torch_loss
        return (torch_loss if np.isfinite(numpy_loss) else float("nan")), right

    def torch_step(
        self, x: torch.Tensor, target: torch.Tensor, learning_rate: float
    ) -> tuple[float, int]:
        """Take torch's step, as ``TorchLearner`` does but in the pair's dtype."""
        optimizer = self.torch.optimizer
        self.model.train()
        probability = self.model(x)
        if not bool(torch.isfinite(probability).all()):
            return float("nan"), 0
        loss = nn.functional.binary_cross_entropy(probability, target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        optimizer.step()
        right = ((probability.detach() >= 0.5) == (target >= 0.5)).sum()
        return loss.item(), int(right)

    def newest(self, batch: BatchDone) -> PairDone:
        """Compare the engines after the step that ``batch`` tells of."""
        found = self.weight_differences()
        idle = [found.pop(name) for name in self.idle]
        name = max(found, key=found.__getitem__)
        return PairDone(
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
        self.model.eval()
        with torch.inference_mode():
            answers = self.model(network_input(photos).to(self.dtype)).squeeze(1)
        return answers.numpy().astype(np.float32)

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


def joined(numpy: Mapping[str, Any], torch: Mapping[str, Any]) -> dict[str, np.ndarray]:
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
