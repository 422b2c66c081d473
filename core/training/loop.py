"""The training loop, the same for both engines: a generator that says what happened.

Nothing here knows who listens: the command line prints the events, the worker writes them down,
a test collects them.
"""

import math
import time
from collections.abc import Generator
from contextlib import closing, nullcontext

import numpy as np

from core.config import TrainConfig
from core.data.batching import batch_slices, forget_pages
from core.data.dataset import Data, PhotoSet
from core.data.mistaken import as_seen
from core.training.events import (
    BatchDone,
    EpochDone,
    Evaluating,
    Event,
    Finished,
    LayersMeasured,
)
from core.training.preparation import prepared_batches
from core.training.schedule import learning_rate_at
from core.training.state import Snapshot, TrainingState

TEST_BATCH = 32
SNAPSHOT_EVERY = 20
"""Steps between copies of weights that are known to give a finite loss."""


def train(state: TrainingState, data: Data, config: TrainConfig) -> Generator[Event, None, None]:
    """Train on ``data`` from where ``state`` stands; yield what happened, a ``BatchDone`` a step.

    Each epoch ends with a test (``Evaluating`` between its batches) and ``EpochDone``. Its train
    loss and accuracy are running averages over the epoch's batches in training mode, while the
    weights were still changing; the test runs in evaluation mode. The last event is ``Finished``,
    or ``Diverged`` when a loss is not finite: the learner then holds the newest copied weights
    that gave a finite one (a copy is taken every 20 steps). Where the learner has more to say of a
    step, that comes right before its ``BatchDone``, and so do the layers, measured in the
    last whole batch of each epoch (``LayersMeasured``).

    Whoever listens can read the state and set its ``learning_rate`` between two batches. The same
    config, data and number of threads give the same weights, interrupted or not. Time the listener
    takes is not counted.
    """
    snapshot = Snapshot(state)
    while state.epoch < config.epochs:
        finite = yield from train_batches(state, data, config, snapshot)
        if not finite:
            step = state.step + 1
            yield snapshot.give_up(f"The loss of epoch {state.epoch + 1}, batch {step}", step)
            return
        probabilities = yield from evaluate(state, data.test, config)
        if not np.isfinite(probabilities).all():
            yield snapshot.give_up(f"An answer in the test of epoch {state.epoch + 1}", state.step)
            return
        epoch_done = close_epoch(state, data.test, probabilities)
        snapshot.take()
        snapshot.confirm()
        yield epoch_done
    yield Finished(state.epoch, state.test_accuracy)


def train_batches(
    state: TrainingState, data: Data, config: TrainConfig, snapshot: Snapshot
) -> Generator[Event, None, bool]:
    """Train what is left of the epoch; return whether every loss was finite."""
    photos = config.views * len(data.train)
    steps = len(batch_slices(photos, config.batch_size))
    last_whole = max(1, photos // config.batch_size)
    with closing(prepared_batches(data, config, state.epoch + 1, state.step)) as stream:
        started = time.monotonic()
        for batch in stream:
            copied = state.step > 0 and state.step % SNAPSHOT_EVERY == 0
            if copied:
                snapshot.take()
            done = state.epoch * steps + state.step
            total = config.epochs * steps
            rate = learning_rate_at(config.schedule, state.learning_rate, done, total)
            measured = state.step + 1 == last_whole
            with state.learner.measuring() if measured else nullcontext() as layers:
                loss, right = state.take_step(batch, rate, done)
            if not math.isfinite(loss):
                return False
            if copied:
                snapshot.confirm()
            state.count_batch(len(batch), loss, right, time.monotonic() - started)
            event = BatchDone(
                epoch=state.epoch + 1,
                step=state.step,
                steps=steps,
                loss=loss,
                accuracy=right / len(batch),
                learning_rate=rate,
                images=len(batch),
                images_per_second=state.pace.images_per_second(),
                seconds_left=seconds_left(state, data, config),
            )
            more = state.learner.report(event)
            if more is not None:
                yield more
            if layers:
                seen = len(range(len(batch))[state.team.part(len(batch))])
                yield LayersMeasured(event.epoch, event.step, seen, tuple(layers))
            yield event
            started = time.monotonic()
    return True


def seconds_left(state: TrainingState, data: Data, config: TrainConfig) -> float:
    """Estimate how long the rest of the training takes, with a test after each epoch."""
    epochs = config.epochs - state.epoch
    photos = epochs * config.views * len(data.train) - state.images
    return state.pace.seconds_left(photos, epochs, len(data.test))


def evaluate(
    state: TrainingState, photos: PhotoSet, config: TrainConfig
) -> Generator[Event, None, np.ndarray]:
    """Answer the test photos; return P(class 1) (N,) float32."""
    total, seconds = len(photos.labels), 0.0
    probabilities = np.empty(total, np.float32)
    for part in batch_slices(total, TEST_BATCH):
        began = time.monotonic()
        pixels = as_seen(np.array(photos.pixels[part]), config.mistakes)
        probabilities[part] = state.predict(pixels)
        forget_pages(photos.pixels)
        seconds += time.monotonic() - began
        yield Evaluating(state.epoch + 1, part.stop, total)
    state.pace.test_seconds = seconds
    state.seconds += seconds
    return probabilities


def close_epoch(state: TrainingState, photos: PhotoSet, probabilities: np.ndarray) -> EpochDone:
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
