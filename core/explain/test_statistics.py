import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.explain.statistics import (
    channel_words,
    not_finite_words,
    statistics,
    sum_up,
    words_of_channels,
)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    arrays.arrays(
        np.float32,
        st.integers(1, 200),
        elements=st.floats(-1e3, 1e3, width=32, allow_subnormal=False),
    )
)
def test_statistics_against_numpy(values):
    stats = statistics(values)
    assert stats.mean == pytest.approx(values.astype(np.float64).mean(), abs=1e-9)
    assert stats.spread == pytest.approx(values.astype(np.float64).std(), abs=1e-9)
    assert (stats.minimum, stats.maximum) == (values.min(), values.max())
    assert stats.zeros == np.mean(values == 0)
    assert stats.counts.sum() == stats.size == values.size
    assert len(stats.edges) == len(stats.counts) + 1


def test_the_histogram_is_numpys():
    values = np.random.default_rng(0).normal(size=5000)
    stats = statistics(values, bins=17)
    counts, edges = np.histogram(values, bins=17)
    assert np.array_equal(stats.counts, counts)
    assert np.allclose(stats.edges, edges)


def test_what_is_not_finite_is_counted_and_left_out():
    stats = statistics(np.array([1.0, np.nan, 3.0, np.inf]))
    assert (stats.mean, stats.not_finite, stats.size) == (2.0, 2, 4)
    nothing = statistics(np.array([np.nan, -np.inf]))
    assert np.isnan(nothing.mean) and nothing.not_finite == 2 and nothing.counts.sum() == 0


def test_channels_that_are_no_picture_are_named():
    picture = np.array([[0.0, 1.0], [2.0, 0.0]])
    assert channel_words(picture) == ""
    assert channel_words(np.zeros((2, 2))) == "silent here: zero everywhere for this photo"
    assert channel_words(np.full((2, 2), 0.25)) == "constant: 0.25 everywhere"
    rounding = np.full((2, 2), 0.25, dtype=np.float32)
    rounding[0, 0] = np.nextafter(np.float32(0.25), np.float32(1))
    assert channel_words(rounding) == "constant: 0.25 everywhere"
    assert "1 of 4 cells" in channel_words(np.array([[1.0, np.nan], [0, 0]]))
    assert channel_words(np.array([[0.7]])) == ""  # one cell is a number, not a constant map


def test_all_channels_at_once_say_what_each_alone_says():
    maps = np.random.default_rng(0).normal(size=(6, 3, 3))
    maps[1], maps[2], maps[3, 1, 1], maps[4] = 0, -7, np.nan, np.inf
    expected = {channel: channel_words(maps[channel]) for channel in (1, 2, 3, 4)}
    assert words_of_channels(maps) == expected
    assert all(expected.values())
    assert words_of_channels(np.ones((2, 1, 1))) == {}


def test_a_layer_sums_its_channels_up():
    maps = np.zeros((4, 2, 2))
    maps[0, 0, 0] = 1
    maps[1] = 3
    assert sum_up(words_of_channels(maps), 4) == "2 of 4 silent here, 1 of 4 constant"
    assert sum_up(words_of_channels(maps[:1]), 1) == ""


def test_values_that_are_no_numbers_are_counted():
    assert not_finite_words(np.array([1.0, np.nan])) == "1 of 2 values are NaN or infinite"
    assert not_finite_words(np.array([1.0, 0.0])) == ""
