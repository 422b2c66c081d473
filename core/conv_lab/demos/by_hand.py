"""Formulas with numbers in them that come out: whoever calculates with the digits shown gets the
digits shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor, inf, log10

FEWEST_DIGITS, MOST_DIGITS = 4, 17


@dataclass(frozen=True)
class Formula:
    """A formula as text, and what it gives.

    ``text`` ends before its result. ``by_hand`` is what the numbers in the text give, calculated
    exactly; ``value`` is what the layer computed. ``size`` is the magnitude of the largest term:
    the result has four digits of that.
    """

    text: str
    by_hand: Decimal
    value: float
    size: float

    def result(self, coarser: int) -> tuple[str, str]:
        """Write what comes out by hand and what the layer computed, with so many digits fewer."""
        place = floor(log10(self.size or 1)) + 1 - FEWEST_DIGITS + coarser
        by_hand, value = (
            float(Decimal(each).scaleb(-place).to_integral_value().scaleb(place))
            for each in (self.by_hand, float(self.value))
        )
        return number(by_hand + 0.0, MOST_DIGITS - 2), number(value + 0.0, MOST_DIGITS - 2)

    @property
    def coarseness(self) -> int:
        """How many digits rounding in the layer takes away; 0 where all of them come out."""
        return next(k for k in range(400) if len(set(self.result(k))) == 1)


def number(value: float, digits: int = FEWEST_DIGITS) -> str:
    """Write a number with so many significant digits, four if not told, and a real minus sign."""
    return f"{float(value):.{digits}g}".replace("-", "−")


def bracketed(text: str) -> str:
    """Put a negative number into brackets."""
    return f"({text})" if text.startswith("−") else text


def read(text: str) -> Decimal:
    """Read a number as it was written."""
    return Decimal(text.replace("−", "-"))


def write_formulas(write: Callable[[int], Sequence[Formula]]) -> tuple[list[str], int]:
    """Write formulas with their results, and say how many digits their numbers have.

    ``write`` makes the formulas with so many significant digits in each of their numbers: the
    fewest with which the results come out, in as many digits as rounding in the layer leaves.
    """

    best = inf, FEWEST_DIGITS
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        best = min(best, (sum(each.coarseness for each in write(digits)), digits))
        if best[0] == 0:
            break
    digits = best[1]
    return [f"{each.text} = {each.result(each.coarseness)[0]}" for each in write(digits)], digits
