"""Taking turns on a small computer: a training rests while a page is being computed.

A page says that it computes by a lock, so it has ended however its process did. Elsewhere both
compute side by side, and nothing here does anything.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from core.files import is_locked
from core.folders import slots_folder
from core.small_host import small_host

POLL_SECONDS = 0.02
LOCK_SECONDS = 0.1
PATIENCE_SECONDS = 10.0
"""No page holds a training up for longer."""


class Pages:
    """This process's pages that are being computed: the first one in takes the lock, the last one
    out lets it go.
    """

    def __init__(self) -> None:
        self.inside = 0
        self.counting = threading.Lock()
        self.lock: FileLock | None = None

    def come(self) -> None:
        """Count one more."""
        with self.counting:
            self.inside += 1
            if self.lock is None:
                lock = FileLock(turn_file(), thread_local=False)
                # A training that looks holds it for an instant; another server's pages may, too.
                with contextlib.suppress(Timeout):
                    lock.acquire(timeout=LOCK_SECONDS, poll_interval=0.005)
                    self.lock = lock

    def go(self) -> None:
        """Count one less."""
        with self.counting:
            self.inside -= 1
            if self.inside == 0 and self.lock is not None:
                self.lock.release()
                self.lock = None


pages = Pages()


@contextlib.contextmanager
def page_computes() -> Iterator[None]:
    """Let trainings rest while the block is at work."""
    if not small_host():
        yield
        return
    pages.come()
    try:
        yield
    finally:
        pages.go()


def wait_for_pages() -> None:
    """Return when no page is being computed, at most a few seconds later."""
    if not small_host():
        return
    began, path = time.monotonic(), turn_file()
    while is_locked(path) and time.monotonic() - began < PATIENCE_SECONDS:
        time.sleep(POLL_SECONDS)


def turn_file() -> Path:
    """Return the file whose lock says that a page is being computed."""
    folder = slots_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "page.lock"
