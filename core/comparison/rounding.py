"""The rule for agreement: an element of two arrays agrees when rounding explains its difference.

Floating point rounds a sum, and every order of its terms rounds it elsewhere. A sum of n terms is
off by at most about n units of rounding of the sum of its terms' magnitudes, however small the sum
itself (Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, sections 3.1 and 4.2).
The unit is half the gap between 1 and the next number: 6.0e-8 in float32, 1.1e-16 in float64. So
two engines may differ by as many units as the sum has terms, and a wrong term is beyond that.

What belongs to the rule:

- Every sum counts as one of at least 16 terms. That is for what is around a short sum: products
  are rounded or fused into the addition, a bias is added, parts of a sum are joined; and an
  exponential, a logarithm or a root is a few units off, though it adds up nothing.
- What adds up nothing and computes nothing (ReLU, max pooling, flattening) counts as a sum of no
  terms: it must be equal.
- Both engines get the same input. What an input is off by is not rounding of this sum.
- The unit is never below the dtype's smallest normal number, 1.2e-38 in float32: many libraries
  take what is smaller for 0. In float16, where that would be 6.1e-5, none does: there the unit is
  never below half the gap between the smallest numbers, 3.0e-8.
- Equal infinities agree and so do two NaN; a finite number never agrees with what is not finite.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

FEWEST_TERMS = 16
EXPLANATION = (
    "A sum in another order is rounded elsewhere: one of n terms may be off by n units of rounding "
    "(a unit is half the last place of its terms' magnitudes added up), a short one by "
    f"{FEWEST_TERMS}. Both engines get the same input. What is only copied must be equal, and a "
    "wrong term goes far beyond."
)
"""The rule for people, beside a verdict."""


@dataclass(frozen=True)
class Sums:
    """The sums behind an array: for each element the sum of its terms' magnitudes.

    ``magnitudes`` has the array's shape or one that fits to it, ``terms`` is how many terms the
    longest of the sums has; 0 for an array of copies.
    """

    magnitudes: Array
    terms: int

    @property
    def allowed(self) -> int:
        """How many units of rounding two engines may differ by."""
        return max(self.terms, FEWEST_TERMS) if self.terms else 0


COPIES = Sums(np.zeros(()), 0)
"""An array whose elements were only copied or chosen."""


@dataclass(frozen=True)
class Agreement:
    """How far two arrays lie apart: by ``difference`` at most, and by ``units`` of rounding.

    Both are infinite where a number is finite in one array only. Rounding explains ``allowed``.
    """

    difference: float
    units: float
    allowed: int

    @property
    def within(self) -> bool:
        """Whether rounding explains every element's difference."""
        return self.units <= self.allowed

    @property
    def share(self) -> float:
        """The units as a share of those allowed: at most 1 where the arrays agree."""
        return self.units / self.allowed if self.allowed else (np.inf if self.units else 0.0)

    @property
    def sentence(self) -> str:
        """The verdict, for people."""
        if self.difference == 0:
            return "Equal to the last bit."
        if np.isinf(self.difference):
            return "A number is finite in one engine and not in the other."
        found = f"The largest difference is {self.difference:.2g}"
        if not self.allowed:
            return f"{found}, and nothing was added up here that could be rounded."
        few = f"{self.units:.2g}"
        if self.within:
            return f"{found}: {few} of the {self.allowed:,} units that rounding explains."
        units = f"{float(few):,.0f}" if self.units < 1e9 else few
        return f"{found}: {units} units, and rounding explains {self.allowed:,}."


@dataclass(frozen=True)
class Comparison:
    """The same array from both engines, and the sums behind it."""

    numpy: Array
    torch: Array
    sums: Sums

    @cached_property
    def agreement(self) -> Agreement:
        """How far they lie apart."""
        return agreement(self.numpy, self.torch, self.sums)

    @property
    def within(self) -> bool:
        """Whether rounding explains every element's difference."""
        return self.agreement.within

    @property
    def first(self) -> "Comparison":
        """The same for the first of a batch."""
        magnitudes = self.sums.magnitudes[0] if self.sums.magnitudes.ndim else self.sums.magnitudes
        return Comparison(self.numpy[0], self.torch[0], Sums(magnitudes, self.sums.terms))


def agreement(numpy: Array, torch: Array, sums: Sums) -> Agreement:
    """Compare NumPy's array with torch's; ``ValueError`` when shapes or dtypes differ."""
    if numpy.shape != torch.shape or numpy.dtype != torch.dtype:
        raise ValueError(
            f"torch's array must be {numpy.shape} {numpy.dtype} like NumPy's, "
            f"not {torch.shape} {torch.dtype}"
        )
    units = rounding_units(numpy, torch, sums)
    difference = float(np.abs(differences(numpy, torch)).max(initial=0.0))
    return Agreement(difference, float(units.max(initial=0.0)), sums.allowed)


def agreeing(numpy: Array, torch: Array, sums: Sums) -> NDArray[np.bool_]:
    """Tell for every element whether rounding to torch's dtype explains the difference."""
    within: NDArray[np.bool_] = rounding_units(numpy, torch, sums) <= sums.allowed
    return within


def rounding_units(numpy: Array, torch: Array, sums: Sums) -> NDArray[np.float64]:
    """Return the differences in units of rounding to torch's dtype; infinite where that is none."""
    apart = np.abs(differences(numpy, torch))
    numbers = np.finfo(torch.dtype)
    half = numbers.dtype == np.float16
    least = float(numbers.smallest_subnormal) / 2 if half else float(numbers.tiny)
    unit = np.maximum(float(numbers.eps) / 2 * sums.magnitudes.astype(np.float64), least)
    units = np.full(apart.shape, np.inf)
    with np.errstate(over="ignore"):
        np.divide(apart, unit, out=units, where=np.isfinite(apart) & ~np.isnan(unit))
    units[apart == 0] = 0.0
    return units


def differences(numpy: Array, torch: Array) -> NDArray[np.float64]:
    """Return NumPy's array minus torch's: 0 where both are the same, NaN and infinities too."""
    with np.errstate(invalid="ignore", over="ignore"):
        result = np.asarray(numpy.astype(np.float64) - torch.astype(np.float64))
    result[(numpy == torch) | (np.isnan(numpy) & np.isnan(torch))] = 0.0
    result[np.isnan(result)] = np.inf
    return result
