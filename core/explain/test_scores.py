import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.explain import scores

answers = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 20).map(lambda n: n / 20)), min_size=2, max_size=60
)


def both_classes(pairs):
    return {label for label, _ in pairs} == {0, 1}


@settings(deadline=None, max_examples=60, derandomize=True)
@given(answers, st.floats(0, 1))
def test_confusion_counts_every_photo_once(pairs, threshold):
    labels, probabilities = map(np.array, zip(*pairs, strict=True))
    got = scores.confusion(labels, probabilities, threshold)
    assert got.matrix.sum() == len(pairs)
    for truth in (0, 1):
        for answer in (0, 1):
            count = sum(y == truth and (p >= threshold) == answer for y, p in pairs)
            assert got.matrix[truth, answer] == count
    assert got.accuracy == pytest.approx(np.mean((probabilities >= threshold) == labels))
    assert len(scores.mistakes(labels, probabilities, threshold)) == len(pairs) - round(
        got.accuracy * len(pairs)
    )


@settings(deadline=None, max_examples=60, derandomize=True)
@given(answers.filter(both_classes))
def test_the_area_under_roc_is_the_chance_of_the_right_order(pairs):
    labels, probabilities = map(np.array, zip(*pairs, strict=True))
    cats, dogs = probabilities[labels == 1], probabilities[labels == 0]
    order = np.sign(cats[:, None] - dogs[None])
    roc = scores.roc_curve(labels, probabilities)
    assert roc.area == pytest.approx(((order + 1) / 2).mean())
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(answers.filter(both_classes))
def test_both_curves_pass_through_the_confusion_at_each_threshold(pairs):
    labels, probabilities = map(np.array, zip(*pairs, strict=True))
    roc = scores.roc_curve(labels, probabilities)
    recall = scores.precision_recall_curve(labels, probabilities)
    for index, threshold in enumerate(recall.thresholds):
        at = scores.confusion(labels, probabilities, threshold)
        assert recall.x[index] == pytest.approx(at.recall)
        assert recall.y[index] == pytest.approx(at.precision)
        alarms = at.false_positive / (at.false_positive + at.true_negative)
        assert (roc.x[index + 1], roc.y[index + 1]) == pytest.approx((alarms, at.recall))


def test_perfect_and_hopeless_answers():
    labels = [0, 0, 1, 1]
    assert scores.roc_curve(labels, [0.1, 0.2, 0.8, 0.9]).area == 1
    assert scores.roc_curve(labels, [0.9, 0.8, 0.2, 0.1]).area == 0
    assert scores.roc_curve(labels, [0.5] * 4).area == 0.5
    assert scores.precision_recall_curve(labels, [0.1, 0.2, 0.8, 0.9]).area == 1
    assert np.isnan(scores.confusion(labels, [0.1] * 4).precision)


def test_calibration_of_answers_that_keep_their_promise():
    generator = np.random.default_rng(0)
    probabilities = generator.random(20_000)
    labels = (generator.random(20_000) < probabilities).astype(int)
    kept = scores.calibration(labels, probabilities)
    assert kept.counts.sum() == 20_000 and len(kept.counts) == 10
    assert kept.error < 0.02
    inside = (kept.low <= kept.predicted) & (kept.predicted <= kept.high)
    assert inside.sum() >= 8
    boastful = scores.calibration(labels, np.where(probabilities > 0.5, 1.0, 0.0))
    assert boastful.predicted.tolist() == [0, 1]
    assert boastful.error == pytest.approx(0.25, abs=0.02)


def test_the_interval_is_wilsons():
    low, high = scores.wilson_interval(np.array([0.1]), np.array([20]))  # 2 of 20
    assert (low[0], high[0]) == pytest.approx((0.0279, 0.3010), abs=1e-4)


def test_mistakes_come_most_certain_first():
    labels = [1, 0, 1, 0, 1]
    probabilities = [0.45, 0.99, 0.02, 0.3, 0.9]
    assert scores.mistakes(labels, probabilities).tolist() == [1, 2, 0]
    assert scores.mistakes(labels, probabilities, 0.95).tolist() == [1, 2, 0, 4]


@pytest.mark.parametrize(
    ("labels", "probabilities", "sentence"),
    [
        ([0, 1], [0.5], "2 labels and 1 probabilities"),
        ([], [], "at least one"),
        ([0, 2], [0.5, 0.5], "must be 0 or 1"),
        ([0, 1], [0.5, float("nan")], "from 0 to 1"),
        ([0, 1], [0.5, 1.2], "from 0 to 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(labels, probabilities, sentence):
    with pytest.raises(ValueError, match=sentence):
        scores.confusion(labels, probabilities)


def test_curves_need_both_classes():
    with pytest.raises(ValueError, match="both classes"):
        scores.roc_curve([1, 1], [0.2, 0.4])
