import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import cv2
import pytest
import torch

from core import system

NUMBER = 3


@dataclass
class Library:
    one_thread: Callable[[], AbstractContextManager[Any]]
    read: Callable[[], int]
    write: Callable[[int], None]


OPENBLAS = system.blas_functions()
LIBRARIES = {
    "torch": Library(system.one_torch_thread, torch.get_num_threads, system.set_torch_threads),
    "OpenCV": Library(system.one_opencv_thread, cv2.getNumThreads, cv2.setNumThreads),
}
if OPENBLAS is not None:
    LIBRARIES["BLAS"] = Library(system.one_blas_thread, *OPENBLAS)


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Iterator[Library]:
    library = LIBRARIES[request.param]
    before = library.read()
    library.write(NUMBER)
    yield library
    library.write(before)


class Visitor:
    """Somebody with a thread of their own, who comes into the block and leaves it."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.pool = ThreadPoolExecutor(1)
        self.blocks: list[AbstractContextManager[Any]] = []

    def come(self) -> None:
        self.blocks.append(self.library.one_thread())
        self.pool.submit(self.blocks[-1].__enter__).result()

    def leave(self) -> None:
        self.pool.submit(self.blocks.pop().__exit__, None, None, None).result()

    def threads(self) -> int:
        return self.pool.submit(self.library.read).result()


@pytest.fixture
def visitors(library: Library) -> Iterator[list[Visitor]]:
    visitors = [Visitor(library) for _ in range(3)]
    yield visitors
    for visitor in visitors:
        visitor.pool.shutdown()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_overlapping_visitors_get_one_thread_and_give_all_back(
    library: Library, visitors: list[Visitor], order: tuple[int, ...]
) -> None:
    for visitor in visitors:
        visitor.come()
        assert visitor.threads() == 1
    inside = set(order)
    for number in order:
        assert [visitors[i].threads() for i in inside] == [1] * len(inside)
        visitors[number].leave()
        inside.remove(number)
    assert [visitor.threads() for visitor in visitors] == [NUMBER] * 3
    assert library.read() == Visitor(library).threads() == NUMBER


def test_one_visitor_may_be_inside_twice_and_leave_the_outer_block_first(
    library: Library, visitors: list[Visitor]
) -> None:
    visitor = visitors[0]
    visitor.come()
    visitor.come()
    visitor.blocks.reverse()
    visitor.leave()
    assert visitor.threads() == 1
    visitor.leave()
    assert visitor.threads() == library.read() == NUMBER


def test_a_block_that_fails_gives_the_threads_back(library: Library) -> None:
    with pytest.raises(ZeroDivisionError), library.one_thread():
        1 / (library.read() - 1)
    assert library.read() == NUMBER


def test_a_crowd_leaves_everything_as_it_was(library: Library) -> None:
    start = threading.Barrier(8)

    def visit() -> list[int]:
        start.wait()
        seen = []
        for _ in range(30):
            with library.one_thread():
                seen.append(library.read())
        return seen

    with ThreadPoolExecutor(8) as crowd:
        visits = [crowd.submit(visit) for _ in range(8)]
        assert {number for visit in visits for number in visit.result()} == {1}
    assert library.read() == Visitor(library).threads() == NUMBER


def test_who_first_uses_torch_beside_a_visitor_keeps_all_threads() -> None:
    library, before = LIBRARIES["torch"], torch.get_num_threads()
    system.set_torch_threads(NUMBER)
    visitor, newcomer = Visitor(library), Visitor(library)
    visitor.come()
    assert newcomer.threads() == NUMBER
    newcomer.come()
    visitor.leave()
    assert newcomer.threads() == 1
    newcomer.leave()
    assert newcomer.threads() == Visitor(library).threads() == NUMBER
    system.set_torch_threads(before)


def test_a_number_set_inside_a_block_is_that_of_after_the_block() -> None:
    before = torch.get_num_threads()
    with system.one_torch_thread():
        system.set_torch_threads(NUMBER)
        assert torch.get_num_threads() == 1
        assert Visitor(LIBRARIES["torch"]).threads() == NUMBER
    assert torch.get_num_threads() == NUMBER
    system.set_torch_threads(before)
    assert torch.get_num_threads() == before


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no choice of processors here")
def test_only_processors_that_may_be_used_are_counted() -> None:
    code = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]);"
        "from core.system import cpu_count; print(cpu_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_libraries_are_imported_only_where_they_are_used() -> None:
    code = "import core.system, sys; print(*sorted({'torch', 'cv2', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_the_memory_of_this_computer_is_that_of_proc():
    lines = Path("/proc/meminfo")
    if not lines.exists():
        pytest.skip("only Linux says its memory there")
    total = int(lines.read_text().split()[1]) * 1024
    assert system.memory_bytes() == pytest.approx(total, rel=0.1)
