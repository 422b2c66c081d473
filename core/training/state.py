"""Where a training stands, and the newest weights that are known to be good."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.config import TrainConfig
from core.training.events import Diverged
from core.training.learner import Learner, build_learner
from core.training.schedule import Pace


@dataclass
class TrainingState:
    """Where a training stands: with the learner's arrays, all it takes to go on bit for bit.

    ``epoch`` whole epochs and ``step`` batches of the next one are done. ``learning_rate`` is the
    schedule's peak; whoever listens may set it between two events. Sums run over the epoch.
    """

    learner: Learner
    learning_rate: float
    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    right: int = 0
    images: int = 0
    seconds: float = 0.0
    test_accuracy: float = 0.0
    pace: Pace = field(default_factory=Pace)

    def to_dict(self) -> dict[str, Any]:
        """Return the position and the sums as plain values for JSON."""
        return {name: getattr(self, name) for name in SAVED}

    def restore(self, values: dict[str, Any]) -> None:
        """Take over ``to_dict``'s values; ``KeyError`` when one is missing."""
        for name in SAVED:
            setattr(self, name, values[name])

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
        for name, array in self.state.learner.weights().items():
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
        state.learner.load_weights(self.safe)
        state.restore(self.safe_position)
        return Diverged(
            *(epoch, step, state.epoch, state.step),
            f"{what} is not a finite number, so the training stopped. The weights kept are those "
            f"after {state.epoch} epochs and {state.step} batches. A smaller learning rate "
            "usually helps.",
        )


def build_state(config: TrainConfig) -> TrainingState:
    """Build the network of ``config`` and its optimiser, with nothing trained yet."""
    return TrainingState(build_learner(config), config.learning_rate)
