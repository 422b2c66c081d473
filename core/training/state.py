"""Where a training stands, and the newest weights that are known to be good."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.config import TrainConfig
from core.training.averaging import WeightAverage
from core.training.events import Diverged
from core.training.learner import Learner, build_learner
from core.training.preparation import Batch
from core.training.schedule import Pace
from core.training.team import ALONE, Team


@dataclass
class TrainingState:
    """Where a training stands: with the learner's arrays, all it takes to go on bit for bit.

    ``epoch`` whole epochs and ``step`` batches of the next one are done. ``learning_rate`` is the
    schedule's peak; whoever listens may set it between two events. Sums run over the epoch. The
    weights that answer are the ``average`` of the learner's, where one is kept.
    """

    learner: Learner
    learning_rate: float
    average: WeightAverage | None = None
    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    right: int = 0
    images: int = 0
    seconds: float = 0.0
    test_accuracy: float = 0.0
    pace: Pace = field(default_factory=Pace)
    team: Team = ALONE

    def to_dict(self) -> dict[str, Any]:
        """Return the position and the sums as plain values for JSON."""
        return {name: getattr(self, name) for name in SAVED}

    def restore(self, values: dict[str, Any]) -> None:
        """Take over ``to_dict``'s values; ``KeyError`` when one is missing."""
        for name in SAVED:
            setattr(self, name, values[name])

    def weights(self) -> dict[str, np.ndarray]:
        """Return the weights that answer; views, which change with the next step."""
        return self.learner.weights() if self.average is None else self.average.arrays

    def trained(self) -> dict[str, np.ndarray]:
        """Return the weights in training under names of their own, where others answer."""
        if self.average is None:
            return {}
        return {TRAINED + name: array for name, array in self.learner.weights().items()}

    def memory(self) -> dict[str, np.ndarray]:
        """Return what it takes beside the weights that answer to go on bit for bit; views."""
        return self.learner.optimizer_arrays() | self.trained()

    def load(self, weights: Mapping[str, np.ndarray], memory: Mapping[str, np.ndarray]) -> None:
        """Copy in what ``weights`` and ``memory`` gave; without a memory go on from the weights."""
        trained, optimizer = apart(memory)
        self.load_weights(weights, trained)
        self.learner.load_optimizer_arrays(optimizer)

    def load_weights(
        self, weights: Mapping[str, np.ndarray], trained: Mapping[str, np.ndarray]
    ) -> None:
        """Copy in the weights that answer, and those in training, by their own names."""
        self.learner.load_weights(trained or weights)
        if self.average is not None:
            self.average = WeightAverage(self.average.decay, weights)

    def take_step(self, batch: Batch, learning_rate: float, step: int) -> tuple[float, int]:
        """Take one step, ``step`` of them behind it; return what the learner does."""
        loss, right = self.learner.train_batch(batch.photos, batch.targets, learning_rate, step)
        if self.average is not None and math.isfinite(loss):
            self.average.add(self.learner.weights(), step + 1)
        return loss, right

    def predict(self, photos: np.ndarray) -> np.ndarray:
        """Return P(class 1) (N,) float32 of photos (N, S, S, 3) uint8, with the weights that
        answer.
        """
        if self.average is None:
            return self.learner.predict(photos)
        trained = {name: np.array(array) for name, array in self.learner.weights().items()}
        self.learner.load_weights(self.average.arrays)
        try:
            return self.learner.predict(photos)
        finally:
            self.learner.load_weights(trained)

    def count_batch(self, images: int, loss: float, right: int, seconds: float) -> None:
        """Add one batch to the epoch's sums."""
        self.step += 1
        self.loss_sum += loss * images
        self.right += right
        self.images += images
        self.seconds += seconds
        self.pace.add(images, seconds)

    def next_epoch(self) -> None:
        """Go to the start of the next epoch."""
        self.epoch, self.step = self.epoch + 1, 0
        self.loss_sum, self.right, self.images, self.seconds = 0.0, 0, 0, 0.0


TRAINED = "trained."
"""Before the names of weights in training, where they are kept beside those that answer."""

SAVED = (
    *("learning_rate", "epoch", "step", "loss_sum", "right", "images", "seconds"),
    "test_accuracy",
)


class Snapshot:
    """Keeps a copy of the newest weights that are known to give a finite loss."""

    def __init__(self, state: TrainingState) -> None:
        self.state = state
        self.safe: dict[str, np.ndarray] = {}
        self.candidate: dict[str, np.ndarray] = {}
        self.safe_position = self.candidate_position = state.to_dict()
        self.take()
        self.confirm()

    def take(self) -> None:
        """Copy the weights as they are now, not yet known to be good."""
        for name, array in (self.state.weights() | self.state.trained()).items():
            if name in self.candidate:
                np.copyto(self.candidate[name], array)
            else:
                self.candidate[name] = np.array(array)
        self.candidate_position = self.state.to_dict()

    def confirm(self) -> None:
        """Trust the last copy: its loss was finite."""
        self.safe, self.candidate = self.candidate, self.safe
        self.safe_position = self.candidate_position

    def give_up(self, what: str, step: int) -> Diverged:
        """Put the trusted weights back; ``what`` was not finite in ``step`` of this epoch."""
        state = self.state
        epoch = state.epoch + 1
        trained, weights = apart(self.safe)
        state.load_weights(weights, trained)
        state.restore(self.safe_position)
        return Diverged(
            *(epoch, step, state.epoch, state.step),
            f"{what} is not a finite number, so the training stopped. The weights kept are those "
            f"after {state.epoch} epochs and {state.step} batches. A smaller learning rate "
            "usually helps.",
        )


def apart(arrays: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the weights in training, by the network's own names, and all other arrays."""
    trained = {
        name.removeprefix(TRAINED): array
        for name, array in arrays.items()
        if name.startswith(TRAINED)
    }
    others = {name: array for name, array in arrays.items() if not name.startswith(TRAINED)}
    return trained, others


def build_state(config: TrainConfig, team: Team = ALONE) -> TrainingState:
    """Build the network of ``config`` and its optimiser, with nothing trained yet."""
    learner = build_learner(config, team)
    average = None
    if config.weight_average:
        average = WeightAverage(config.weight_average, learner.weights())
    return TrainingState(learner, config.learning_rate, average, team=team)
