"""How good stored answers are: confusion, ROC, precision and recall, calibration, mistakes.

Everything takes ``labels`` (N,) of 0 and 1 and ``probabilities`` (N,), the network's P(class 1),
and raises ``ExplanationError`` when they do not fit together. A photo is answered with
class 1 when its probability is at least the threshold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import ExplanationError


@dataclass(frozen=True)
class Confusion:
    """Photos by true class and answer; class 1 is the positive one."""

    true_negative: int
    false_positive: int
    false_negative: int
    true_positive: int

    @property
    def accuracy(self) -> float:
        """Share of photos answered rightly."""
        right = self.true_negative + self.true_positive
        return right / (right + self.false_positive + self.false_negative)

    @property
    def precision(self) -> float:
        """Of the photos answered 1, the share that are; NaN when none was."""
        return _share(self.true_positive, self.false_positive)

    @property
    def recall(self) -> float:
        """Of the photos that are 1, the share found; NaN when there is none."""
        return _share(self.true_positive, self.false_negative)

    @property
    def matrix(self) -> NDArray[np.int64]:
        """Counts (2, 2): row true class, column answer."""
        return np.array(
            [
                [self.true_negative, self.false_positive],
                [self.false_negative, self.true_positive],
            ]
        )


@dataclass(frozen=True)
class Curve:
    """A curve over thresholds with the ``area`` under it; x, y and thresholds have one length."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    area: float


@dataclass(frozen=True)
class Calibration:
    """Photos grouped by their probability, only groups that have any.

    ``predicted`` (B,) is the mean probability of a group, ``observed`` (B,) the share that is
    really class 1 with its 95 % interval ``low`` to ``high``, ``counts`` (B,) how many photos it
    holds. ``error`` is the expected calibration error: mean |predicted - observed|, weighted by
    counts (Naeini, Cooper and Hauskrecht, 2015).
    """

    predicted: NDArray[np.float64]
    observed: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counts: NDArray[np.int64]
    error: float


def confusion(labels: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5) -> Confusion:
    """Count right and wrong answers at a threshold."""
    truth, scores = _checked(labels, probabilities)
    answer = scores >= threshold
    return Confusion(
        int(np.sum(~truth & ~answer)),
        int(np.sum(~truth & answer)),
        int(np.sum(truth & ~answer)),
        int(np.sum(truth & answer)),
    )


def roc_curve(labels: ArrayLike, probabilities: ArrayLike) -> Curve:
    """False positive rate (x) against true positive rate (y), from the strictest threshold on.

    The first point (0, 0) has an infinite threshold. The area is the chance that a random photo of
    class 1 scores above one of class 0, ties counting half. Needs photos of both classes.
    """
    truth, scores = _checked(labels, probabilities, both=True)
    thresholds, hits, alarms = _cumulative(truth, scores)
    x = np.concatenate([[0.0], alarms / alarms[-1]])
    y = np.concatenate([[0.0], hits / hits[-1]])
    return Curve(x, y, np.concatenate([[np.inf], thresholds]), float(np.trapezoid(y, x)))


def precision_recall_curve(labels: ArrayLike, probabilities: ArrayLike) -> Curve:
    """Recall (x) against precision (y), from the strictest threshold on.

    The area is the average precision, sum of (recall gained) * precision; it draws no straight line
    between points, which would promise too much (Davis and Goadrich, 2006).
    """
    truth, scores = _checked(labels, probabilities, both=True)
    thresholds, hits, alarms = _cumulative(truth, scores)
    recall, precision = hits / hits[-1], hits / (hits + alarms)
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    return Curve(recall, precision, thresholds, area)


def calibration(labels: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> Calibration:
    """Compare what the network promises with what comes true, in ``bins`` equal steps of P."""
    truth, scores = _checked(labels, probabilities)
    if bins < 1:
        raise ValueError(f"expected at least one bin, not {bins}")
    place = np.minimum((scores * bins).astype(np.intp), bins - 1)
    counts = np.bincount(place, minlength=bins)
    used = counts > 0
    counts = counts[used]
    predicted = np.bincount(place, weights=scores, minlength=bins)[used] / counts
    observed = np.bincount(place, weights=truth, minlength=bins)[used] / counts
    low, high = wilson_interval(observed, counts)
    error = float(np.sum(counts * np.abs(predicted - observed)) / counts.sum())
    return Calibration(predicted, observed, low, high, counts.astype(np.int64), error)


def wilson_interval(
    share: NDArray[np.float64], counts: NDArray[np.int64], z: float = 1.959964
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % interval of a share seen in ``counts`` photos (Wilson, 1927)."""
    spread = z * np.sqrt(share * (1 - share) / counts + z**2 / (4 * counts**2))
    middle = share + z**2 / (2 * counts)
    width = 1 + z**2 / counts
    return np.clip((middle - spread) / width, 0, 1), np.clip((middle + spread) / width, 0, 1)


def mistakes(
    labels: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5
) -> NDArray[np.intp]:
    """Indices of the photos answered wrongly, most certain first; equals keep their order.

    How certain a wrong answer is: the probability that the network gave it.
    """
    truth, scores = _checked(labels, probabilities)
    answer = scores >= threshold
    wrong = np.flatnonzero(answer != truth)
    certainty = np.where(answer, scores, 1 - scores)[wrong]
    return wrong[np.argsort(-certainty, kind="stable")]


def _checked(
    labels: ArrayLike, probabilities: ArrayLike, both: bool = False
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    truth = np.asarray(labels).ravel()
    scores = np.asarray(probabilities, dtype=np.float64).ravel()
    if len(truth) != len(scores) or not len(truth):
        raise ExplanationError(
            "There must be as many labels as probabilities, at least one, "
            f"not {len(truth)} labels and {len(scores)} probabilities."
        )
    if not np.isin(truth, (0, 1)).all():
        raise ExplanationError("Labels must be 0 or 1.")
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ExplanationError(
            "Probabilities must be from 0 to 1; some are outside or not a number."
        )
    if both and len(np.unique(truth)) < 2:
        raise ExplanationError("A curve needs photos of both classes, not of one alone.")
    return truth.astype(bool), scores


def _cumulative(
    truth: NDArray[np.bool_], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Thresholds falling, one for each distinct score, with hits and false alarms at each."""
    order = np.argsort(-scores, kind="stable")
    truth, scores = truth[order], scores[order]
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    hits = np.cumsum(truth)[last].astype(np.float64)
    return scores[last], hits, last + 1.0 - hits


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else float("nan")
