"""The part of one process in a training that several share; see ``core.training.team``."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from core.config import TrainConfig
from core.networks.dropout import Dropout
from core.training.team import Team
from core.training.team_norm import BatchNorm2d
from core.training.torch_learner import TorchLearner, count_right


class TeamLearner(TorchLearner):
    """Is given whole batches, computes this process's photos, and tells what all of them gave."""

    def __init__(self, model: nn.Sequential, config: TrainConfig, team: Team) -> None:
        for place, layer in enumerate(model):
            if isinstance(layer, nn.BatchNorm2d):
                model[place] = BatchNorm2d(layer, team)
        super().__init__(model, config)
        self.team = team
        # Its one module has to be called for the gradients to be summed. Batch norm's statistics
        # are the same everywhere without being sent round.
        self.parallel = team.calling(
            lambda: DistributedDataParallel(Forward(self), forward_sync_buffers=False)
        )

    def train_batch(
        self, photos: np.ndarray, targets: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take the step of the whole batch (N photos); return its mean loss and right answers.

        Gradients are averaged over the processes, so each one's loss is its sum over its photos,
        times the number of processes, divided by N: parts may differ in size.
        """
        part = self.team.part(len(targets))
        self.let_dropout_know(part, len(targets))
        probability, target = self.answer(photos[part], targets[part], step, self.parallel)
        finite = bool(torch.isfinite(probability).all())
        loss = probability.sum() * 0
        if finite:
            loss = nn.functional.binary_cross_entropy(probability, target, reduction="sum")
        told = [float(not finite), loss.item(), float(count_right(probability, target))]
        broken, total, right = self.team.sum(torch.tensor(told, dtype=torch.float64)).tolist()
        if broken:
            return float("nan"), 0
        mean = loss * (self.team.size / len(targets))
        self.team.calling(lambda: self.descend(mean, learning_rate))
        return total / len(targets), int(right)

    def predict(self, photos: np.ndarray) -> np.ndarray:
        """Return P(class 1) (N,) float32 of photos (N, S, S, 3), of which this process answers its
        part.
        """
        part = self.team.part(len(photos))
        probabilities = torch.zeros(len(photos))
        probabilities[part] = torch.from_numpy(super().predict(photos[part]))
        return self.team.sum(probabilities).numpy()

    def let_dropout_know(self, part: slice, count: int) -> None:
        """Tell dropout which rows of the batch's masks are this process's."""
        for layer in self.model:
            if isinstance(layer, Dropout):
                layer.rows = (count, part)


class Forward(nn.Module):
    """A learner's way through its network, as one module."""

    def __init__(self, learner: TorchLearner) -> None:
        super().__init__()
        self.network = learner.model
        self.way: Any = learner.forward

    def forward(self, x: Tensor) -> Tensor:
        """Return P(class 1) (N, 1)."""
        probability: Tensor = self.way(x)
        return probability
