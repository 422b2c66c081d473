import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.pictures.curves import smooth, thin


def test_smooth_is_the_mean_of_the_last_values():
    values = np.arange(10.0)
    assert smooth(values, 3).tolist() == [0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8]


def test_smooth_leaves_out_what_is_not_finite():
    result = smooth(np.array([1.0, np.nan, 3.0, np.inf]), 2)
    assert result.tolist() == [1, 1, 3, 3]
    assert np.isnan(smooth(np.array([np.nan]), 2)).all()
    assert smooth(np.array([])).shape == (0,)


@settings(deadline=None, derandomize=True)
@given(
    arrays(np.float64, st.integers(0, 400), elements=st.floats(-1e6, 1e6)),
    st.integers(3, 50),
)
def test_thin_keeps_both_extremes_and_the_newest(y, points):
    x = np.arange(len(y))
    few_x, few_y = thin(x, y, points)
    assert len(few_x) == len(few_y) <= max(points, 0)
    assert (np.diff(few_x) > 0).all()
    assert (y[few_x] == few_y).all()
    if len(y):
        assert few_x[-1] == len(y) - 1
        assert few_y.max() == y.max()
        assert few_y.min() == y.min()


def test_thin_refuses_too_few_points():
    with pytest.raises(ValueError, match="at least 3"):
        thin(np.arange(5), np.arange(5.0), 2)
