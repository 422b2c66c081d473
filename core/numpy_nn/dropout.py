"""Dropout: in training, each number is left out by chance (Srivastava et al., 2014)."""

import numpy as np
from numpy.typing import DTypeLike


def dropout_mask(
    shape: tuple[int, ...], p: float, seed: int, number: int, dtype: DTypeLike = np.float64
) -> np.ndarray:
    """Return what a batch is multiplied by: 0 with probability ``p``, else 1 / (1 - p).

    The scale keeps the mean. The mask is drawn from ``seed`` and its ``number`` alone, so that both
    engines have the same, and a resumed training has those of the uninterrupted one. Raises
    ``ValueError`` unless 0 <= p < 1.
    """
    if not 0 <= p < 1:
        raise ValueError(f"p must be at least 0 and below 1, not {p!r}")
    kept = np.random.default_rng((seed, number)).random(shape) >= p
    return (kept / (1 - p)).astype(dtype)
