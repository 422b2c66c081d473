"""The log of a run: written line by line by one worker, read by any number of others.

The file only ever grows. A worker that was killed may leave half a line at its end, and lines for
batches whose weights were lost; the next worker says with ``Begun`` where it took the run up, and
a reader drops what came after that position. So every reader sees one history without holes.
"""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.events import (
    BatchDone,
    Begun,
    EpochDone,
    Evaluating,
    Event,
    LearningRateChanged,
    from_json,
    to_json,
)

FLUSH_SECONDS = 0.2


class EventWriter:
    """Appends events to a log, at most five writes a second unless something important happens."""

    def __init__(self, path: Path) -> None:
        self.waiting: list[str] = []
        self.flushed_at = 0.0
        self.file = path.open("ab", buffering=0)
        if self.file.tell() and not ends_with_newline(path):
            self.file.write(b"\n")  # ends the half line of a killed worker

    def add(self, event: Event) -> None:
        """Take an event; batches may wait a moment, everything else is written at once."""
        if isinstance(event, Evaluating):
            return
        self.waiting.append(to_json(event) + "\n")
        urgent = not isinstance(event, BatchDone)
        if urgent or time.monotonic() - self.flushed_at >= FLUSH_SECONDS:
            self.flush()

    def flush(self, *, durable: bool = False) -> None:
        """Write what waits; ``durable`` returns when it is on the disk."""
        if self.waiting:
            self.file.write("".join(self.waiting).encode())
            self.waiting.clear()
        self.flushed_at = time.monotonic()
        if durable:
            os.fsync(self.file.fileno())

    def close(self) -> None:
        """Write what waits and close the file."""
        self.flush()
        self.file.close()


def ends_with_newline(path: Path) -> bool:
    """Tell whether the last byte of a file that is not empty ends a line."""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


@dataclass(frozen=True)
class BatchLosses:
    """Loss per batch: ``steps`` (N,) int64 counted from 1 over all epochs, ``losses`` (N,)."""

    steps: np.ndarray
    losses: np.ndarray


@dataclass
class History:
    """Reads a log as it grows: each call parses only what was added since the last one.

    One object serves many threads.
    """

    path: Path
    offset: int = 0
    log: list[Event] = field(default_factory=list)
    batches: list[tuple[int, int]] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    epochs: list[EpochDone] = field(default_factory=list)
    changes: list[LearningRateChanged] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def events(self, after: int = 0) -> list[Event]:
        """Return the events of the log in order, without the first ``after`` ones.

        Nothing is dropped here: what a later ``Begun`` superseded is still in it.
        """
        with self.lock:
            self.read()
            return self.log[after:]

    def epoch_events(self) -> list[EpochDone]:
        """Return the epochs that count, in order, without their predictions."""
        with self.lock:
            self.read()
            return list(self.epochs)

    def learning_rates(self) -> list[LearningRateChanged]:
        """Return the changes of the learning rate that count."""
        with self.lock:
            self.read()
            return list(self.changes)

    def batch_losses(self) -> BatchLosses:
        """Return the loss of every batch that counts."""
        with self.lock:
            self.read()
            return BatchLosses(np.array(self.steps, np.int64), np.array(self.losses))

    def read(self) -> None:
        """Parse the whole lines that were added; a torn last line waits for its end."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                if size < self.offset:  # another file under the same name
                    self.forget()
                if size == self.offset:
                    return
                file.seek(self.offset)
                added = file.read()
        except FileNotFoundError:
            self.forget()
            return
        whole = added[: added.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.splitlines():
            try:
                self.take(from_json(line))
            except ValueError:
                continue  # half a line that a killed worker left

    def take(self, event: Event) -> None:
        """Sort one event in; ``Begun`` drops what came after its position."""
        self.log.append(event)
        if isinstance(event, BatchDone):
            self.batches.append((event.epoch - 1, event.step))
            self.steps.append((event.epoch - 1) * event.steps + event.step)
            self.losses.append(event.loss)
        elif isinstance(event, EpochDone):
            self.epochs.append(event)
        elif isinstance(event, LearningRateChanged):
            self.changes.append(event)
        elif isinstance(event, Begun):
            self.rewind(event)

    def rewind(self, begun: Begun) -> None:
        """Drop what came after the position at which a worker took the run up."""
        here = (begun.epoch, begun.step)
        while self.batches and self.batches[-1] > here:
            del self.batches[-1], self.steps[-1], self.losses[-1]
        self.epochs = [epoch for epoch in self.epochs if epoch.epoch <= begun.epoch]
        self.changes = [
            change
            for change in self.changes
            if (change.epoch, change.step) < here or change.learning_rate == begun.learning_rate
        ]

    def forget(self) -> None:
        """Start again from an empty log."""
        self.offset = 0
        self.log, self.epochs, self.changes = [], [], []
        self.batches, self.steps, self.losses = [], [], []
