"""The machine underneath: how many processors there are, and how many threads libraries use.

This is the one place that sets the number of threads of torch, OpenCV and NumPy's BLAS. Each keeps
to one thread while anybody is inside its block, and has its former number again once all are out,
in whatever order and from whatever threads they came.
"""

import ctypes
import math
import os
import shutil
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias, TypeVar

Result = TypeVar("Result")
Functions: TypeAlias = tuple[Callable[[], int], Callable[[int], None]]
"""Those that get and set a library's number of threads."""

CLOCK_SLACK = 1.0
"""A file on another machine's disk may be so many seconds ahead of this one's clock."""
OPENBLAS_NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)
"""What OpenBLAS may call its functions, with "get" and "set" in the gap."""


@cache
def cpu_count() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def memory_bytes() -> int | None:
    """Return how much memory this computer has; None where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def seconds_since(then: float) -> float:
    """Return how long ago ``then`` was, in seconds of the wall clock since 1970.

    A time in the future was written before somebody set the clock back: nobody knows how long ago
    that was, so it counts as very long.
    """
    age = time.time() - then
    return max(0.0, age) if age > -CLOCK_SLACK else math.inf


def free_bytes(folder: Path) -> float:
    """Return how much room the disk of a folder has; infinity where it does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return math.inf


class OneThread:
    """A block that keeps a library to one thread: who is inside is counted under ``lock``, the
    first one in sets one thread and the last one out sets the former number back.

    ``find`` returns the library's functions, or None where nothing can be set; ``with`` tells
    whether there are any.
    """

    def __init__(self, lock: threading.Lock, find: Callable[[], Functions | None]) -> None:
        self.lock = lock
        self.find = find
        self.inside = 0
        self.threads_before = 1

    def __enter__(self) -> bool:
        functions = self.find()
        if functions is None:
            return False
        get_threads, set_threads = functions
        with self.lock:
            if self.inside == 0:
                self.threads_before = get_threads()
                set_threads(1)
            self.inside += 1
        return True

    def __exit__(self, *error: object) -> None:
        functions = self.find()
        if functions is None:
            return
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                functions[1](self.threads_before)


class OneThreadEach(threading.local, OneThread):
    """The same for a library that has a number of threads for each thread that calls it: each
    counts by itself.
    """


def one_opencv_thread() -> OneThread:
    """Keep OpenCV from splitting the work on one small photo over processors that are busy."""
    return opencv


def one_blas_thread() -> OneThread:
    """Keep NumPy's matrix products on the thread that calls them; ``with`` tells whether it can.

    For those who share work out to threads of their own: OpenBLAS would spread each product over
    all processors and wait for the slowest.
    """
    return blas


def one_torch_thread() -> OneThread:
    """Keep torch to one thread, for the calling thread alone, while it computes something small.

    Handing a few microseconds of work to a second thread takes longer than doing it, and ten times
    as long when the machine is busy.
    """
    return torch_here


def set_torch_threads(number: int) -> None:
    """Let torch use ``number`` threads from now on, in the calling thread and in all that have not
    used torch yet. Inside ``one_torch_thread`` the calling thread gets them after the block.
    """
    import torch

    with torch_here.lock:
        in_a_new_thread(lambda: torch.set_num_threads(number))
        torch_here.threads_before = number
        if not torch_here.inside:
            set_here(number)


def opencv_functions() -> Functions:
    """Return OpenCV's functions."""
    import cv2

    return cv2.getNumThreads, cv2.setNumThreads


@cache
def blas_functions() -> Functions | None:
    """Return those of the OpenBLAS that NumPy brings along, None where it brings another BLAS."""
    import numpy as np

    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            library = ctypes.CDLL(str(path))  # already loaded: this is the one that NumPy uses
            for name in OPENBLAS_NAMES:
                if hasattr(library, name.format("set")):
                    get, set_ = (getattr(library, name.format(verb)) for verb in ("get", "set"))
                    return get, set_
    return None


def torch_functions() -> Functions:
    """Return torch's, of which one sets the number of the calling thread alone."""
    import torch

    return torch.get_num_threads, set_here


def set_here(number: int) -> None:
    """Set torch's number of threads for work that the calling thread begins.

    ``torch.set_num_threads`` also sets the number that other threads get when they first use torch,
    and keep. That one, which only a new thread can read, is put back: whoever comes while somebody
    computes something small would be slow for good.
    """
    import torch

    if torch.get_num_threads() == number:
        return
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


opencv = OneThread(threading.Lock(), opencv_functions)
blas = OneThread(threading.Lock(), blas_functions)
torch_here = OneThreadEach(threading.Lock(), torch_functions)
