"""Which learning rate a range test speaks for, and why, in a sentence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST = 10
"""Of fewer steps nothing can be said."""
BLUR = 4.0
"""Standard deviation, in steps, of the average over neighbours that makes a trend visible."""
SPIKE = 4.0
BATCHES = 4
"""So many batches come round again and again in a search: what is learnt of them shows within so
few steps, where batches that are new every time would hide it by being easier or harder."""
NOTICEABLE = 0.03
"""The smoothed loss must fall, and later rise, by this share of its level at least."""
CERTAIN = 7.0
"""And by so many times the standard error that single batches leave in the smoothed loss."""


@dataclass(frozen=True)
class Suggestion:
    """What the losses over the rates come to.

    ``rate`` is suggested, None when the loss falls at none. ``grows_from`` is the rate from which
    it grows again, None where it does not. ``smoothed`` (N,) is the curve that this rests on.
    """

    rate: float | None
    grows_from: float | None
    sentence: str
    smoothed: tuple[float, ...] = ()


def suggest(rates: Sequence[float], losses: Sequence[float], steps: int = 0) -> Suggestion:
    """Suggest the rate at which the smoothed loss falls fastest on the way to its lowest point.

    ``rates`` (N,) grow by the same factor at every step, ``losses`` (N,) are the batches' before
    each step. A test that ended before its ``steps`` has exploded at the end.
    """
    if len(losses) < FEWEST:
        return Suggestion(None, None, no_rate("it explodes at the very first ones"))
    values = np.asarray(losses, float)
    smoothed = blurred(values)
    told = tuple(smoothed.tolist())
    clear = clearly(values, smoothed)
    lowest = int(smoothed.argmin())
    # The level before anything was learnt: the highest so far, for the first batches jump.
    fallen = float(smoothed[: lowest + 1].max() - smoothed[lowest])
    level = float(smoothed[lowest]) + clear
    grown = lowest + np.flatnonzero(smoothed[lowest:] > level)
    grows_from = float(rates[grows_at(values, int(grown[0]), level)]) if len(grown) else None
    if grows_from is None and len(losses) < steps:
        grows_from = float(rates[-1])
    if fallen < clear:
        return Suggestion(None, grows_from, no_rate(why_none(smoothed, grows_from)), told)
    highest = int(smoothed[: lowest + 1].argmax())
    slopes = np.gradient(smoothed)[highest : lowest + 1]
    rate = rounded(rates[highest + int(slopes.argmin())])
    return Suggestion(rate, grows_from, why(rate, grows_from), told)


def blurred(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Average each of ``values`` (N,) with its neighbours on both sides, by a Gaussian window.

    Values far above the others count as ``SPIKE`` times the median, so that an explosion at the end
    is not seen before it happens.
    """
    places = np.arange(len(values))
    weights = np.exp(-0.5 * ((places - places[:, np.newaxis]) / BLUR) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    smoothed: NDArray[np.float64] = weights @ np.minimum(values, SPIKE * np.median(values))
    return smoothed


def grows_at(values: NDArray[np.floating], start: int, level: float) -> int:
    """Return the first place from ``start`` on where a round of batches lies above ``level``.

    The smoothed curve knows of an explosion some steps before it happens.
    """
    above = [np.median(values[at : at + BATCHES]) > level for at in range(start, len(values))]
    return start + int(np.argmax(above)) if any(above) else len(values) - 1


def clearly(values: NDArray[np.floating], smoothed: NDArray[np.floating]) -> float:
    """Return by how much the smoothed loss must change for it to mean something.

    The noise is judged by the median distance from the smoothed curve, so that an explosion at the
    end does not count as noise (1.48 median distances are a standard deviation).
    """
    noise = 1.48 * float(np.median(np.abs(values - smoothed)))
    averaged = 2 * math.sqrt(math.pi) * BLUR  # as many batches as the Gaussian window is worth
    level = float(np.median(smoothed[: max(1, len(smoothed) // 4)]))
    return max(NOTICEABLE * level, CERTAIN * noise / math.sqrt(averaged))


def rounded(rate: float) -> float:
    """Round to one digit, which is as exact as such a test can be."""
    return float(f"{rate:.0e}")


def why(rate: float, grows_from: float | None) -> str:
    """Give the reason for a rate."""
    fastest = f"At {spoken_rate(rate)} the loss falls fastest"
    if grows_from is None:
        return f"{fastest}, and it grows at none of the rates tried: {spoken_rate(rate)} suggested."
    beyond = f"beyond {spoken_rate(rounded(grows_from))} it grows"
    return f"{fastest}; {beyond}: {spoken_rate(rate)} suggested."


def why_none(smoothed: NDArray[np.floating], grows_from: float | None) -> str:
    """Give the reason why there is no rate to suggest."""
    stays = f"it stays near {smoothed[: len(smoothed) // 2 + 1].mean():.3f}"
    if grows_from is None:
        return f"{stays} at all of them"
    return f"{stays} and grows beyond {spoken_rate(rounded(grows_from))}"


def no_rate(reason: str) -> str:
    """Say that no rate is suggested, and why."""
    return f"No rate was found at which the loss falls: {reason}."


def spoken_rate(rate: float) -> str:
    """Write a learning rate without the digits that rounding leaves: 0.003, 2e-05."""
    return f"{rate:g}"
