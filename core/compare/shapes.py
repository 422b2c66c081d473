"""Two arrays whose shapes differ: what may be meant, and what one is of the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

import numpy as np

from core.compare.arrays import Outcome, compare_arrays, kind
from core.comparison.rounding import Array

MOST_AXES: Final = 4
"""With more axes they are not permuted: there would be too many ways."""
MOST_NUMBERS: Final = 2**22


@dataclass(frozen=True)
class ShapesDiffer:
    """Arrays of two shapes; ``findings`` say what one is of the other."""

    names: tuple[str, str]
    kinds: tuple[str, str]
    findings: tuple[str, ...]
    outcome: Outcome = Outcome.DIFFERENT

    @property
    def report(self) -> str:
        """What can be pasted into a bug report."""
        (ours, theirs), (one, other) = self.names, self.kinds
        found = self.findings or (
            "Neither is a part of the other, or the other with axes swapped.",
        )
        return f"The shapes differ: {ours} is {one}, {theirs} is {other}. {' '.join(found)}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "outcome": self.outcome.value,
            "kinds": list(self.kinds),
            "findings": list(self.findings),
        }


def of_one_shape(ours: Array, theirs: Array) -> Array | None:
    """Return ``ours`` in the shape of ``theirs``; None if more than axes of length 1 differs."""
    if ours.shape == theirs.shape:
        return ours
    long = [tuple(size for size in array.shape if size != 1) for array in (ours, theirs)]
    return ours.reshape(theirs.shape) if long[0] == long[1] else None


def shapes_differ(ours: Array, theirs: Array, names: tuple[str, str]) -> ShapesDiffer:
    """Say that the shapes differ and what one array is of the other, if that is found."""
    found: list[str] = []
    if max(ours.size, theirs.size) <= MOST_NUMBERS:
        found = list(relations(ours, theirs, *names))[:1]
    return ShapesDiffer(names, (kind(ours), kind(theirs)), tuple(found))


def relations(ours: Array, theirs: Array, name: str, other: str) -> Iterator[str]:
    """Find what one is of the other: its axes in another order, its numbers, a part of it."""
    if ours.ndim == theirs.ndim <= MOST_AXES:
        for order in permutations(range(ours.ndim)):
            turned = ours.transpose(order)
            if turned.shape == theirs.shape and agree(turned, theirs):
                yield f"{name} with its axes in the order {order} is {other}: transpose it."
        yield from part(ours, theirs, name, other)
        yield from part(theirs, ours, other, name)
    if ours.size == theirs.size and agree(ours.reshape(theirs.shape), theirs):
        yield "Both hold the same numbers in the same order: reshape one."


def part(small: Array, large: Array, name: str, other: str) -> Iterator[str]:
    """Find out whether one is the beginning of the other, or its middle."""
    more = np.subtract(large.shape, small.shape)
    if not small.size or (more < 0).any() or not more.any():
        return
    for begins, where in ((more * 0, "beginning"), (more // 2, "middle")):
        index = tuple(slice(k, k + size) for k, size in zip(begins, small.shape, strict=True))
        if agree(small, large[index]):
            yield (
                f"{name} is the {where} of {other}: look at the padding, and at what is cut off."
            )


def agree(one: Array, other: Array) -> bool:
    """Tell whether rounding explains every difference of two arrays of one shape."""
    return compare_arrays(one, other, ("", "")).agreement.within
