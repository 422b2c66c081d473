"""What one array is of the other, when rounding does not explain their difference.

Each relation is tried by the one rule: do the arrays agree once it is undone?
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.compare.basis import Basis, coarser, units_apart
from core.compare.places import axis_names
from core.comparison.rounding import FEWEST_TERMS, Array, Sums

MOST_NUMBERS: Final = 2**22
"""In larger arrays no relation is looked for: each takes as long as the comparison itself."""
WIDESPREAD: Final = 0.3
"""The share of numbers that are off from which on a relation may hold for all of them."""
OURS, THEIRS = "\0ours", "\0theirs"
"""What stands for the arrays' names in a sentence."""
CODES: Final = (("float16 or TF32", 11), ("bfloat16", 8))
"""Coarser numbers that libraries multiply in, and their digits in base 2."""


@dataclass(frozen=True)
class Pair:
    """Two arrays of one shape, and the sums behind them, as large as each number.

    ``known`` tells whether the sums' magnitudes are, or else only estimated.
    """

    ours: Array
    theirs: Array
    sums: Sums
    known: bool = False

    @property
    def dtype(self) -> np.dtype:
        """The coarser one of the two, in which they are held against each other."""
        return coarser(self.ours, self.theirs)

    def agrees(self, ours: Array, theirs: Array, more: Array | float = 0.0) -> bool:
        """Tell whether two arrays made of them agree; ``more`` is what else was added up."""
        sums = Sums(self.sums.magnitudes + more, self.sums.terms)
        return bool((units_apart(ours, theirs, sums) <= sums.allowed).all())


def relation(
    ours: Array, theirs: Array, names: tuple[str, str], basis: Basis, wrong: NDArray[np.bool_]
) -> str:
    """Say in a sentence what ``ours`` is of ``theirs``, or "" where nothing simple is found."""
    if ours.size > MOST_NUMBERS or wrong.mean() < WIDESPREAD or ours.size < 4:
        return ""
    magnitudes = np.broadcast_to(basis.sums.magnitudes, ours.shape)
    known = basis.exact is not None
    pair = Pair(ours, theirs, Sums(magnitudes, basis.sums.terms), known)
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        return ""
    found = next((each for look in LOOKS for each in look(pair)), "")
    return found.replace(OURS, names[0]).replace(THEIRS, names[1])


def moved(pair: Pair) -> Iterator[str]:
    """The same numbers at other places: flipped, swapped, shifted, or in another order."""
    ours, theirs = pair.ours, pair.theirs
    names = axis_names(ours.ndim)
    for axis, length in enumerate(ours.shape):
        if length > 1 and pair.agrees(np.flip(ours, axis), theirs):
            yield f"{OURS} is {THEIRS} with its {names[axis]}s in reverse order."
    for one, other in combinations(range(ours.ndim), 2):
        if ours.shape[one] == ours.shape[other] > 1 and pair.agrees(
            np.swapaxes(ours, one, other), theirs
        ):
            yield (
                f"{OURS} is {THEIRS} with its {names[one]}s and {names[other]}s swapped: a "
                "transposition is missing, or one too many."
            )
    yield from shifted(pair)
    if np.array_equal(np.sort(ours, axis=None), np.sort(theirs, axis=None)):
        yield (
            "Both hold the very same numbers in another order: look for a reshape where a "
            "transposition is needed."
        )


def shifted(pair: Pair) -> Iterator[str]:
    """The same numbers one place further along an axis."""
    for axis, length in enumerate(pair.ours.shape):
        if length < 4:
            continue
        for by, words in ((1, "later"), (-1, "earlier")):
            here, there = along(axis, slice(1, None)), along(axis, slice(None, -1))
            if by < 0:
                here, there = there, here
            sums = Sums(pair.sums.magnitudes[there], pair.sums.terms)
            inner = Pair(pair.ours[here], pair.theirs[there], sums)
            if inner.agrees(inner.ours, inner.theirs):
                name = axis_names(pair.ours.ndim)[axis]
                yield f"{OURS} is {THEIRS} one {name} {words}: a window begins elsewhere."


def along(axis: int, part: slice) -> tuple[slice, ...]:
    """Return the index of a part along one axis."""
    return (*[slice(None)] * axis, part)


