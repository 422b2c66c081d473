"""The queue before the slots: who came first gets the next free one, and everybody sees the order.

Whoever waits holds a locked file whose name is the time at which it came, so a place in the queue
is free again however its process ended.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from core.files import is_locked
from core.folders import slots_folder
from core.runs.commands import POLL_SECONDS, number_of
from core.runs.slots import Slot

LOOK_SECONDS = 0.25
"""Time between two looks at the queue: waiting must not slow those down who train."""
LEFT_SECONDS = 5.0
"""A file without a lock may just be about to get one; after so long it was left behind."""


class Ticket:
    """A place in the queue, for as long as the block that drew it lasts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ahead = 0
        self.looked_at = -LOOK_SECONDS

    def place(self) -> int:
        """Return the place in the queue, from 1, as it was a moment ago."""
        now = time.monotonic()
        if now - self.looked_at >= LOOK_SECONDS:
            self.looked_at = now
            earlier = [path for path in tickets() if path.name < self.path.name]
            self.ahead = sum(map(is_alive, earlier))
        return self.ahead + 1


def queue_folder() -> Path:
    """Return the folder of those who wait."""
    return slots_folder() / "waiting"


def tickets() -> list[Path]:
    """List the files of all who wait, the first in the queue first."""
    return sorted(queue_folder().glob("[0-9]*.lock"))


def is_alive(path: Path) -> bool:
    """Tell whether somebody waits with this ticket; one that was left behind is removed."""
    if is_locked(path):
        return True
    if abs(time.time() - number_of(path) / 1e9) > LEFT_SECONDS:
        path.unlink(missing_ok=True)
    return False


def somebody_waits() -> bool:
    """Tell whether a training that starts now has others before it."""
    return any(map(is_alive, tickets()))


@contextmanager
def drawn_ticket() -> Iterator[Ticket]:
    """Take the last place in the queue; it is given up when the block ends."""
    folder = queue_folder()
    folder.mkdir(parents=True, exist_ok=True)
    # Not before any that waits, even when the clock was set back meanwhile.
    newest = max(map(number_of, tickets()), default=0)
    path = folder / f"{max(time.time_ns(), newest + 1):020d}-{uuid.uuid4().hex}.lock"
    with FileLock(path):
        try:
            yield Ticket(path)
        finally:
            path.unlink(missing_ok=True)


def wait_for(slot: Slot, tell: Callable[[int], None]) -> None:
    """Return once ``slot`` is taken, after all who came earlier have theirs.

    Meanwhile ``tell`` is called with the place in the queue many times a second; what it raises
    ends the waiting.
    """
    if not somebody_waits() and slot.take():
        return
    with drawn_ticket() as ticket:
        while not (ticket.place() == 1 and slot.take()):
            tell(ticket.place())
            time.sleep(POLL_SECONDS)
