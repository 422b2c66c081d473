"""Curves made fit for the eye: smoothed, and thinned to as many points as a chart can show."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]


def smooth(values: Values, window: int = 25) -> Values:
    """Average each of ``values`` (N,) with up to ``window`` - 1 before it, leaving out non-finite.

    Where the whole window is not finite the result is NaN.
    """
    values = np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    end = np.arange(1, len(values) + 1)
    start = np.maximum(0, end - window)
    count = counts[end] - counts[start]
    return np.where(count > 0, (sums[end] - sums[start]) / np.maximum(count, 1), np.nan)


def thin(x: NDArray[np.integer], y: Values, points: int) -> tuple[NDArray[np.integer], Values]:
    """Keep at most ``points`` of the pairs ``x`` (N,), ``y`` (N,): the extremes of even buckets.

    A bucket keeps its smallest and its largest value, so that no peak is thinned away, and the
    newest pair is always kept.
    """
    if points < 3:
        raise ValueError(f"points must be at least 3, not {points}")
    if len(x) <= points:
        return x, y
    edges = np.linspace(0, len(x) - 1, (points - 1) // 2 + 1).astype(int)
    kept = {len(x) - 1}
    for start, end in pairwise(edges):
        bucket = np.nan_to_num(y[start:end], nan=0.0)
        kept |= {start + int(bucket.argmin()), start + int(bucket.argmax())}
    index = np.array(sorted(kept))
    return x[index], y[index]
