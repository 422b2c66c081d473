import numpy as np
import pytest

from core.parity.agreement import agreement, differences


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_gap_between_neighbours_is_one_ulp(dtype):
    torch = np.array([0.5, -3.0, 2.0], dtype)
    numpy = torch.copy()
    numpy[1] = np.nextafter(torch[1], dtype(-9))
    found = agreement(numpy, torch)
    assert found.ulps == 1
    assert found.scale == 3
    assert found.difference == float(np.spacing(dtype(3)))
    assert found.within


def test_terms_that_cancel_set_the_scale():
    numpy, torch = np.array([1e-9], np.float32), np.array([-1e-9], np.float32)
    assert not agreement(numpy, torch).within
    assert agreement(numpy, torch, terms=10.0).ulps < 1


def test_equal_arrays_agree_even_where_they_are_not_finite():
    array = np.array([np.nan, np.inf, -np.inf, 1], np.float32)
    assert agreement(array, array.copy()).ulps == 0
    assert (differences(array, array.copy()) == 0).all()


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_what_only_one_of_them_holds_never_agrees(broken):
    fine = np.ones(3, np.float32)
    other = np.array([1, broken, 1], np.float32)
    for pair in ((fine, other), (other, fine)):
        assert agreement(*pair).difference == np.inf
        assert not agreement(*pair).within


def test_arrays_of_another_shape_or_dtype_are_refused():
    with pytest.raises(ValueError, match=r"must be \(3,\) float32 like NumPy's, not \(4,\)"):
        agreement(np.ones(3, np.float32), np.ones(4, np.float32))
    with pytest.raises(ValueError, match="not \\(3,\\) float64"):
        agreement(np.ones(3, np.float32), np.ones(3))
