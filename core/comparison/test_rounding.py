import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.comparison.rounding import (
    COPIES,
    FEWEST_TERMS,
    Array,
    Sums,
    agreeing,
    agreement,
    differences,
    rounding_units,
)
from core.config import DTYPES


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_half_the_gap_between_neighbours_is_one_unit(dtype):
    torch = np.array([0.5, -2.0, 1.0], dtype)
    numpy = torch.copy()
    numpy[1] = np.nextafter(torch[1], dtype(-9))
    found = agreement(numpy, torch, Sums(np.abs(torch), 3))
    assert found.units == 2
    assert found.difference == float(np.spacing(dtype(2)))
    assert found.within
    assert found.sentence.endswith(": 2 of the 16 units that rounding explains.")


def test_an_element_may_be_off_by_as_many_units_as_its_sum_has_terms():
    torch = np.ones(2)
    for terms, allowed in ((1, FEWEST_TERMS), (18, 18), (5000, 5000)):
        sums = Sums(np.array([1.0, 1e-3]), terms)
        edge = torch + np.array([allowed, 0]) * np.finfo(float).eps / 2
        assert agreement(edge, torch, sums).units == sums.allowed == allowed
        assert agreement(edge, torch, sums).within
        # the same difference where the terms are smaller
        assert agreeing(edge[::-1], torch, sums).tolist() == [True, False]
        assert not agreement(edge[::-1], torch, sums).within


def test_terms_that_cancel_set_the_scale():
    numpy, torch = np.array([1e-9], np.float32), np.array([-1e-9], np.float32)
    assert not agreement(numpy, torch, Sums(np.abs(torch), 2)).within
    assert agreement(numpy, torch, Sums(np.array([10.0]), 2)).units < 1


def test_copies_must_be_equal():
    torch = np.array([1.0, 2.0])
    assert agreement(torch.copy(), torch, COPIES).within
    off = agreement(torch + np.array([0, 1e-15]), torch, COPIES)
    assert not off.within and off.share == np.inf
    assert off.sentence.endswith("nothing was added up here that could be rounded.")


def test_below_the_smallest_normal_number_a_difference_is_rounding():
    for dtype in DTYPES:
        zero: Array = np.zeros(1, dtype)
        small, beyond = zero + np.finfo(dtype).tiny / 2, zero + 20 * np.finfo(dtype).tiny
        assert agreement(zero, small, Sums(np.abs(small), 1)).units == 0.5
        assert not agreement(zero, beyond, Sums(np.abs(small), 1)).within


def test_in_float16_small_numbers_are_no_zero():
    small, gap = np.array([1e-3], np.float16), np.finfo(np.float16).smallest_subnormal
    sums = Sums(np.abs(small), 1)
    assert not agreement(small * np.float16(1.02), small, sums).within
    assert agreement(small * np.float16(1.005), small, sums).within
    zero = np.zeros(1, np.float16)
    assert agreement(zero + gap, zero, Sums(zero, 1)).units == 2


def test_equal_arrays_agree_even_where_they_are_not_finite():
    array = np.array([np.nan, np.inf, -np.inf, 1], np.float32)
    for size in (1.0, np.inf, np.nan):
        found = agreement(array, array.copy(), Sums(np.full(4, size), 1))
        assert (found.units, found.share) == (0, 0) and found.within
        assert found.sentence == "Equal to the last bit."
    assert (differences(array, array.copy()) == 0).all()


@pytest.mark.parametrize("size", [1.0, np.inf, np.nan])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_what_only_one_of_them_holds_never_agrees(broken, size):
    fine = np.ones(3, np.float32)
    other = np.array([1, broken, 1], np.float32)
    for ours, theirs in ((fine, other), (other, fine), (other, -other)):
        if np.isnan(broken) and theirs is not fine and ours is not fine:
            continue  # two NaN agree whatever their sign
        found = agreement(ours, theirs, Sums(np.full(3, size), 1))
        assert found.difference == found.units == np.inf
        assert not found.within
        assert found.sentence == "A number is finite in one engine and not in the other."


def test_arrays_of_another_shape_or_dtype_are_refused():
    with pytest.raises(ValueError, match=r"must be \(3,\) float32 like NumPy's, not \(4,\)"):
        agreement(np.ones(3, np.float32), np.ones(4, np.float32), COPIES)
    with pytest.raises(ValueError, match="not \\(3,\\) float64"):
        agreement(np.ones(3, np.float32), np.ones(3), COPIES)


def added_up(terms):
    """Add terms one after the other, rounding to their dtype each time."""
    return np.asarray(np.cumsum(terms, dtype=terms.dtype)[-1:])


@st.composite
def long_sums(draw):
    """Draw terms of one sign or both, of one size or of many, and another order of them."""
    count = draw(st.integers(2, 3000))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    spread, alike = draw(st.sampled_from([0.0, 1.0, 4.0])), draw(st.booleans())
    terms = np.exp(spread * random.standard_normal(count))
    if not alike:
        terms *= random.choice([-1, 1], count)
    return terms.astype(np.float32), random.permutation(count)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(long_sums())
def test_another_order_is_rounding_and_a_wrong_term_is_not(drawn):
    terms, order = drawn
    total, sums = added_up(terms), Sums(np.abs(terms).sum(dtype=float, keepdims=True), len(terms))
    assert agreement(added_up(terms[order]), total, sums).within
    assert agreement(np.sum(terms, keepdims=True), total, sums).within
    # The largest term stands for any that rounding could not hide: beyond both sums' own errors.
    wrong = int(np.argmax(np.abs(terms)))
    allowed = sums.allowed * np.finfo(np.float32).eps / 2 * sums.magnitudes[0]
    assume(abs(float(terms[wrong])) > 2 * allowed)
    dropped = np.delete(terms[order], np.flatnonzero(order == wrong))
    doubled = np.append(terms[order], terms[wrong])
    assert not agreement(added_up(dropped), total, sums).within
    assert not agreement(added_up(doubled), total, sums).within


def test_units_fit_the_shape_of_the_array():
    torch = np.ones((2, 3), np.float32)
    assert rounding_units(torch, torch, COPIES).shape == (2, 3)
    assert agreement(torch[:0], torch[:0], COPIES).within
    one = np.ones((), np.float32)
    assert agreement(one, one, Sums(np.ones(()), 1)).within
