"""What many look at is read once: a reading is handed to all who come while it is fresh."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")
MOST_KEPT = 64


class SharedReadings(Generic[Value]):
    """The newest reading of each thing that somebody looks at, for all threads of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.readings: OrderedDict[Hashable, Reading[Value]] = OrderedDict()

    def get(
        self, thing: Hashable, mark: Hashable, read: Callable[[], Value], seconds: float = 0.0
    ) -> Value:
        """Return what ``read`` returned for ``thing`` when its ``mark`` was the same, or at most so
        many ``seconds`` ago; else what it returns now.

        Of those who come at the same time one reads and the others wait for it.
        """
        with self.lock:
            reading = self.readings.setdefault(thing, Reading())
            self.readings.move_to_end(thing)
            if len(self.readings) > MOST_KEPT:
                self.readings.popitem(last=False)
        return reading.get(mark, read, seconds)


class Reading(Generic[Value]):
    """The newest reading of one thing."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.newest: tuple[Hashable, float, Value] | None = None

    def get(self, mark: Hashable, read: Callable[[], Value], seconds: float) -> Value:
        """Return the newest reading, or read anew where it is too old."""
        with self.lock:
            if self.newest is not None:
                marked, at, value = self.newest
                if marked == mark or time.monotonic() - at < seconds:
                    return value
            value = read()
            self.newest = mark, time.monotonic(), value
            return value
