"""Numbers and words about maps: mean, spread, zeros, histogram, what is wrong with a channel."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HISTOGRAM_BINS = 41
# Rounding in float32 makes a map that is constant by construction differ in its last digits.
CONSTANT_SPREAD = 1e-5
SILENT_HERE = "silent here: zero everywhere for this photo"


@dataclass(frozen=True)
class Statistics:
    """Numbers about the finite values of an array; all NaN when there is none.

    ``counts`` (bins,) is the histogram between ``edges`` (bins + 1,); ``zeros`` is the share of
    values that are exactly zero, ``not_finite`` the number of NaN and infinities.
    """

    mean: float
    spread: float
    minimum: float
    maximum: float
    zeros: float
    not_finite: int
    size: int
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


def statistics(values: NDArray[np.floating], bins: int = HISTOGRAM_BINS) -> Statistics:
    """Compute the statistics of an array of any shape; ``spread`` is the standard deviation."""
    flat = np.asarray(values).ravel()
    finite = flat[np.isfinite(flat)]
    if not finite.size:
        nothing, edges = float("nan"), np.linspace(0, 1, bins + 1)
        counts = np.zeros(bins, dtype=np.int64)
        none = (nothing, nothing, nothing, nothing, 0.0)
        return Statistics(*none, int(flat.size), int(flat.size), counts, edges)
    low, high = float(finite.min()), float(finite.max())
    counts, edges = _histogram(finite, low, high, bins)
    return Statistics(
        mean=float(finite.mean(dtype=np.float64)),
        spread=float(finite.std(dtype=np.float64)),
        minimum=low,
        maximum=high,
        zeros=float(np.count_nonzero(flat == 0) / flat.size),
        not_finite=int(flat.size - finite.size),
        size=int(flat.size),
        counts=counts,
        edges=edges,
    )


def _histogram(
    values: NDArray[np.floating], low: float, high: float, bins: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Count like ``numpy.histogram``, several times faster: the bins are known to be even."""
    if low == high:
        low, high = low - 0.5, high + 0.5
    place = (values.astype(np.float64) - low) * (bins / (high - low))
    counts = np.bincount(np.minimum(place.astype(np.intp), bins - 1), minlength=bins)
    return counts.astype(np.int64), np.linspace(low, high, bins + 1)


def channel_words(values: NDArray[np.floating]) -> str:
    """Say what is wrong with one channel's map (H, W), or nothing ("") when it is a picture.

    Such a channel is marked in words, never drawn as if it showed something.
    """
    values = np.asarray(values)
    bad = int(values.size - np.count_nonzero(np.isfinite(values)))
    if bad:
        return f"not finite: NaN or infinity in {bad} of {values.size} cells"
    if not values.any():
        return SILENT_HERE
    low, high = float(values.min()), float(values.max())
    if values.size > 1 and high - low <= CONSTANT_SPREAD * max(abs(low), abs(high)):
        return f"constant: {low:.3g} everywhere"
    return ""


def words_of_channels(maps: NDArray[np.floating]) -> dict[int, str]:
    """Find the channels of maps (C, H, W) that are no picture, each with what is wrong with it."""
    flat = np.asarray(maps).reshape(len(maps), -1)
    low, high = flat.min(axis=1), flat.max(axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        flat_enough = high - low <= CONSTANT_SPREAD * np.maximum(np.abs(low), np.abs(high))
    suspects = np.flatnonzero(flat_enough | ~np.isfinite(low) | ~np.isfinite(high))
    words = {int(channel): channel_words(maps[channel]) for channel in suspects}
    return {channel: said for channel, said in words.items() if said}


def not_finite_words(output: NDArray[np.floating]) -> str:
    """Say how many values of a layer's output are no numbers; "" when all are."""
    bad = int(output.size - np.count_nonzero(np.isfinite(output)))
    return f"{bad:,} of {output.size:,} values are NaN or infinite" if bad else ""


def sum_up(words: Mapping[int, str], channels: int) -> str:
    """Sum up what is said of a layer's channels in a few words; "" when all are pictures."""
    parts = [
        f"{count:,} of {channels:,} {what}"
        for what in ("dead", "silent here", "constant")
        if (count := sum(said.startswith(what) for said in words.values()))
    ]
    return ", ".join(parts)
