"""The training loop, the same for both engines: a generator that says what happened.

Nothing here knows who listens: the command line prints the events, the worker writes them down,
a test collects them.
"""

import itertools
import math
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from core.augment import augment
from core.config import TrainConfig
from core.data.dataset import batches, forget_pages
from core.events import BatchDone, Diverged, EpochDone, Evaluating, Event, Finished
from core.schedule import Pace, learning_rate_at, steps_per_epoch

if TYPE_CHECKING:
    from core.data.dataset import Data, PhotoSet

TEST_BATCH = 32
SNAPSHOT_EVERY = 20
"""Steps between copies of weights that are known to give a finite loss."""


class Learner(Protocol):
    """One network and its optimiser, whatever computes them; see ``core.torch_learner``."""

    model: Any

    def train_batch(
        self, photos: np.ndarray, labels: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take one step; return the mean loss before it and how many photos were right."""
        ...

    def predict(self, photos: np.ndarray) -> np.ndarray:
        """Return P(class 1) (N,) float32 in evaluation mode."""
        ...

    def weights(self) -> dict[str, np.ndarray]:
        """Return all weights and statistics by name."""
        ...

    def load_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Copy weights in; ``ValueError`` when they do not fit."""
        ...

    def optimizer_arrays(self) -> dict[str, np.ndarray]:
        """Return the optimiser's memory by name."""
        ...

    def load_optimizer_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy an optimiser's memory in."""
        ...


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


def make_state(model: Any, config: TrainConfig) -> TrainingState:
    """Join ``model``, of the engine of ``config``, to its optimiser, with nothing trained yet."""
    if config.engine == "numpy":
        from core.numpy_learner import NumpyLearner

        return TrainingState(NumpyLearner(model, config), config.learning_rate)
    from core.torch_learner import TorchLearner  # torch takes seconds to import

    return TrainingState(TorchLearner(model, config), config.learning_rate)


def build_state(config: TrainConfig) -> TrainingState:
    """Build the preset network of ``config`` and join its optimiser to it.

    Both engines start from the same weights.
    """
    from core.models import build_model

    model = build_model(config.model, config.image_size, config.init, config.seed)
    if config.engine == "torch":
        return make_state(model, config)
    from core.numpy_nn import build_network, describe

    network = build_network(describe(model))
    network.load_weights({name: tensor.numpy() for name, tensor in model.state_dict().items()})
    return make_state(network, config)


def train(
    model: Any, data: "Data", config: TrainConfig, state: TrainingState | None = None
) -> Generator[Event, None, None]:
    """Train ``model`` on ``data`` and yield what happened, one ``BatchDone`` a step.

    Each epoch ends with a test (``Evaluating`` between its batches) and ``EpochDone``. Its train
    loss and accuracy are running averages over the epoch's batches in training mode, while the
    weights were still changing; the test runs in evaluation mode. The last event is ``Finished``,
    or ``Diverged`` when a loss is not finite: the model then holds the newest copied weights that
    gave a finite one (a copy is taken every 20 steps).

    With ``state`` the training goes on where it stands, and whoever listens can read it and set
    its ``learning_rate`` between two events. The same config, data and number of threads give the
    same weights, interrupted or not. Time the listener takes is not counted.
    """
    state = state or make_state(model, config)
    snapshot = Snapshot(state)
    while state.epoch < config.epochs:
        finite = yield from train_batches(state, data, config, snapshot)
        if not finite:
            step = state.step + 1
            yield snapshot.give_up(f"The loss of epoch {state.epoch + 1}, batch {step}", step)
            return
        probabilities = yield from evaluate(state, data.test)
        if not np.isfinite(probabilities).all():
            yield snapshot.give_up(f"An answer in the test of epoch {state.epoch + 1}", state.step)
            return
        epoch_done = close_epoch(state, data.test, probabilities)
        snapshot.take()
        snapshot.confirm()
        yield epoch_done
    yield Finished(state.epoch, state.test_accuracy)


def train_batches(
    state: TrainingState, data: "Data", config: TrainConfig, snapshot: Snapshot
) -> Generator[Event, None, bool]:
    """Train what is left of the epoch; return whether every loss was finite."""
    photos_per_epoch, test_photos = len(data.train.labels), len(data.test.labels)
    steps = steps_per_epoch(photos_per_epoch, config.batch_size)
    stream = batches(data.train, config.batch_size, config.seed, state.epoch + 1)
    started = time.monotonic()
    for photos, labels in itertools.islice(stream, state.step, None):
        copied = state.step > 0 and state.step % SNAPSHOT_EVERY == 0
        if copied:
            snapshot.take()
        if config.augment:
            photos = augment(photos, config.seed, state.epoch + 1, state.step + 1)
        done = state.epoch * steps + state.step
        rate = learning_rate_at(config.schedule, state.learning_rate, done, config.epochs * steps)
        loss, right = state.learner.train_batch(photos, labels, rate, done)
        if not math.isfinite(loss):
            return False
        if copied:
            snapshot.confirm()
        state.count_batch(len(labels), loss, right, time.monotonic() - started)
        epochs_left = config.epochs - state.epoch
        yield BatchDone(
            epoch=state.epoch + 1,
            step=state.step,
            steps=steps,
            loss=loss,
            accuracy=right / len(labels),
            learning_rate=rate,
            images=len(labels),
            images_per_second=state.pace.images_per_second(),
            seconds_left=state.pace.seconds_left(
                epochs_left * photos_per_epoch - state.images, epochs_left, test_photos
            ),
        )
        started = time.monotonic()
    return True


def evaluate(state: TrainingState, photos: "PhotoSet") -> Generator[Event, None, np.ndarray]:
    """Answer the test photos; return P(class 1) (N,) float32."""
    total, seconds = len(photos.labels), 0.0
    probabilities = np.empty(total, np.float32)
    for start in range(0, total, TEST_BATCH):
        began = time.monotonic()
        part = slice(start, min(start + TEST_BATCH, total))
        probabilities[part] = state.learner.predict(np.array(photos.pixels[part]))
        forget_pages(photos.pixels)
        seconds += time.monotonic() - began
        yield Evaluating(state.epoch + 1, part.stop, total)
    state.pace.test_seconds = seconds
    state.seconds += seconds
    return probabilities


def close_epoch(state: TrainingState, photos: "PhotoSet", probabilities: np.ndarray) -> EpochDone:
    """Sum the epoch up and go to the start of the next one."""
    state.test_accuracy = accuracy(probabilities, photos.labels)
    epoch_done = EpochDone(
        epoch=state.epoch + 1,
        train_loss=state.loss_sum / state.images,
        train_accuracy=state.right / state.images,
        test_loss=cross_entropy(probabilities, photos.labels),
        test_accuracy=state.test_accuracy,
        seconds=state.seconds,
        probabilities=probabilities,
    )
    state.next_epoch()
    return epoch_done


def cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean binary cross entropy of P(class 1) (N,) and labels (N,) of 0 and 1.

    Logarithms end at -100, as in ``torch.nn.BCELoss``, so that one sure mistake stays finite.
    """
    of_the_label = np.where(labels == 1, probabilities, 1.0 - probabilities.astype(np.float64))
    with np.errstate(divide="ignore"):
        return float(-np.maximum(np.log(of_the_label), -100.0).mean())


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the share (0..1) of photos on the right side of 0.5; 0.5 itself counts as class 1."""
    return float(((probabilities >= 0.5) == (labels == 1)).mean())
