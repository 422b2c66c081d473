"""Both cores for work that is not a matrix product: NumPy lets other threads run meanwhile."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache


@cache
def workers() -> int:
    """Number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def pool() -> ThreadPoolExecutor:
    """Return the threads, started at first use."""
    return ThreadPoolExecutor(workers(), thread_name_prefix="numpy_nn")


if hasattr(os, "register_at_fork"):  # threads do not survive a fork: the child starts its own
    os.register_at_fork(after_in_child=pool.cache_clear)


def slices(length: int, step: int) -> list[slice]:
    """Cut ``length`` elements into slices of at most ``step``."""
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def in_parallel(work: Callable[[slice], None], parts: Sequence[slice]) -> None:
    """Call ``work`` with every part, spread over the threads; the first error is raised."""
    if len(parts) < 2:
        for part in parts:
            work(part)
        return
    for _ in pool().map(work, parts):
        pass
