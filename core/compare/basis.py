"""What is known of the sums behind two arrays: how many terms each has, and how large they are.

The rule of ``core.comparison.rounding`` asks for the sum of the terms' magnitudes behind every
number. Where the layer is known that sum is computed (``core.compare.known_layer``). Where it is
not, it is estimated here from the numbers themselves, and what that takes for granted is said.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.comparison.rounding import FEWEST_TERMS, Array, Sums, rounding_units


@dataclass(frozen=True)
class Basis:
    """The sums behind two arrays, and in words how they are known.

    ``exact`` is what the layer gives in float64, where it is known. ``told`` says whether anybody
    said how many terms there are. ``orders`` adds the terms of one number up anew, and returns how
    many units of rounding that gives; ``limit`` is what it gave for the worst number.
    """

    sums: Sums
    words: str
    exact: Array | None = None
    told: bool = True
    orders: Callable[[tuple[int, ...], np.dtype], int] | None = None
    limit: int | None = None

    @property
    def allowed(self) -> int:
        """How many units of rounding two arrays may differ by."""
        return self.sums.allowed if self.limit is None else self.limit

    def held_against(self, index: tuple[int, ...], units: float, dtype: np.dtype) -> "Basis":
        """Look closer at the number that is ``units`` apart, the worst: limit what is allowed."""
        if self.orders is None or not FEWEST_TERMS < units <= self.sums.allowed:
            return self
        limit = self.orders(index, dtype)
        if units <= limit:
            return self
        words = (
            f"{self.words} Of the worst number they were added up anew in other orders, which "
            f"explains {limit:,} units."
        )
        return replace(self, words=words, limit=limit)


def units_apart(ours: Array, theirs: Array, sums: Sums) -> NDArray[np.float64]:
    """Return the differences in units of rounding to the coarser dtype of the two."""
    if np.finfo(ours.dtype).eps > np.finfo(theirs.dtype).eps:
        ours, theirs = theirs, ours
    return rounding_units(ours, theirs, sums)


def coarser(ours: Array, theirs: Array) -> np.dtype:
    """Return the coarser dtype of two arrays, in which they are held against each other."""
    return max((ours.dtype, theirs.dtype), key=lambda each: np.finfo(each).eps)


def from_values(ours: Array, theirs: Array, terms: int | None = None) -> Basis:
    """Estimate the sums from the numbers that came of them, which have one shape.

    Terms of one sign add up to no more than the number itself. Terms of both signs cancel: n of
    them of one size leave about its square root of n times, and where they happen to leave less,
    the neighbours' numbers show the size still. So a sum counts as large as its number, and as the
    root mean square of its channel at least. Each n units of that are n/sqrt(n) times what n
    independent roundings of random terms come to, so the estimate errs to the side of rounding;
    but it is too small where terms cancel everywhere.
    """
    size = np.maximum(*(np.abs(finite(array)) for array in (ours, theirs)))
    typical = np.minimum(*(channel_size(finite(array)) for array in (ours, theirs)))
    said = (
        f"Each sum is taken to have {terms:,} terms"
        if terms
        else f"Nobody said how long the sums are, so they count as short ones, of {FEWEST_TERMS} "
        "terms"
    )
    words = (
        f"{said}. How large the terms are is not known: together as large as the number that they "
        f"add up to, at least as {whose(ours.ndim)} in root mean square. Terms that cancel "
        "everywhere to much less than they are may be off by more."
    )
    return Basis(Sums(np.maximum(size, typical), terms or 1), words, told=terms is not None)


def finite(array: Array) -> Array:
    """Return the numbers in float64, 0 for those that are not finite."""
    return np.nan_to_num(array.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def channel_size(array: Array) -> Array:
    """Return the root mean square of each channel of (..., C, H, W), or of all, to be broadcast."""
    if not array.size:
        return np.zeros(())
    others = tuple(axis for axis in range(array.ndim) if axis != array.ndim - 3)
    axes = others if array.ndim >= 3 else None
    largest = np.abs(array).max()
    if not largest:
        return np.zeros(())
    # Divided first, so that no square is beyond float64.
    mean = ((array / largest) ** 2).mean(axis=axes, keepdims=True)
    return np.asarray(np.sqrt(mean) * largest)


def whose(axes: int) -> str:
    """Name whose root mean square it is."""
    return "those of its channel" if axes >= 3 else "all numbers"
