"""What every layer's demonstration gives: a formula with numbers, and both engines' arrays."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from core.conv_lab.engines import ROUNDINGS, Comparison

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Demo:
    """A layer carried out: steps of its formula with numbers in them, and the comparisons.

    Each step is a name and a line of text; ``note`` says in a sentence what to notice.
    """

    steps: tuple[tuple[str, str], ...]
    note: str
    comparisons: tuple[Comparison, ...]

    @property
    def within(self) -> bool:
        """Whether rounding explains every difference."""
        return all(comparison.within for comparison in self.comparisons)


def compare(name: str, ours: ArrayLike, theirs: torch.Tensor, magnitude: ArrayLike) -> Comparison:
    """Compare two arrays; ``magnitude`` bounds the terms of which each element is computed.

    The difference may be 16 unit roundoffs of the dtype times that magnitude.
    """
    expected = theirs.detach().numpy()
    array = np.asarray(ours, dtype=expected.dtype)
    share = ROUNDINGS * float(np.finfo(expected.dtype).eps) / 2
    allowed = np.broadcast_to(share * np.abs(np.asarray(magnitude, np.float64)), array.shape)
    return Comparison(name, array, expected, allowed)


def random_numbers(seed: int, shape: tuple[int, ...], dtype: str) -> Array:
    """Draw from N(0, 1), rounded to two decimals so that a person can follow the sums."""
    values = np.random.default_rng(seed).standard_normal(shape).round(2) + 0.0
    return values.astype(dtype)


def tensor(array: Array) -> torch.Tensor:
    """Copy an array into a tensor that collects its gradient."""
    return torch.from_numpy(array.copy()).requires_grad_()


def number(value: float) -> str:
    """Write a number with four significant digits and a real minus sign."""
    return f"{float(value):.4g}".replace("-", "−")


def in_brackets(value: float) -> str:
    """Write a factor: negative ones in brackets."""
    return f"({number(value)})" if value < 0 else number(value)
