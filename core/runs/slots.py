"""Slots for trainings: a class of thirty may press Start, as many train at once as there are cores.

A slot is a locked file, so it is free again however its worker ended.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.files import is_locked
from core.folders import slots_folder
from core.runs.commands import POLL_SECONDS
from core.small_host import small_host
from core.system import cpu_count


def slots() -> int:
    """Return how many trainings share the machine at once; further ones wait."""
    return 1 if small_host() else max(2, cpu_count())


def others() -> str:
    """Say how many trainings keep a further one waiting."""
    many = slots()
    return "another training uses" if many == 1 else f"{many} other trainings use"


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


def nothing_is_trained() -> bool:
    """Tell whether all slots are free."""
    # Whoever looks holds a lock for an instant: what is held twice in a row is taken.
    return not any(is_locked(path) and is_locked(path) for path in slot_files())


def small_host_is_busy() -> bool:
    """Tell whether this is a small computer on which something is being trained."""
    return small_host() and not slot_is_free()


@contextmanager
def alone_on_small_host() -> Iterator[None]:
    """Let nothing be trained beside the block on a small computer; elsewhere nothing happens."""
    if not small_host():
        yield
        return
    with claimed(Slot()) as slot:
        while not slot.take():
            time.sleep(POLL_SECONDS)
        yield


def slot_files() -> list[Path]:
    """List the files whose locks are the slots."""
    folder = slots_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{number}.lock" for number in range(slots())]
