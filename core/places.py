"""Places to train in: a class of thirty may press Start, as many trainings run as there are cores.

A place is a locked file, so it is free again however its worker ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.runs import runs_root
from core.system import cpu_count

PLACES = max(2, cpu_count())
"""How many trainings share the machine at once; further ones wait."""


class Place:
    """One training's claim to a place."""

    def __init__(self) -> None:
        self.lock: FileLock | None = None

    def take(self) -> bool:
        """Take a free place, or keep the one already held; ``False`` when all are taken."""
        if self.lock is not None:
            return True
        for path in place_files():
            lock = FileLock(path)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            self.lock = lock
            return True
        return False

    def leave(self) -> None:
        """Give the place to someone else."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None


@contextmanager
def claimed(place: Place) -> Iterator[Place]:
    """Give the place back when the block ends."""
    try:
        yield place
    finally:
        place.leave()


def place_is_free() -> bool:
    """Tell whether a training that starts now would not have to wait."""
    with claimed(Place()) as place:
        return place.take()


def place_files() -> list[Path]:
    """List the files whose locks are the places."""
    folder = runs_root() / ".places"
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{number}.lock" for number in range(PLACES)]
