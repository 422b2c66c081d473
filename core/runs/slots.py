"""Slots for trainings: a class of thirty may press Start, as many train at once as there are cores.

What looks at all of a run's photos (``core.explain``) has slots of its own, beside the trainings.
A slot is a locked file, so it is free again however its worker ended.
"""

import time
from collections.abc import Callable, Iterator
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


LOOKS = 2
"""How many processes look at all of a run's photos at once."""


class Slot:
    """A claim to one of the slots for trainings, or for looks."""

    def __init__(self, kind: str = "training") -> None:
        self.kind = kind
        self.lock: FileLock | None = None

    def take(self) -> bool:
        """Take a free slot, or keep the one already held; ``False`` when all are taken."""
        if self.lock is not None:
            return True
        for path in slot_files(self.kind):
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


def look_slot() -> Slot:
    """Return a claim for looking at photos: on a small computer, nothing is trained beside it."""
    return Slot() if small_host() else Slot("look")


def may_look() -> bool:
    """Tell whether there is room to look at all of a run's photos now."""
    with claimed(look_slot()) as slot:
        return slot.take()


@contextmanager
def room_to_look(check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Wait for the room to look at photos, and keep it for the block.

    ``check`` is called while it waits, and may raise to end that.
    """
    with claimed(look_slot()) as slot:
        while not slot.take():
            check()
            time.sleep(POLL_SECONDS)
        yield


def slot_files(kind: str = "training") -> list[Path]:
    """List the files whose locks are the slots."""
    folder = slots_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "look":
        return [folder / f"look-{number}.lock" for number in range(LOOKS)]
    return [folder / f"{number}.lock" for number in range(slots())]
