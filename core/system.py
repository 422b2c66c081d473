"""The machine underneath: how many processors there are, and how many threads libraries use.

This is the one place that sets the number of threads of torch, OpenCV and NumPy's BLAS. Each keeps
to one thread while anybody is inside its block, and has its former number again once all are out,
in whatever order and from whatever threads they came.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

OPENBLAS_FUNCTIONS = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)
"""What the functions that get and set its number of threads may be called."""


@cache
def cpu_count() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Users:
    """Counts, under ``lock``, who keeps a library to one thread."""

    def __init__(self, lock: threading.Lock) -> None:
        self.lock = lock
        self.inside = 0
        self.threads_before = 1

    @contextmanager
    def join(self, read: Callable[[], int], write: Callable[[int], None]) -> Iterator[None]:
        """Be counted inside the block; the first one in sets one thread, the last one out sets the
        former number back. ``read`` and ``write`` get and set the library's number.
        """
        with self.lock:
            if self.inside == 0:
                self.threads_before = read()
                write(1)
            self.inside += 1
        try:
            yield
        finally:
            with self.lock:
                self.inside -= 1
                if self.inside == 0:
                    write(self.threads_before)


opencv_users, blas_users = Users(threading.Lock()), Users(threading.Lock())
torch_users, torch_lock = threading.local(), threading.Lock()


@contextmanager
def one_opencv_thread() -> Iterator[None]:
    """Keep OpenCV from splitting the work on one small photo over processors that are busy."""
    import cv2

    with opencv_users.join(cv2.getNumThreads, cv2.setNumThreads):
        yield


@contextmanager
def one_blas_thread() -> Iterator[bool]:
    """Keep NumPy's matrix products on the thread that calls them; yields whether that can be done.

    For those who share work out to threads of their own: OpenBLAS would spread each product over
    all processors and wait for the slowest.
    """
    functions = openblas()
    if functions is None:
        yield False
        return
    with blas_users.join(*functions):
        yield True


@cache
def openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """Return the functions that get and set OpenBLAS's number of threads.

    None where NumPy brings no OpenBLAS along; its products then keep their own threads.
    """
    import numpy as np

    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            library = ctypes.CDLL(str(path))  # already loaded: this is the one that NumPy uses
            for name in OPENBLAS_FUNCTIONS:
                if hasattr(library, name.format("set")):
                    return getattr(library, name.format("get")), getattr(
                        library, name.format("set")
                    )
    return None


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Keep torch to one thread, for the calling thread alone, while it computes something small.

    Handing a few microseconds of work to a second thread takes longer than doing it, and ten times
    as long when the machine is busy.
    """
    import torch

    with users_of_this_thread().join(torch.get_num_threads, set_for_this_thread):
        yield


def set_torch_threads(number: int) -> None:
    """Let torch use ``number`` threads from now on, in the calling thread and in all that have not
    used torch yet. Inside ``one_torch_thread`` the calling thread gets them after the block.
    """
    import torch

    users = users_of_this_thread()
    with torch_lock:
        in_a_new_thread(lambda: torch.set_num_threads(number))
        users.threads_before = number
        if not users.inside:
            set_for_this_thread(number)


def users_of_this_thread() -> Users:
    """Count for each thread by itself, as torch does."""
    if not hasattr(torch_users, "users"):
        torch_users.users = Users(torch_lock)
    users: Users = torch_users.users
    return users


def set_for_this_thread(number: int) -> None:
    """Set torch's number of threads for work that the calling thread begins.

    ``torch.set_num_threads`` also sets the number that other threads get when they first use torch,
    and keep. That one, which only a new thread can read, is put back: whoever comes while somebody
    computes something small would be slow for good.
    """
    import torch

    for_newcomers = in_a_new_thread(torch.get_num_threads)
    torch.set_num_threads(number)
    in_a_new_thread(lambda: torch.set_num_threads(for_newcomers))


def in_a_new_thread(function: Callable[[], Result]) -> Result:
    """Call ``function`` in a thread that has not used torch, and wait for what it returns."""
    results: list[Result] = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]
