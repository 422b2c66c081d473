import threading
from functools import partial

import numpy as np
import pytest

from core.numpy_nn.engine.parallel import blocks, in_parallel, shares


def test_results_come_in_order_from_several_threads() -> None:
    both_are_here = threading.Barrier(2, timeout=30)

    def task(number: int) -> tuple[int, int]:
        both_are_here.wait()
        return number, threading.get_ident()

    results = in_parallel([partial(task, number) for number in range(2)])
    assert [number for number, _ in results] == [0, 1]
    assert len({thread for _, thread in results}) == 2


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_is_raised_when_all_are_done(failing: int) -> None:
    done = []

    def task(number: int) -> None:
        done.append(number)
        if number == failing:
            raise RuntimeError(f"task {number}")

    with pytest.raises(RuntimeError, match=f"task {failing}"):
        in_parallel([partial(task, number) for number in range(3)])
    assert sorted(done) == [0, 1, 2]


def test_what_numpy_is_told_to_ignore_is_ignored_in_every_thread() -> None:
    infinity = np.array([np.inf])
    with np.errstate(invalid="ignore"):
        results = in_parallel([partial(np.subtract, infinity, infinity)] * 3)
    assert np.isnan(results).all()


def test_slices_are_about_the_same_and_cover_everything() -> None:
    assert shares(10, 3) == [slice(0, 3), slice(3, 6), slice(6, 10)]
    assert shares(2, 5) == [slice(0, 1), slice(1, 2)]
    assert shares(0, 3) == [slice(0, 0)]
    assert blocks(slice(4, 14), 4) == [slice(4, 7), slice(7, 10), slice(10, 14)]
    assert blocks(slice(4, 6), 0) == [slice(4, 5), slice(5, 6)]
