"""Rounding is called rounding and a mistake is not; what a mistake looks like is said."""

import numpy as np
import torch
import torch.nn.functional as F

from core.compare.arrays import Outcome, compare_arrays
from core.compare.basis import from_values
from core.compare.conftest import NAMES, added_up, windows
from core.compare.known_layer import KnownLayer, from_layer
from core.compare.words import headline, report

CASES = 200


def drop_one(terms, random):
    """Return the terms without one, of at least their mean size, in one of the sums."""
    row = random.choice(np.flatnonzero(terms.any(axis=1)))  # all that padding adds up is 0
    sizes = np.abs(terms[row])
    dropped = terms.copy()
    dropped[row, random.choice(np.flatnonzero(sizes >= sizes.mean()))] = 0
    return dropped


def test_another_order_is_rounding_and_a_dropped_term_is_not():
    """The sums have up to 20,000 terms of both signs, or 2,000 of one; only the number is told."""
    for case in range(CASES):
        random = np.random.default_rng(case)
        alike = bool(case % 2)
        count = int(random.integers(2, 2_000 if alike else 20_000))
        terms = random.standard_normal((12, count)) * 10.0 ** random.integers(-6, 6)
        terms = (np.abs(terms) if alike else terms).astype(np.float32)
        ours, theirs = added_up(random.permutation(terms, axis=1)), added_up(terms)
        basis = from_values(ours, theirs, count)
        found = compare_arrays(ours, theirs, NAMES, basis)
        assert found.outcome is not Outcome.DIFFERENT, (case, report(found))
        wrong = added_up(random.permutation(drop_one(terms, random), axis=1))
        found = compare_arrays(wrong, theirs, NAMES, from_values(wrong, theirs, count))
        assert found.outcome is Outcome.DIFFERENT, (case, report(found))
        assert found.beyond == 1


def test_a_convolution_in_another_order_is_rounding_and_a_dropped_product_is_not():
    for case in range(CASES):
        random = np.random.default_rng(case)
        channels, kernel, stride, padding = (int(random.integers(1, k)) for k in (9, 6, 3, 3))
        x = random.standard_normal((channels, 9, 9)).astype(np.float32)
        weight = random.standard_normal((3, channels, kernel, kernel)).astype(np.float32)
        products = windows(x, weight, stride, padding)
        ours = added_up(random.permutation(products, axis=-1))
        theirs = F.conv2d(torch.tensor(x), torch.tensor(weight), None, stride, padding).numpy()
        known = KnownLayer("conv", x, weight, stride=(stride,) * 2, padding=(padding,) * 2)
        basis = from_layer(known, theirs.shape)
        found = compare_arrays(ours, theirs, NAMES, basis)
        assert found.outcome is not Outcome.DIFFERENT, (case, report(found))
        flat = products.reshape(-1, products.shape[-1])
        wrong = added_up(drop_one(flat, random)).reshape(theirs.shape)
        found = compare_arrays(wrong, theirs, NAMES, basis)
        assert found.outcome is Outcome.DIFFERENT, (case, report(found))
        assert "theirs.npy is what torch makes" in report(found)


def test_in_a_long_sum_a_small_dropped_term_is_no_rounding_either():
    """Of 5,000 terms one has a few hundred units of rounding of their sum, and not 5,000."""
    random = np.random.default_rng(3)
    x = np.abs(random.standard_normal((8, 5000))).astype(np.float32)
    weight = np.abs(random.standard_normal((4, 5000))).astype(np.float32)
    theirs = x @ weight.T
    basis = from_layer(KnownLayer("linear", x, weight), theirs.shape)
    products = (x[:, np.newaxis] * weight).reshape(-1, 5000)
    for turned in (products, products[:, ::-1], np.sort(products)):
        ours = np.cumsum(turned, axis=1, dtype=np.float32)[:, -1].reshape(theirs.shape)
        found = compare_arrays(ours, theirs, NAMES, basis)
        assert found.outcome is Outcome.ROUNDING, report(found)
    small = int(np.argsort(products[5])[500])  # nine in ten are larger
    wrong = theirs.copy()
    wrong.flat[5] = products[5].sum(dtype=float) - products[5, small]
    found = compare_arrays(wrong, theirs, NAMES, basis)
    assert found.outcome is Outcome.DIFFERENT and found.beyond == 1
    assert 16 < found.agreement.units < 5000
    assert "theirs.npy is what torch makes of" in report(found)
    assert "Of the worst number they were added up anew in other orders" in report(found)


