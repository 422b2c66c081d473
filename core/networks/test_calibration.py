import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import ModelError
from core.networks.calibration import (
    COLDEST,
    HOTTEST,
    Certainty,
    bins_of,
    calibrated,
    calibration_error,
    cross_calibrated,
    find_band,
    fit_temperature,
    logits,
    measure_certainty,
)

probabilities = arrays(
    np.float32,
    st.integers(1, 60),
    elements=st.one_of(st.floats(0, 1, width=32), st.sampled_from([0.0, 0.5, 1.0])),
)
anything = probabilities.flatmap(
    lambda p: st.tuples(st.just(p), arrays(np.uint8, len(p), elements=st.integers(0, 1)))
)


def drawn(count: int, temperature: float, seed: int = 0, spread: float = 2.0):
    """Make answers whose logits are ``temperature`` times too far out, and their truth."""
    random = np.random.default_rng(seed)
    truth = random.normal(0, spread, count)
    labels = (random.random(count) < 1 / (1 + np.exp(-truth))).astype(np.uint8)
    return (1 / (1 + np.exp(-truth * temperature))).astype(np.float32), labels


@given(anything)
def test_whatever_the_answers_are_all_of_it_is_a_number_within_its_limits(case):
    found = measure_certainty(*case)
    assert COLDEST <= found.temperature <= HOTTEST
    assert 0 <= found.error <= 1 and 0 <= found.error_before <= 1
    band = found.band
    assert 0.5 <= band.certainty <= 0.99 and 0 <= band.answered <= 1
    assert (band.right is None) == (band.answered == 0)
    assert Certainty.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@given(anything, st.floats(COLDEST, HOTTEST))
def test_a_temperature_changes_no_answer_and_no_order(case, temperature):
    p = case[0]
    told = calibrated(p, temperature)
    np.testing.assert_array_equal(told[p > 0.5] >= 0.5, True)
    np.testing.assert_array_equal(told[p < 0.5] <= 0.5, True)
    assert (np.diff(told[np.argsort(p)]) >= -1e-7).all()


@given(anything)
def test_to_call_the_classes_the_other_way_round_changes_no_temperature(case):
    p, labels = case
    p = np.clip(p, 1e-3, 1 - 1e-3)
    assert fit_temperature(p, labels) == pytest.approx(fit_temperature(1 - p, 1 - labels), rel=0.01)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0, 4.0])
def test_the_temperature_of_many_answers_is_found(temperature):
    assert fit_temperature(*drawn(20_000, temperature)) == pytest.approx(temperature, rel=0.06)


def test_the_search_finds_the_lowest_cross_entropy_there_is():
    p, labels = drawn(500, 2.5)
    z = np.where(labels == 1, 1, -1) * logits(p)

    def loss(t: float) -> float:
        return float(np.logaddexp(0, -z / t).sum() + np.log(t) ** 2 / (2 * 0.7**2))

    found = fit_temperature(p, labels)
    assert loss(found) <= min(loss(t) for t in np.linspace(0.3, 8, 2000)) + 1e-3


@pytest.mark.parametrize("right", [True, False])
def test_a_handful_of_photos_says_little(right):
    p = np.array([0.9, 0.1, 0.8, 0.2], np.float32)
    labels = (p >= 0.5) == right
    assert 0.5 < fit_temperature(p, labels.astype(np.uint8)) < 4


def test_at_chance_hot_and_sure_of_nothing():
    random = np.random.default_rng(0)
    p = random.random(4000).astype(np.float32)
    labels = random.integers(0, 2, 4000).astype(np.uint8)
    found = measure_certainty(p, labels)
    assert found.temperature > 6 and found.error < found.error_before
    assert not found.band.reached and found.band.certainty == 0.98 and found.band.answered == 0


def test_one_class_alone_and_one_photo_alone_can_be_measured():
    p = np.array([0.7, 0.8, 0.4], np.float32)
    assert measure_certainty(p, np.ones(3, np.uint8)).band.photos == 3
    assert measure_certainty(p[:1], np.ones(1, np.uint8)).error == pytest.approx(0.3)


def test_the_error_by_hand():
    p = np.array([0.95, 0.95, 0.95, 0.05, 0.62], np.float32)
    labels = np.array([1, 1, 0, 0, 0], np.uint8)
    promised, kept, counts = bins_of(p, labels)
    assert counts.tolist() == [1, 4]
    np.testing.assert_allclose(promised, [0.62, 0.95], rtol=1e-6)
    np.testing.assert_allclose(kept, [0, 0.75])
    assert calibration_error(p, labels) == pytest.approx((0.62 + 4 * 0.2) / 5)


def test_the_error_is_measured_with_temperatures_from_other_photos():
    p, labels = drawn(400, 3.0)
    even = np.arange(400) % 2 == 0
    expected = calibrated(p[even], fit_temperature(p[~even], labels[~even]))
    np.testing.assert_array_equal(cross_calibrated(p, labels)[even], expected)


def test_calibration_brings_the_error_down_on_photos_it_never_saw():
    temperature = fit_temperature(*drawn(400, 2.5, seed=1))
    p, labels = drawn(40_000, 2.5, seed=2)
    assert calibration_error(p, labels) > 0.08
    assert calibration_error(calibrated(p, temperature), labels) < 0.02


@pytest.mark.parametrize("seed", range(5))
def test_the_band_keeps_its_promise_on_photos_it_never_saw(seed):
    band = find_band(*drawn(400, 1.0, seed=seed, spread=4.0))
    p, labels = drawn(40_000, 1.0, seed=100 + seed, spread=4.0)
    right = (p >= 0.5) == (labels == 1)
    counts = np.array([band.holds(one) for one in p[:20_000]])
    assert band.reached and right[:20_000][counts].mean() > 0.97
    assert 0.02 < band.declined < 0.8


def test_the_band_is_the_smallest_that_keeps_the_target():
    p = np.array([0.99] * 60 + [0.9] * 40 + [0.6] * 10, np.float32)
    labels = np.ones(110, np.uint8)
    assert find_band(p, labels).certainty == 0.5
    labels[100:] = 0
    assert find_band(p, labels).certainty == 0.61
    labels[60:100:2] = 0
    band = find_band(p, labels)
    assert band.certainty == 0.91 and band.answered == pytest.approx(60 / 110) and band.right == 1


def test_eight_photos_can_reach_nothing_and_the_promise_itself_is_asked_for():
    band = find_band(np.full(8, 0.99, np.float32), np.ones(8, np.uint8))
    assert (band.certainty, band.reached, band.answered, band.right) == (0.98, False, 1.0, 1.0)
    assert band.holds(0.985) and band.holds(0.01) and not band.holds(0.97)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"temperature": 0.0}, "a temperature from 0.25 to 8 .* not 0.0"),
        ({"band": None}, "incomplete"),
        ({"what": 1}, "incomplete"),
        ({"temperature": "hot"}, "incomplete"),
    ],
)
def test_what_is_kept_is_checked(change, words):
    values = measure_certainty(*drawn(50, 1.0)).to_dict()
    with pytest.raises(ModelError, match=words):
        Certainty.from_dict(values | change)
    del values["band"]
    with pytest.raises(ModelError, match="incomplete"):
        Certainty.from_dict(values)
