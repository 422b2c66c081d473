"""What every layer's demonstration gives: a formula with numbers, and both engines' arrays."""

from dataclasses import dataclass

import numpy as np

from core.comparison.rounding import Array, Comparison


@dataclass(frozen=True)
class Demo:
    """A layer carried out: steps of its formula with numbers in them, and the comparisons.

    Each step is a name and a line of text; ``note`` says in a sentence what to notice. The
    comparisons have the titles that people read.
    """

    steps: tuple[tuple[str, str], ...]
    note: str
    comparisons: dict[str, Comparison]


def random_numbers(seed: int, shape: tuple[int, ...], dtype: str) -> Array:
    """Draw from N(0, 1), rounded to two decimals so that a person can follow the sums."""
    values = np.random.default_rng(seed).standard_normal(shape).round(2) + 0.0
    return values.astype(dtype)


def number(value: float) -> str:
    """Write a number with four significant digits and a real minus sign."""
    return f"{float(value):.4g}".replace("-", "−")


def in_brackets(value: float) -> str:
    """Write a factor: negative ones in brackets."""
    return f"({number(value)})" if value < 0 else number(value)
