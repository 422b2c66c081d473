"""Finding a learning rate: some steps with a growing rate, after which all is put back.

The range test of Smith (2017), "Cyclical learning rates for training neural networks", with rates
that grow by the same factor at every step. What the losses come to says ``rate_suggestion``.
"""

import itertools
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from core.config import TrainConfig
from core.data.dataset import Bytes, Data
from core.data.mistaken import as_seen
from core.training.augmentation import Targets
from core.training.learner import Learner
from core.training.preparation import smoothed, training_stream
from core.training.rate_suggestion import BATCHES
from core.training.state import TrainingState

STEPS = 100
LOWEST_RATE, HIGHEST_RATE = 1e-6, 10.0
EXPLODED = 4.0
"""The steps end where the running average of the loss is so many times its smallest one."""
INERTIA = 0.8
"""Share of the old in the running average, which begins with the first loss."""


@dataclass(frozen=True)
class RateTried:
    """Step ``step`` of ``steps`` at most: the batch's ``loss`` before it was taken."""

    step: int
    steps: int
    learning_rate: float
    loss: float


def rates_to_try(steps: int = STEPS) -> list[float]:
    """Return the learning rates, each larger than the one before by the same factor."""
    return [float(rate) for rate in np.geomspace(LOWEST_RATE, HIGHEST_RATE, steps)]


def try_rates(
    state: TrainingState, data: Data, config: TrainConfig, steps: int = STEPS
) -> Generator[RateTried, None, None]:
    """Take steps from where ``state`` stands, each with a larger learning rate; yield each.

    The batches are the next ones of a training, ``BATCHES`` of them. It ends early when the loss is
    not finite, which is not yielded, or when it explodes. However it ends, weights, what batch norm
    keeps and the optimiser's memory are then those of before, bit for bit.
    """
    learner = state.learner
    weights, memory = copied(learner.weights()), copied(learner.optimizer_arrays())
    try:
        yield from take_steps(learner, next_batches(state, data, config), rates_to_try(steps))
    finally:
        learner.load_weights(weights)
        learner.load_optimizer_arrays(memory)


def take_steps(
    learner: Learner, batches: Iterator[tuple[int, Bytes, Targets]], rates: list[float]
) -> Generator[RateTried, None, None]:
    """Take a step for each of ``rates`` until the loss explodes."""
    average = smallest = math.inf
    for step, (rate, (number, photos, targets)) in enumerate(zip(rates, batches, strict=False), 1):
        loss, _ = learner.train_batch(photos, targets, rate, number)
        if not math.isfinite(loss):
            return
        yield RateTried(step, len(rates), rate, loss)
        average = loss if step == 1 else INERTIA * average + (1 - INERTIA) * loss
        smallest = min(smallest, average)
        if average > EXPLODED * smallest:
            return


def next_batches(
    state: TrainingState, data: Data, config: TrainConfig
) -> Iterator[tuple[int, Bytes, Targets]]:
    """Yield number, photos and labels of the batches that come round, never varied.

    Where the epoch has not so many left, those of the next one follow.
    """
    epoch = state.epoch + 1
    this, following = (
        training_stream(data, config, *place) for place in ((epoch, state.step), (epoch + 1,))
    )
    first = list(itertools.islice(itertools.chain(this, following), BATCHES))
    for number in itertools.count():
        photos, labels = first[number % len(first)]
        targets = smoothed(labels, config.label_smoothing)
        yield number, as_seen(photos, config.mistakes), targets


def copied(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return copies that later steps do not change."""
    return {name: np.array(array) for name, array in arrays.items()}
