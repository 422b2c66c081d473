import threading

import pytest

from core.data.ahead import read_ahead


def test_items_come_in_order_and_all_of_them():
    assert list(read_ahead(iter(range(50)))) == list(range(50))
    assert list(read_ahead(iter(()))) == []


def test_it_is_so_many_items_ahead_and_no_more():
    asked, reached = [], threading.Semaphore(0)

    def items():
        for number in range(100):
            asked.append(number)
            reached.release()
            yield number

    ahead = read_ahead(items(), depth=3)
    assert next(ahead) == 0
    for _ in range(4):  # the one given, and three more
        assert reached.acquire(timeout=5)
    assert not reached.acquire(timeout=0.1) and asked == [0, 1, 2, 3]
    ahead.close()


def test_an_error_is_raised_at_its_place():
    def items():
        yield 1
        yield 2
        raise ValueError("three")

    ahead = read_ahead(items())
    assert (next(ahead), next(ahead)) == (1, 2)
    with pytest.raises(ValueError, match="three"):
        next(ahead)


def test_closing_early_ends_its_thread():
    before = threading.active_count()
    ahead = read_ahead(iter(range(10**9)))
    assert next(ahead) == 0 and threading.active_count() == before + 1
    ahead.close()
    assert threading.active_count() == before
