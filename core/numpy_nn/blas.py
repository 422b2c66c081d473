"""NumPy's own matrix product on one thread, so that our threads can each do one.

OpenBLAS, which NumPy brings along, spreads one product over all cores and waits for the slowest.
Here the cores work on different images instead: each copies, multiplies and adds without waiting
for the other, which is faster, and much faster when something else needs a core too.
"""

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np

NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)

lock = threading.Lock()
inside = 0
threads_before = 1


@cache
def openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """Return the functions that get and set OpenBLAS's number of threads.

    None where NumPy brings no OpenBLAS along; its products then keep their own threads.
    """
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            library = ctypes.CDLL(str(path))  # already loaded: this is the one that NumPy uses
            for name in NAMES:
                if hasattr(library, name.format("set")):
                    return getattr(library, name.format("get")), getattr(
                        library, name.format("set")
                    )
    return None


@contextmanager
def one_blas_thread() -> Iterator[bool]:
    """Keep matrix products on the thread that calls them; yields whether that could be done.

    It holds for the whole process, so those inside are counted and the last one out sets it back.
    """
    global inside, threads_before
    functions = openblas()
    if functions is None:
        yield False
        return
    get_threads, set_threads = functions
    with lock:
        if inside == 0:
            threads_before = get_threads()
            set_threads(1)
        inside += 1
    try:
        yield True
    finally:
        with lock:
            inside -= 1
            if inside == 0:
                set_threads(threads_before)
