"""How far an axis of losses must reach: to what matters, not to a single spike."""

import math

import numpy as np
from numpy.typing import NDArray

GUESSING = math.log(2)
"""The loss of two classes while every answer is 0.5."""
CUT_SHARE = 0.05
WORTH_CUTTING = 2.0
"""A cut must make the rest so many times larger."""


def loss_limit(losses: NDArray[np.floating]) -> float | None:
    """Return where an axis of ``losses`` (N,) ends so that few spikes do not flatten the rest.

    None when all of them fit. What lies beyond the outer fence, three interquartile ranges above
    the upper quartile (Tukey, Exploratory Data Analysis, 1977), may be cut; but at most 5 % of the
    losses, or one, and never what lies near the loss of guessing or below.
    """
    known = np.sort(losses[np.isfinite(losses)])
    if len(known) < 4:
        return None
    allowed = max(1, int(CUT_SHARE * len(known)))
    lower, upper = np.quantile(known, [0.25, 0.75])
    fence = upper + 3 * (upper - lower)
    limit = float(max(fence, known[-1 - allowed] * 1.05, 1.2 * GUESSING))
    return limit if known[-1] > WORTH_CUTTING * limit else None
