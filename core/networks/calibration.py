"""How far a network's certainty can be believed: its temperature, its error, the "not sure" band.

All of it is measured on photos that the network did not train on, takes ``probabilities`` (N,), the
P(class 1), and ``labels`` (N,) of 0 and 1, and needs at least one photo. The certainty of an answer
is the probability of the class that it names, 0.5 to 1.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import ModelError
from core.records import read_record

BINS = 15
TARGET = 0.98
"""Share of the answers that shall be right: 98 in 100."""
COLDEST, HOTTEST = 0.25, 8.0
"""Temperatures that are believed; outside them something else is wrong than the certainty."""
PRIOR_SPREAD = 0.7
"""Standard deviation of log temperature before any photo was seen: mostly 0.5 to 2."""
SUREST = 16.0
"""Logits are believed up to here: float32 cannot tell a probability above 1 - 1e-7 from 1."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """From which certainty on an answer counts, and what that gave on ``photos`` photos.

    ``certainty`` (whole per cents) is the smallest with which ``target`` of the answers are right.
    ``answered`` is the share of the photos that reach it, ``right`` the share of those that are
    right, None where no photo does. Where too few photos or too many mistakes leave no such
    certainty, ``reached`` is False and the certainty is the target itself: answers are then as
    right as the network promises.
    """

    certainty: float
    target: float
    photos: int
    answered: float
    right: float | None
    reached: bool

    def holds(self, probability: float) -> bool:
        """Tell whether an answer of P(class 1) = ``probability`` counts."""
        return bool(in_per_cents(probability) >= round(self.certainty * 100))

    @property
    def declined(self) -> float:
        """The share of the photos below the band."""
        return 1 - self.answered


@dataclass(frozen=True)
class Certainty:
    """What is kept with the weights: ``temperature`` divides the logit before the last sigmoid.

    ``error_before`` and ``error`` are expected calibration errors without and with a temperature
    that was fitted on other photos than those it is measured on.
    """

    temperature: float
    error_before: float
    error: float
    band: Band

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Certainty":
        """Read ``to_dict``'s values; ``ModelError`` says what cannot be used."""
        try:
            band = read_record(Band, values["band"])
            read_record(cls, {**values, "band": band})
            found = cls(**{**values, "band": band})
            good = COLDEST <= found.temperature <= HOTTEST and 0.5 <= found.band.certainty <= 1
        except (TypeError, KeyError, ValueError) as error:
            words = f"The certainty kept with the weights is incomplete: {error}."
            raise ModelError(words) from error
        if not good:
            raise ModelError(
                f"The certainty kept with the weights must have a temperature from {COLDEST:g} to "
                f"{HOTTEST:g} and a band from 0.5 to 1, not {found.temperature!r} and "
                f"{found.band.certainty!r}."
            )
        return found


def measure_certainty(probabilities: np.ndarray, labels: np.ndarray) -> Certainty:
    """Measure all of it from the answers to photos that were not trained on."""
    temperature = fit_temperature(probabilities, labels)
    believed = calibrated(probabilities, temperature)
    return Certainty(
        temperature,
        calibration_error(probabilities, labels),
        calibration_error(cross_calibrated(probabilities, labels), labels),
        find_band(believed, labels),
    )


def logits(probabilities: np.ndarray) -> Floats:
    """Return log(p / (1 - p)) (N,), at most ``SUREST`` upwards, where float32 ends."""
    p = np.asarray(probabilities, np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(np.log(p) - np.log1p(-p), -700.0, SUREST))


