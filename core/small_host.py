"""Small computers: ``GLASS_CNN_SMALL=1`` lets everything fit into 700 MB, at the price of speed.

One training at a time and nothing else computing beside it, no worker kept warm, no times measured;
a training rests between two batches while a page is being computed; and what is not in use is given
back to the system at once, not kept for the next time.
"""

import ctypes
import os
from functools import cache

ARENAS = 2
KEPT = 2**17
"""Bytes: larger pieces are taken from the system one by one, and go back to it when free."""
MALLOC = {
    "MALLOC_ARENA_MAX": ARENAS,
    "MALLOC_TRIM_THRESHOLD_": KEPT,
    "MALLOC_MMAP_THRESHOLD_": KEPT,
}
"""What tells the C library of Linux so when a process starts, mallopt(3)."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""The same as numbers, for a process that runs already."""


def small_host() -> bool:
    """Tell whether this computer counts as small."""
    return os.environ.get("GLASS_CNN_SMALL") == "1"


def for_child() -> dict[str, str]:
    """Return what the environment of a child process needs beside this one's."""
    return {name: str(value) for name, value in MALLOC.items()} if small_host() else {}


@cache
def keep_little() -> bool:
    """Let this process keep little memory that is not in use; tell whether that could be set.

    Nothing happens where the computer is not small, or its C library has no such setting.
    """
    if not small_host():
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, TypeError, OSError):  # macOS, Windows, musl
        return False
    settings = {M_ARENA_MAX: ARENAS, M_TRIM_THRESHOLD: KEPT, M_MMAP_THRESHOLD: KEPT}
    return all(mallopt(name, value) for name, value in settings.items())
