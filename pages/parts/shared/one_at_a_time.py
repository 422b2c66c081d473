"""Large computations one after the other, in one thread that all visitors share.

Side by side they would end a third sooner at most, since one alone takes all cores, and every one
of them would hold its memory at once: twenty visitors who ask for the same heat map would need
gigabytes (docs/benchmarks.md). What a thread has freed, the C library keeps for that thread: so all
of them use the same one.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from typing import TypeVar

Result = TypeVar("Result")


@cache
def thread() -> ThreadPoolExecutor:
    """Return the thread, started at first use."""
    return ThreadPoolExecutor(1, thread_name_prefix="one_at_a_time")


def one_at_a_time(work: Callable[[], Result]) -> Result:
    """Do ``work`` when its turn comes; return what it returns, or raise what it raises."""
    return thread().submit(work).result()


def step_by_step(steps: Iterator[Result]) -> Iterator[Result]:
    """Yield what ``steps`` yields: each step waits for its turn, so that all visitors get on."""
    while step := one_at_a_time(lambda: list(islice(steps, 1))):
        yield from step
