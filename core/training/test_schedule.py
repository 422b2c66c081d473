import itertools

import pytest

from core.training.schedule import Pace, learning_rate_at


def test_a_constant_schedule_stays():
    assert {learning_rate_at("constant", 5e-4, step, 100) for step in range(100)} == {5e-4}


def test_a_cosine_schedule_climbs_peaks_and_ends_near_zero():
    rates = [learning_rate_at("cosine", 1.0, step, 200) for step in range(200)]
    assert rates[:11] == pytest.approx([0.1 * n for n in range(1, 11)] + [1.0])
    assert all(later <= earlier for earlier, later in itertools.pairwise(rates[10:]))
    assert rates[10 + 95] == pytest.approx(0.5)
    assert 0 < rates[-1] < 1e-3


def test_a_cosine_schedule_of_one_step_trains():
    assert learning_rate_at("cosine", 1.0, 0, 1) == 1.0


def test_pace_looks_at_the_latest_steps_only():
    pace = Pace()
    assert pace.images_per_second() == 0.0
    assert pace.seconds_left(100, 1, 10) == 0.0
    for _ in range(Pace.WINDOW):
        pace.add(10, 10.0)
    for _ in range(Pace.WINDOW):
        pace.add(10, 0.1)
    assert pace.images_per_second() == pytest.approx(100.0)
    assert pace.seconds_left(200, 2, 30) == pytest.approx(2.0 + 2 * 30 / 300)
    pace.test_seconds = 3.0
    assert pace.seconds_left(200, 2, 30) == pytest.approx(2.0 + 6.0)