def rectified(pair: Pair) -> Iterator[str]:
    """One is the other after ReLU."""
    sides = ((OURS, pair.ours), (THEIRS, pair.theirs))
    for (name, one), (other_name, other) in (sides, sides[::-1]):
        if other.min() < 0 and pair.agrees(one, np.maximum(other, 0)):
            yield f"{name} is {other_name} after a ReLU: what is negative there is 0."


def scaled(pair: Pair) -> Iterator[str]:
    """A constant more, or a factor, for all numbers or for each channel; the sign is a factor."""
    ours, theirs = pair.ours.astype(np.float64), pair.theirs.astype(np.float64)
    for channel in (None, *([ours.ndim - min(3, ours.ndim)] if ours.ndim > 1 else [])):
        others = tuple(axis for axis in range(ours.ndim) if axis != channel)
        if ours.size // (1 if channel is None else ours.shape[channel]) < 4:
            continue
        more = (ours - theirs).mean(axis=others, keepdims=True)
        squares = (theirs**2).sum(axis=others, keepdims=True)
        factor = (ours * theirs).sum(axis=others, keepdims=True) / np.where(squares, squares, 1)
        if pair.agrees((ours - more).astype(pair.dtype), pair.theirs, np.abs(more)):
            yield f"{OURS} is {THEIRS} {plus_words(more, channel)}: look at the bias."
        near = (factor * theirs).astype(pair.dtype)
        if pair.agrees(pair.ours, near, np.abs(factor) * pair.sums.magnitudes):
            yield f"{OURS} is {THEIRS} {times_words(factor, channel)}."
    yield from normalised(pair, ours, theirs)


def normalised(pair: Pair, ours: Array, theirs: Array) -> Iterator[str]:
    """A factor and a constant for each channel, as normalising an input does, or batch norm."""
    if ours.ndim < 3 or ours.size // ours.shape[-3] < 4:
        return
    others = tuple(axis for axis in range(ours.ndim) if axis != ours.ndim - 3)
    mean, middle = (each.mean(axis=others, keepdims=True) for each in (ours, theirs))
    variance = ((theirs - middle) ** 2).sum(axis=others, keepdims=True)
    covariance = ((ours - mean) * (theirs - middle)).sum(axis=others, keepdims=True)
    factor = covariance / np.where(variance, variance, 1)
    near = (factor * (theirs - middle) + mean).astype(pair.dtype)
    more = np.abs(factor) * (pair.sums.magnitudes + np.abs(middle)) + np.abs(mean)
    if pair.agrees(pair.ours, near, more):
        yield (
            f"{OURS} is {THEIRS} times a factor plus a constant, its own in each channel: look "
            "at whether both normalise, or at the batch norm."
        )


def plus_words(more: Array, channel: int | None) -> str:
    """Say by how much more or less."""
    if channel is None:
        return f"{'plus' if more.flat[0] > 0 else 'minus'} {abs(more.flat[0]):.4g}"
    return f"plus a constant in each channel, from {more.min():.3g} to {more.max():.3g}"


def times_words(factor: Array, channel: int | None) -> str:
    """Say by which factor."""
    if channel is not None:
        return f"times a factor in each channel, from {factor.min():.3g} to {factor.max():.3g}"
    return (
        "with the other sign" if abs(factor.flat[0] + 1) < 1e-6 else f"times {factor.flat[0]:.6g}"
    )


def coarser_numbers(pair: Pair) -> Iterator[str]:
    """All differences are as large as rounding to coarser numbers makes them."""
    units = units_apart(pair.ours, pair.theirs, pair.sums)
    digits = 1 - int(np.log2(np.finfo(pair.dtype).eps))
    codes = (("float32", 24), *CODES) if digits > 24 else CODES if digits > 11 else ()
    for name, fewer in codes:
        # Two factors, each rounded once; what is all float32 rounds every step of its sums, too.
        times = pair.sums.allowed if name == "float32" else 2 if pair.known else FEWEST_TERMS
        if units.max() <= times * 2.0 ** (digits - fewer):
            yield (
                f"All differences are as small as those of sums whose terms are rounded to {name} "
                "first: look for a place where one of the two computes in coarser numbers."
            )


LOOKS: Final[tuple[Callable[[Pair], Iterator[str]], ...]] = (
    moved,
    rectified,
    scaled,
    coarser_numbers,
)
