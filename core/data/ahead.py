"""Doing the next things while one is in use: a bounded queue with a thread behind it."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
AHEAD = 3

_END = object()


def read_ahead(items: Iterator[Item], depth: int = AHEAD) -> Generator[Item, None, None]:
    """Yield ``items`` in order, computed in a thread that is at most ``depth`` of them ahead.

    What the thread raises is raised here, at the item's place. Close the generator to end early:
    then the thread is waited for, and at most the item in work is computed for nothing.
    """
    with ThreadPoolExecutor(1, "read-ahead") as thread:
        coming: deque[Future[Item | object]] = deque()
        try:
            for _ in range(depth):
                coming.append(thread.submit(next, items, _END))
            while (item := coming.popleft().result()) is not _END:
                coming.append(thread.submit(next, items, _END))
                yield item  # type: ignore[misc]
        finally:
            for future in coming:
                future.cancel()
