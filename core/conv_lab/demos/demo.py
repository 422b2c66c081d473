"""What every layer's demonstration gives: a formula with numbers, and both engines' arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.comparison.rounding import Array, Comparison
from core.conv_lab.demos.terms import Line, Terms


@dataclass(frozen=True)
class Row:
    """A value by its ``formula``, and what torch makes of it in two steps and in one.

    None where a way does not compute it.
    """

    name: str
    formula: str
    exact: float
    two_steps: float | None = None
    one_step: float | None = None


@dataclass(frozen=True)
class Panel:
    """An array to look at: its name in the sums, its title, and the row that it stands in.

    ``symbol`` is what its numbers are called, its name if not told; ``first`` is the number of the
    first of a list.
    """

    name: str
    title: str
    array: Array
    row: str = "Forward"
    symbol: str = ""
    first: int = 0


@dataclass(frozen=True)
class Demo:
    """A layer carried out: steps of its formula with numbers in them, and the comparisons.

    Each step is a name and a line of text, or a row of ``rows``; ``note`` says in a
    sentence what to notice. The comparisons have the titles that people read;
    a panel of the same title is what the layer computed, the others are what went in.

    How a panel's numbers come about is in ``terms`` or in ``lines``, one for each of its numbers;
    of panels in neither, the browser knows it.
    """

    steps: tuple[tuple[str, str], ...]
    note: str
    comparisons: dict[str, Comparison]
    rows: tuple[Row, ...] = ()
    panels: tuple[Panel, ...] = ()
    terms: Mapping[str, Terms] = field(default_factory=dict)
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


def random_numbers(seed: int, shape: tuple[int, ...], dtype: str) -> Array:
    """Draw from N(0, 1), rounded to two decimals so that a person can follow the sums."""
    values = np.random.default_rng(seed).standard_normal(shape).round(2) + 0.0
    return values.astype(dtype)