def test_the_worst_number_is_told_with_digits_that_differ(y):
    ours = y.copy()
    ours[1, 2, 3, 4] = np.nextafter(ours[1, 2, 3, 4], np.float32(99))
    found = compare_arrays(ours, y, NAMES)
    assert found.outcome is Outcome.ROUNDING and found.worst is not None
    assert found.worst.index == (1, 2, 3, 4)
    assert len(set(found.worst.pair)) == 2
    assert "1 of 4,096 numbers is different" in report(found)
    assert headline(found) == "Rounding explains every difference."


def test_equal_arrays_are_equal_whatever_they_hold():
    strange = np.array([np.nan, np.inf, -np.inf, 0], np.float32)
    for array in (strange, strange[:0], np.array(2, np.float32)):
        found = compare_arrays(array, array.copy(), NAMES)
        assert found.outcome is Outcome.EQUAL
        assert "are equal to the last bit." in report(found)
    found = compare_arrays(strange, strange, NAMES)
    assert report(found).endswith("1 number is NaN in both. 2 numbers are infinite in both.")


def test_the_coarser_of_two_dtypes_counts(layer, y):
    basis = from_layer(layer, y.shape)
    for narrow in (np.float16, np.float32):
        for pair in ((y.astype(narrow), y.astype(float)), (y.astype(float), y.astype(narrow))):
            assert compare_arrays(*pair, NAMES, basis).outcome is not Outcome.DIFFERENT
    off = y.astype(np.float64) * (1 + 1e-6)
    assert compare_arrays(off, y.astype(float), NAMES, basis).outcome is Outcome.DIFFERENT
    assert compare_arrays(off, y.astype(np.float16), NAMES, basis).outcome is Outcome.ROUNDING


def test_without_a_length_it_is_said_how_long_a_sum_would_do():
    theirs = np.linspace(1, 2, 50, dtype=np.float32)
    ours = theirs * np.float32(1 + 2e-5)
    found = compare_arrays(ours, theirs, NAMES)
    assert found.outcome is Outcome.DIFFERENT
    assert found.needed is not None and f"A sum of {found.needed:,} terms" in report(found)
    again = compare_arrays(ours, theirs, NAMES, from_values(ours, theirs, found.needed))
    assert again.outcome is Outcome.ROUNDING
    assert "Nobody said how long" in report(found) and "Nobody said" not in report(again)


def test_a_sum_that_is_as_far_off_as_can_be_is_called_unlikely():
    theirs = np.linspace(1, 2, 500, dtype=np.float32)
    ours = theirs * np.float32(1 + 3e-4)
    found = compare_arrays(ours, theirs, NAMES, from_values(ours, theirs, 10_000))
    assert found.outcome is Outcome.ROUNDING
    assert "hardly ever come to more than 1,000 units" in report(found)
    assert "ours.npy is larger in 100% of the numbers that differ" in report(found)


def test_nothing_is_called_unlikely_of_sums_whose_length_nobody_told():
    theirs = np.ones(50, np.float32)
    ours = theirs + 6 * np.finfo(np.float32).eps
    found = compare_arrays(ours, theirs, NAMES)
    assert found.outcome is Outcome.ROUNDING and found.agreement.units > 10
    assert "hardly ever" not in report(found)


def test_rounding_of_a_real_layer_has_no_findings(layer, y):
    products = np.stack([windows(each, layer.weight, 1, 1) for each in layer.x])
    found = compare_arrays(added_up(products), y, NAMES, from_layer(layer, y.shape))
    assert found.outcome is Outcome.ROUNDING
    assert found.findings == ("Both are what torch makes of the input and the weight in float64.",)
