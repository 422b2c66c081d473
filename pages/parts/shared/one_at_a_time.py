"""Large computations one after the other, in one thread that all visitors share.

Side by side they would end no sooner, since each takes all cores, and every one of them would hold
its memory at once. What a thread has freed, the C library keeps for that thread: of twenty that
compute, each keeps its own.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")


@cache
def thread() -> ThreadPoolExecutor:
    """Return the thread, started at first use."""
    return ThreadPoolExecutor(1, thread_name_prefix="one_at_a_time")


def one_at_a_time(work: Callable[[], Result]) -> Result:
    """Do ``work`` when its turn comes; return what it returns, or raise what it raises."""
    return thread().submit(work).result()
