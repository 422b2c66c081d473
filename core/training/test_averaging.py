import numpy as np
import pytest

from core.training.averaging import WeightAverage


def test_it_is_the_weighted_mean_of_all_it_was_given():
    weights = [
        {"w": np.full((2, 3), float(value)), "n": np.array(value, np.int64)} for value in range(40)
    ]
    average = WeightAverage(0.5, weights[0])
    expected = 0.0
    for steps, each in enumerate(weights[1:], 1):
        average.add(each, steps)
        share = max(0.5, 1 - (1 + steps) / (10 + steps))
        expected = expected * (1 - share) + share * steps
    np.testing.assert_allclose(average.arrays["w"], expected)
    assert average.arrays["n"] == 39


def test_what_it_was_given_is_not_changed_and_its_types_are_kept():
    first = {"w": np.ones(3, np.float32)}
    average = WeightAverage(0.9, first)
    average.add({"w": np.zeros(3, np.float32)}, 1000)
    np.testing.assert_array_equal(first["w"], 1)
    assert average.arrays["w"].dtype == np.float32
    assert average.arrays["w"][0] == pytest.approx(0.9)
