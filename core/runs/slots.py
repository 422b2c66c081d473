"""Slots for trainings: a class of thirty may press Start, as many train at once as there are cores.

A slot is a locked file, so it is free again however its worker ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.folders import slots_folder
from core.system import cpu_count

SLOTS = max(2, cpu_count())
"""How many trainings share the machine at once; further ones wait."""


class Slot:
    """One training's claim to a slot."""

    def __init__(self) -> None:
        self.lock: FileLock | None = None

    def take(self) -> bool:
        """Take a free slot, or keep the one already held; ``False`` when all are taken."""
        if self.lock is not None:
            return True
        for path in slot_files():
            lock = FileLock(path)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            self.lock = lock
            return True
        return False

    def leave(self) -> None:
        """Give the slot to someone else."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None


@contextmanager
def claimed(slot: Slot) -> Iterator[Slot]:
    """Give the slot back when the block ends."""
    try:
        yield slot
    finally:
        slot.leave()


def slot_is_free() -> bool:
    """Tell whether a training that starts now would not have to wait."""
    with claimed(Slot()) as slot:
        return slot.take()


def slot_files() -> list[Path]:
    """List the files whose locks are the slots."""
    folder = slots_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{number}.lock" for number in range(SLOTS)]
