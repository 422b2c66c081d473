"""The curves of a run, as far as they are logged: what a verdict rests on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.config import TrainConfig
from core.errors import RunError
from core.runs.predictions import read_test_labels
from core.runs.rate_changes import rate_changes
from core.runs.run import Run
from core.runs.status import State
from core.training.events import EpochDone


@dataclass(frozen=True)
class Curves:
    """What a verdict is about.

    ``losses`` (N,) are those of all batches, ``rates`` the learning rates that were set, from the
    first to the one in force, since which ``since`` batches were trained. ``majority`` is the
    share of test photos in the larger class: what always saying the same gets right.
    """

    epochs: Sequence[EpochDone]
    losses: np.ndarray
    config: TrainConfig = field(default_factory=TrainConfig)
    rates: Sequence[float] = (5e-4,)
    since: int = 10**9
    train_photos: int = 600
    test_photos: int = 200
    majority: float = 0.5
    ended: bool = True
    diverged: bool = False

    @property
    def guessing_loss(self) -> float:
        """The loss of always answering with the shares of the classes: ln 2 for two equal ones."""
        share = min(max(self.majority, 0.5), 0.98)
        return -share * math.log(share) - (1 - share) * math.log(1 - share)

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return self.rates[-1]

    def above_guessing(self, accuracy: float, photos: int) -> bool:
        """Tell whether a share right is more than two standard errors above guessing."""
        return accuracy > self.majority + max(0.03, 1 / math.sqrt(max(1, photos)))


def curves_of(run: Run) -> Curves:
    """Read the curves of a run."""
    status = run.status()
    losses, changes = run.log.batch_losses().losses, rate_changes(run)
    try:
        labels = read_test_labels(run.path)
    except RunError:  # no photo was loaded yet
        labels = np.zeros(0, np.uint8)
    photos = run.record.get("photos") or {}
    ones = float(labels.mean()) if len(labels) else 0.5
    return Curves(
        run.log.epochs(),
        losses,
        run.config,
        rates=(run.config.learning_rate, *(change.after for change in changes)),
        since=len(losses) - (changes[-1].batches if changes else 0),
        train_photos=int(photos.get("train", 2 * run.config.train_per_class)),
        test_photos=len(labels) or 2 * run.config.test_per_class,
        majority=max(ones, 1 - ones),
        ended=not status.active,
        diverged=status.state is State.DIVERGED,
    )
