"""Two arrays of the same thing: do they differ by rounding, or is one of them wrong?

The verdict is the one rule's (``core.comparison.rounding``), on the sums that are known or assumed
(``core.compare.basis``). Beside it stands what the differences look like: rounding is everywhere
and has no sign, a mistake sits somewhere or follows a rule of its own.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil, isfinite, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.compare.basis import Basis, coarser, from_values, units_apart
from core.compare.places import place_of
from core.compare.relations import relation
from core.comparison.rounding import Agreement, Array, differences
from core.wording import shape_words

LIKELY: Final = 5.0
"""Each of two sums of n roundings that know nothing of each other is off by more than so many times
the root of n units in one of 100,000 cases (Higham and Mary, A new approach to probabilistic
rounding error analysis, 2019, theorem 2.4: 2 exp(-5 * 5 / 2))."""
SAMPLED: Final = 100_000
"""So many differences at most are looked at for their sign, evenly spread over the array."""
ENOUGH: Final = 200
ONE_SIDED: Final = 0.9
"""Of so many different differences, a larger share of one sign is told."""


class Outcome(StrEnum):
    """What a comparison comes to."""

    EQUAL = "equal"
    ROUNDING = "rounding"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Worst:
    """The number that is furthest apart, in units: where it is, and what both hold there."""

    index: tuple[int, ...]
    ours: float
    theirs: float

    @property
    def pair(self) -> tuple[str, str]:
        """Both numbers, with as many digits as tell them apart."""
        texts = ((f"{self.ours:.{n}g}", f"{self.theirs:.{n}g}") for n in (6, 9, 17))
        return next((both for both in texts if both[0] != both[1]), (repr(self.ours),) * 2)


@dataclass(frozen=True)
class ArraysCompared:
    """The verdict on two arrays that are called ``names``.

    ``different`` of ``size`` numbers are not equal, ``beyond`` are further apart than rounding
    explains. ``findings`` are sentences about the differences, ``units`` (shape) is how far each
    number is apart. ``needed`` is how many terms a sum must have to explain the worst, where nobody
    said how many there are.
    """

    names: tuple[str, str]
    kinds: tuple[str, str]
    size: int
    agreement: Agreement
    different: int
    beyond: int
    worst: Worst | None
    basis: str
    findings: tuple[str, ...]
    units: NDArray[np.float64] = field(repr=False)
    needed: int | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether rounding explains every difference."""
        if not self.different:
            return Outcome.EQUAL
        return Outcome.ROUNDING if self.agreement.within else Outcome.DIFFERENT

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; what is not finite is None."""
        worst = self.worst
        return {
            "outcome": self.outcome.value,
            "size": self.size,
            "different": self.different,
            "beyond": self.beyond,
            "difference": finite_or_none(self.agreement.difference),
            "units": finite_or_none(self.agreement.units),
            "allowed": self.agreement.allowed,
            "worst": list(worst.index) if worst else None,
            "ours": finite_or_none(worst.ours) if worst else None,
            "theirs": finite_or_none(worst.theirs) if worst else None,
            "basis": self.basis,
            "findings": list(self.findings),
        }


def compare_arrays(
    ours: Array, theirs: Array, names: tuple[str, str], basis: Basis | None = None
) -> ArraysCompared:
    """Hold two arrays of one shape against each other; their dtypes may differ.

    Without a ``basis`` the sums are estimated from the numbers, and count as short.
    """
    basis = basis or from_values(ours, theirs)
    units = units_apart(ours, theirs, basis.sums)
    gaps = differences(ours, theirs)
    worst = None
    if (gaps != 0).any():
        index = tuple(int(k) for k in np.unravel_index(int(units.argmax()), units.shape))
        worst = Worst(index, float(ours[index]), float(theirs[index]))
        basis = basis.held_against(index, float(units[index]), coarser(ours, theirs))
    agreement = Agreement(
        float(np.abs(gaps).max(initial=0.0)), float(units.max(initial=0.0)), basis.allowed
    )
    wrong = units > basis.allowed
    return ArraysCompared(
        names,
        (kind(ours), kind(theirs)),
        ours.size,
        agreement,
        int((gaps != 0).sum()),
        int(wrong.sum()),
        worst,
        basis.words,
        tuple(filter(None, find(ours, theirs, names, basis, units, gaps))),
        units,
        None if basis.told or not isfinite(agreement.units) else ceil(agreement.units),
    )


def find(
    ours: Array,
    theirs: Array,
    names: tuple[str, str],
    basis: Basis,
    units: NDArray[np.float64],
    gaps: NDArray[np.float64],
) -> list[str]:
    """Return sentences on what the differences look like, empty ones for what they do not."""
    wrong, apart = units > basis.allowed, gaps != 0
    found = [not_finite(ours, theirs, names)]
    if basis.exact is not None:
        found.append(whose_fault(ours, theirs, names, basis))
    if not apart.any():
        return found
    if wrong.any():
        return [*found, relation(ours, theirs, names, basis, wrong), place_of(wrong)]
    place = place_of(apart)
    if place:
        found.append(
            f"{place} Rounding explains their size, and the rest is equal to the last bit."
        )
    return [*found, unlikely(units, basis), one_sided(ours, theirs, names[0], gaps)]


def not_finite(ours: Array, theirs: Array, names: tuple[str, str]) -> str:
    """Say how many numbers are NaN or infinite in one array alone, and how many in both."""
    sentences = []
    for what, test in (("NaN", np.isnan), ("infinite", np.isinf)):
        one, other = test(ours), test(theirs)
        places = {
            f"{names[0]} alone": one & ~other,
            f"{names[1]} alone": other & ~one,
            "both": one & other,
        }
        for where, those in places.items():
            if count := int(those.sum()):
                numbers = "number is" if count == 1 else "numbers are"
                sentences.append(f"{count:,} {numbers} {what} in {where}.")
    return " ".join(sentences)


def whose_fault(ours: Array, theirs: Array, names: tuple[str, str], basis: Basis) -> str:
    """Say which of the two is what the layer gives, computed in float64."""
    assert basis.exact is not None
    right = [
        bool((units_apart(array, basis.exact, basis.sums) <= basis.allowed).all())
        for array in (ours, theirs)
    ]
    of = "what torch makes of the input and the weight in float64"
    if all(right):
        return f"Both are {of}."
    if not any(right):
        return (
            f"Neither is {of}. Where input, weight, bias or settings are not those of the arrays, "
            "neither are the sums, and this verdict does not count."
        )
    good, bad = names if right[0] else names[::-1]
    return f"{good} is {of}, and {bad} is not."


def unlikely(units: NDArray[np.float64], basis: Basis) -> str:
    """Say that differences are possible for rounding but hardly ever so large.

    That can only be said where it is known how many roundings there are.
    """
    if not basis.told:
        return ""
    likely = ceil(2 * LIKELY * sqrt(basis.sums.terms))
    if basis.orders is not None or basis.allowed <= likely or units.max() <= likely:
        return ""
    return (
        f"That is the most that rounding can do: {basis.sums.terms:,} roundings that know nothing "
        f"of each other hardly ever come to more than {likely:,} units. Terms that are all alike "
        "may; otherwise look at the worst number."
    )


def one_sided(ours: Array, theirs: Array, name: str, gaps: NDArray[np.float64]) -> str:
    """Say that nearly all differences have one sign, which roundings to the nearest have not.

    Equal pairs of numbers count once: in a plain area of a picture one rounding is repeated.
    """
    apart = np.flatnonzero(gaps)
    apart = apart[:: max(1, len(apart) // SAMPLED)]
    both = np.stack([array.ravel()[apart].astype(np.float64) for array in (ours, theirs)])
    pairs = np.unique(both, axis=1)
    if pairs.shape[1] < ENOUGH:
        return ""
    share = float((pairs[0] > pairs[1]).mean())
    if max(share, 1 - share) < ONE_SIDED:
        return ""
    side = "larger" if share > 0.5 else "smaller"
    return (
        f"{name} is {side} in {max(share, 1 - share):.0%} of the numbers that differ: rounding "
        "to the nearest has no side, cutting digits off or a constant a little off has."
    )


def kind(array: Array) -> str:
    """Say dtype and shape: "float32, 1 x 16 x 72 x 72"."""
    return f"{array.dtype.name}, {shape_words(array.shape)}"


def finite_or_none(value: float) -> float | None:
    """Return a number that JSON can say."""
    return value if isfinite(value) else None
