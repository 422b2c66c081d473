"""All cores at once: NumPy lets other threads run while it copies, adds and multiplies."""

import itertools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from typing import TypeVar

import numpy as np

from core.system import cpu_count

Result = TypeVar("Result")


@cache
def pool() -> ThreadPoolExecutor:
    """Return the threads beside the calling one, started at first use."""
    return ThreadPoolExecutor(max(1, cpu_count() - 1), thread_name_prefix="numpy_nn")


if hasattr(os, "register_at_fork"):  # threads do not survive a fork: the child starts its own
    os.register_at_fork(after_in_child=pool.cache_clear)


def in_parallel(tasks: Iterable[Callable[[], Result]]) -> list[Result]:
    """Call every task, the first on this thread, and return their results in order.

    The first error is raised when all are done. ``np.errstate`` holds for all tasks, which must not
    call this function.
    """
    first, *others = tasks
    futures = [pool().submit(copy_context().run, task) for task in others]
    try:
        result = first()
    finally:
        errors = [future.exception() for future in futures]  # waits: nothing runs on behind
    for error in errors:
        if error is not None:
            raise error
    return [result, *(future.result() for future in futures)]


LARGE = 100_000
"""Elements of an array from which on a second thread saves more than it costs."""


def over_images(work: Callable[[int], object], array: np.ndarray) -> None:
    """Call ``work`` with the number of each of ``array``'s images (its first axis), on all cores
    if the array is large. One image at a time stays in the cache while several steps pass over it.
    """

    def work_through(part: slice) -> None:
        for number in range(part.start, part.stop):
            work(number)

    count = cpu_count() if array.size > LARGE else 1
    in_parallel([partial(work_through, part) for part in shares(len(array), count)])


BLOCK = 16_384
"""Elements of one block: five float32 arrays of it fit into a core's second-level cache."""


def over_blocks(work: Callable[..., object], *arrays: np.ndarray) -> None:
    """Call ``work``, which computes element by element and in place, with the same block of each of
    ``arrays``, all of one shape, on all cores. A block stays in a core's cache while a formula
    passes over it several times: with millions of elements memory is what takes time.
    """
    size = arrays[0].size
    if size <= BLOCK or not all(array.flags.c_contiguous for array in arrays):
        work(*arrays)
        return
    flat = [array.reshape(-1) for array in arrays]

    def work_through(part: slice) -> None:
        for start in range(part.start, part.stop, BLOCK):
            block = slice(start, min(start + BLOCK, part.stop))
            work(*(array[block] for array in flat))

    in_parallel([partial(work_through, part) for part in shares(size, cpu_count())])


def shares(length: int, count: int) -> list[slice]:
    """Cut ``length`` into at most ``count`` slices of about the same size, at least one."""
    count = max(1, min(length, count))
    bounds = [length * i // count for i in range(count + 1)]
    return [slice(start, stop) for start, stop in itertools.pairwise(bounds)]


def blocks(part: slice, size: int) -> list[slice]:
    """Cut ``part`` into slices of at most ``size``, all about the same."""
    length = part.stop - part.start
    return [
        slice(part.start + share.start, part.start + share.stop)
        for share in shares(length, -(-length // max(size, 1)))
    ]