def calibrated(probabilities: np.ndarray, temperature: float) -> NDArray[np.float32]:
    """Return the P(class 1) (N,) that the network gives with its logits over ``temperature``."""
    if temperature == 1:
        return np.asarray(probabilities, np.float32)
    return np.exp(-np.logaddexp(0, -logits(probabilities) / temperature)).astype(np.float32)


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Find the temperature T of the smallest cross entropy (Guo et al., 2017).

    A weak prior, log T normal around 0, and limits keep a handful of photos from saying anything:
    a few that are all right would ask for T = 0. The search narrows a grid over log T.
    """
    z = np.clip(logits(probabilities), -SUREST, SUREST)
    margins = np.where(np.asarray(labels) == 1, z, -z)
    low, high = math.log(COLDEST), math.log(HOTTEST)
    for _ in range(4):
        grid = np.linspace(low, high, 25)
        loss = np.logaddexp(0, -margins / np.exp(grid)[:, np.newaxis]).sum(axis=1)
        loss += grid**2 / (2 * PRIOR_SPREAD**2)
        best = int(loss.argmin())
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 24)]
    return round(float(np.clip(math.exp(grid[best]), COLDEST, HOTTEST)), 4)


def cross_calibrated(probabilities: np.ndarray, labels: np.ndarray) -> NDArray[np.float32]:
    """Return P(class 1) (N,), every other photo with the temperature of the rest.

    Photos lie class by class, so both halves hold both classes.
    """
    found = np.array(probabilities, np.float32)
    if len(found) < 2:
        return found
    even = np.arange(len(found)) % 2 == 0
    for half in (even, ~even):
        temperature = fit_temperature(probabilities[~half], labels[~half])
        found[half] = calibrated(probabilities[half], temperature)
    return found


def certainties(probabilities: ArrayLike) -> Floats:
    """Return the probability (N,) of the class that each answer names."""
    p = np.asarray(probabilities, np.float64)
    return np.asarray(np.maximum(p, 1 - p))


def in_per_cents(probabilities: ArrayLike) -> Floats:
    """Return certainties in whole per cents, rounded down; float32's 0.9 is 90."""
    return np.asarray(np.floor(certainties(probabilities) * 100 + 1e-4))


def bins_of(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Sort answers into equal steps of certainty from 0 to 1; return those that hold any.

    The mean certainty, the share that is right and the count of each.
    """
    sure = certainties(probabilities)
    right = (np.asarray(probabilities) >= 0.5) == (np.asarray(labels) == 1)
    place = np.minimum((sure * bins).astype(np.intp), bins - 1)
    counts = np.bincount(place, minlength=bins)
    used = counts > 0
    promised = np.bincount(place, weights=sure, minlength=bins)[used] / counts[used]
    kept = np.bincount(place, weights=right, minlength=bins)[used] / counts[used]
    return promised, kept, counts[used].astype(np.int64)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> float:
    """Return the expected calibration error: by how much certainty and truth differ in a bin.

    The mean over ``bins`` equal steps of certainty, weighted by their photos (Guo et al., 2017).
    Even a perfectly calibrated network has some: about 0.03 with 400 photos, 0.01 with 4,000.
    """
    promised, kept, counts = bins_of(probabilities, labels, bins)
    return float(np.sum(counts * np.abs(promised - kept)) / counts.sum())


def find_band(probabilities: np.ndarray, labels: np.ndarray, target: float = TARGET) -> Band:
    """Find the smallest certainty, in whole per cents, whose answers are right often enough.

    One mistake more than was seen is counted, as Laplace's rule of succession does, so that the
    target holds on the next photos too; it takes 49 sure and right answers to reach 98 in 100.
    """
    sure = in_per_cents(probabilities)
    right = (np.asarray(probabilities) >= 0.5) == (np.asarray(labels) == 1)
    for percent in range(50, 100):
        reach = sure >= percent
        count, wrong = int(reach.sum()), int((reach & ~right).sum())
        if (wrong + 1) / (count + 2) <= 1 - target + 1e-9:
            return band_at(percent / 100, target, sure, right, reached=True)
    return band_at(round(target, 2), target, sure, right, reached=False)


def band_at(
    certainty: float, target: float, sure: Floats, right: np.ndarray, *, reached: bool
) -> Band:
    """Say what a band from ``certainty`` on gives; ``sure`` (N,) is in whole per cents."""
    reach = sure >= round(certainty * 100)
    return Band(
        certainty,
        target,
        len(sure),
        float(reach.mean()),
        float(right[reach].mean()) if reach.any() else None,
        reached,
    )
