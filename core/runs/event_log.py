"""The log of a run: written line by line by one worker, read by any number of others.

The file only ever grows. A worker that was killed may leave half a line at its end, and lines for
batches whose weights were lost; the next worker says with ``Begun`` where it took the run up, and
a reader drops what came after that position. So every reader sees one history without holes.
"""

import functools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.files import write_all, writing
from core.training.events import (
    BatchDone,
    Begun,
    EnginesCompared,
    EpochDone,
    Evaluating,
    Event,
    LayersMeasured,
    LearningRateChanged,
    from_json,
    to_json,
)

FLUSH_SECONDS = 0.2


class EventLogWriter:
    """Appends events to a log, at most five writes a second unless something important happens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waiting: list[str] = []
        self.flushed_at = 0.0
        self.file = path.open("ab", buffering=0)
        if self.file.tell() and not ends_with_newline(path):
            self.waiting.append("\n")  # ends the half line of a killed worker

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
        with writing(self.path):
            if self.waiting:
                self._append("".join(self.waiting).encode())
            self.flushed_at = time.monotonic()
            if durable:
                os.fsync(self.file.fileno())

    def _append(self, lines: bytes) -> None:
        """Write lines that wait; where the disk is full, those that went in whole stay."""
        descriptor = self.file.fileno()
        before = os.fstat(descriptor).st_size
        try:
            write_all(descriptor, lines)
        except OSError:
            # Readers take whole lines only, so half a one may go without any of them noticing.
            written = lines[: os.fstat(descriptor).st_size - before]
            whole = written.rfind(b"\n") + 1
            os.ftruncate(descriptor, before + whole)
            self.waiting = [lines[whole:].decode()]
            raise
        self.waiting.clear()

    def close(self) -> None:
        """Write what waits and close the file, even when there is no room for it."""
        try:
            self.flush()
        finally:
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


class EventLog:
    """Reads a log as it grows: each call parses only what was added since the last one.

    One object serves many threads.
    """

    _events: list[Event]
    _positions: list[tuple[int, int]]
    _steps: list[int]
    _losses: list[float]
    _comparisons: dict[tuple[int, int], EnginesCompared]
    _layers: list[LayersMeasured]
    _epochs: list[EpochDone]
    _changes: list[LearningRateChanged]

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._forget()

    def events(self, after: int = 0) -> list[Event]:
        """Return the events of the log in order, without the first ``after`` ones.

        Nothing is dropped here: what a later ``Begun`` superseded is still in it.
        """
        with self._read():
            return self._events[after:]

    def epochs(self) -> list[EpochDone]:
        """Return the epochs that count, in order, without their predictions."""
        with self._read():
            return list(self._epochs)

    def learning_rates(self) -> list[LearningRateChanged]:
        """Return where the learning rate was changed by hand, as far as it counts."""
        with self._read():
            return list(self._changes)

    def steps_per_epoch(self) -> int:
        """Return how many batches an epoch has; 0 while that is not known."""
        with self._read():
            return self._steps_per_epoch

    def note(self) -> str:
        """Return what the newest worker had to say when it took the run up, or ""."""
        with self._read():
            return self._note

    def batch_losses(self) -> BatchLosses:
        """Return the loss of every batch that counts."""
        with self._read():
            return BatchLosses(np.array(self._steps, np.int64), np.array(self._losses))

    def comparisons(self) -> list[EnginesCompared]:
        """Return how far both engines were apart after every step that counts, in order."""
        with self._read():
            return [self._comparisons[position] for position in sorted(self._comparisons)]

    def layers(self) -> list[LayersMeasured]:
        """Return what was measured in each layer at the end of each epoch that counts, in order."""
        with self._read():
            return list(self._layers)

    @contextmanager
    def _read(self) -> Iterator[None]:
        """Parse the whole lines that were added; a torn last line waits for its end."""
        with self._lock:
            for line in self._added().splitlines():
                try:
                    self._take(from_json(line))
                except ValueError:
                    continue  # half a line that a killed worker left
            yield

    def _added(self) -> bytes:
        """Return the whole lines that are new, and remember that they were read."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self._offset:  # another file under the same name
                    self._forget()
                file.seek(self._offset)
                added = file.read()
        except FileNotFoundError:
            self._forget()
            return b""
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole

    def _take(self, event: Event) -> None:
        """Sort one event in; ``Begun`` drops what came after its position."""
        self._events.append(event)
        if isinstance(event, Begun | BatchDone):
            self._steps_per_epoch = event.steps
        if isinstance(event, BatchDone):
            self._positions.append((event.epoch - 1, event.step))
            self._steps.append((event.epoch - 1) * event.steps + event.step)
            self._losses.append(event.loss)
        elif isinstance(event, EnginesCompared):
            self._comparisons[event.epoch, event.step] = event
        elif isinstance(event, LayersMeasured):
            self._layers.append(event)
        elif isinstance(event, EpochDone):
            self._epochs.append(event)
        elif isinstance(event, LearningRateChanged):
            self._changes.append(event)
        elif isinstance(event, Begun):
            self._note = event.note
            self._rewind(event)

    def _rewind(self, begun: Begun) -> None:
        """Drop what came after the position at which a worker took the run up."""
        here = (begun.epoch, begun.step)
        while self._positions and self._positions[-1] > here:
            del self._positions[-1], self._steps[-1], self._losses[-1]
        self._comparisons = {
            (epoch, step): compared
            for (epoch, step), compared in self._comparisons.items()
            if (epoch - 1, step) <= here
        }
        self._layers = [each for each in self._layers if (each.epoch - 1, each.step) <= here]
        self._epochs = [epoch for epoch in self._epochs if epoch.epoch <= begun.epoch]
        self._changes = [
            change
            for change in self._changes
            if (change.epoch, change.step) < here
            or ((change.epoch, change.step) == here and change.learning_rate == begun.learning_rate)
        ]

    def _forget(self) -> None:
        """Start again from an empty log."""
        self._offset = self._steps_per_epoch = 0
        self._note = ""
        self._events, self._positions, self._steps, self._losses = [], [], [], []
        self._comparisons, self._layers, self._epochs, self._changes = {}, [], [], []


@functools.lru_cache(maxsize=64)
def log_of(path: Path) -> EventLog:
    """Return the one reader of a log in this process, so that nobody parses it twice."""
    return EventLog(path)
