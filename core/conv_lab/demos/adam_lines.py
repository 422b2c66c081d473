"""Every number of Adam's steps as a formula with numbers that comes out."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from core.comparison.rounding import Array
from core.conv_lab.demos.adam_steps import Rates
from core.conv_lab.demos.by_hand import Formula, bracketed, number, read, write_formulas
from core.conv_lab.demos.terms import Line, Part, formula_text

Parts = tuple[str | Part, ...]
Written = tuple[Parts, Decimal]
"""A formula's parts, and what the numbers in them give."""

FORMULAS = {
    "m": "β₁ · m + (1 − β₁) · g",
    "v": "β₂ · v + (1 − β₂) · g²",
    "m_hat": "m / (1 − β₁ᵗ)",
    "v_hat": "v / (1 − β₂ᵗ)",
    "step": "lr · m̂ / (√v̂ + ε)",
    "w": "w − Δ",
}
"""The formulas without numbers."""


class AdamLines:
    """Writes the formulas of the steps that go from ``weight`` over ``gradients`` to ``arrays``."""

    def __init__(
        self, weight: float, gradients: Array, rates: Rates, arrays: Mapping[str, Array]
    ) -> None:
        self.weight = weight
        self.rates = rates
        self.arrays = {"g": gradients, **arrays}

    def of(self, name: str) -> Iterator[Line]:
        """Write the line of each step for one of ``adam_steps.NAMES``."""
        write: Callable[[int, int], Written] = getattr(self, f"_{name}")
        for place, value in enumerate(self.arrays[name]):
            yield _line(partial(write, place), float(value))

    def _part(self, name: str, place: int, digits: int, wrapped: bool = True) -> Part:
        text = number(self.arrays[name][place], digits)
        return Part(bracketed(text) if wrapped else text, name, place)

    def _before(self, name: str, place: int, digits: int, start: float) -> str | Part:
        """A number as the step before left it, or as it was in the beginning."""
        if place:
            return self._part(name, place - 1, digits)
        return bracketed(number(start, digits))

    def _gradient(self, place: int, digits: int) -> tuple[Parts, Decimal]:
        """The gradient, with the weight's decay where that is a part of it."""
        g, rates = self._part("g", place, digits), self.rates
        if rates.decoupled or not rates.decay:
            return (g,), _value(g)
        w = self._before("w", place, digits, self.weight)
        decay = number(rates.decay)
        return ("(", g, f" + {decay} · ", w, ")"), _value(g) + read(decay) * _value(w)

    def _m(self, place: int, digits: int) -> Written:
        keep, take = number(self.rates.beta1), number(1 - self.rates.beta1)
        m = self._before("m", place, digits, 0.0)
        g, value = self._gradient(place, digits)
        return (f"{keep} · ", m, f" + {take} · ", *g), read(keep) * _value(m) + read(take) * value

    def _v(self, place: int, digits: int) -> Written:
        keep, take = number(self.rates.beta2), number(1 - self.rates.beta2)
        v = self._before("v", place, digits, 0.0)
        g, value = self._gradient(place, digits)
        parts: Parts = (f"{keep} · ", v, f" + {take} · ", *g, "²")
        return parts, read(keep) * _value(v) + read(take) * value**2

    def _m_hat(self, place: int, digits: int) -> Written:
        return self._corrected("m", self.rates.beta1, place, digits)

    def _v_hat(self, place: int, digits: int) -> Written:
        return self._corrected("v", self.rates.beta2, place, digits)

    def _corrected(self, name: str, beta: float, place: int, digits: int) -> Written:
        mean = self._part(name, place, digits)
        kept = number(beta)
        value = _value(mean) / (1 - read(kept) ** (place + 1))
        return (mean, f" / (1 − {kept}^{place + 1})"), value

    def _step(self, place: int, digits: int) -> Written:
        lr, eps = number(self.rates.lr), f"{self.rates.eps:g}".replace("-", "−")
        mean = self._part("m_hat", place, digits)
        square = self._part("v_hat", place, digits, wrapped=False)
        value = read(lr) * _value(mean) / (_value(square).sqrt() + read(eps))
        return (f"{lr} · ", mean, " / (√(", square, f") + {eps})"), value

    def _w(self, place: int, digits: int) -> Written:
        w = self._before("w", place, digits, self.weight)
        step = self._part("step", place, digits)
        value, shrunk = _value(w), ""
        if self.rates.decoupled and self.rates.decay:
            lr, decay = number(self.rates.lr), number(self.rates.decay)
            shrunk, value = f" · (1 − {lr} · {decay})", value * (1 - read(lr) * read(decay))
        return (w, f"{shrunk} − ", step), value - _value(step)


def _value(part: str | Part) -> Decimal:
    text = part.text if isinstance(part, Part) else part
    return read(text.strip("()"))


def _line(write: Callable[[int], Written], value: float) -> Line:
    """Write a line with the fewest digits with which it comes out."""

    def formula(digits: int) -> Formula:
        parts, by_hand = write(digits)
        return Formula(formula_text(parts), by_hand, value, abs(value) or 1.0)

    _, digits = write_formulas(lambda digits: [formula(digits)])
    found = formula(digits)
    return Line(write(digits)[0], found.result(found.coarseness)[0])
