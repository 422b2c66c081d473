"""Large computations of many visitors: in one thread, and each gets on."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.parts.shared.one_at_a_time import one_at_a_time, step_by_step


def test_what_visitors_ask_for_is_computed_in_one_thread_that_is_not_theirs():
    with ThreadPoolExecutor(4) as visitors:
        threads = list(visitors.map(lambda _: one_at_a_time(threading.get_ident), range(20)))
        theirs = set(visitors.map(lambda _: threading.get_ident(), range(20)))
    assert len(set(threads)) == 1
    assert not theirs & set(threads)


def test_an_error_reaches_who_asked_and_the_next_one_is_served():
    def fails() -> int:
        raise ValueError("no such photo")

    with pytest.raises(ValueError, match="no such photo"):
        one_at_a_time(fails)
    assert one_at_a_time(lambda: 3) == 3


def test_steps_come_in_order_falsy_ones_too():
    assert list(step_by_step(iter([0.0, None, 2, "last"]))) == [0.0, None, 2, "last"]


def test_an_error_in_a_step_comes_after_the_steps_before_it():
    def steps() -> Iterator[int]:
        yield 1
        raise ValueError("not a number")

    taken = step_by_step(steps())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="not a number"):
        next(taken)


def test_two_visitors_steps_take_turns():
    """Each waits for the other after its first step: neither may be computed to its end before."""
    both = threading.Barrier(2, timeout=60)

    def visit() -> list[int]:
        done = []
        for step in step_by_step(iter(range(3))):
            if step == 0:
                both.wait()
            done.append(step)
        return done

    with ThreadPoolExecutor(2) as visitors:
        assert [each.result() for each in [visitors.submit(visit) for _ in range(2)]] == [
            [0, 1, 2]
        ] * 2
