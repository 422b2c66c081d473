"""What can be chosen for a layer: every field of its dataclass is a setting or own numbers.

A layer is a frozen dataclass; ``setting`` makes the fields that have a control, and fields named
``own_x``, ``own_dy`` and so on hold numbers of the user's own as ``core.conv_lab.own`` writes them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self, TypeVar

import numpy as np

from core.comparison.rounding import Array
from core.conv_lab.edits import LONGEST_TEXT
from core.conv_lab.own import decode_own, encode_numbers
from core.conv_lab.typed_numbers import Axis, read_numbers
from core.errors import GlassError, NumbersError

_OWN = "own_"
Value = TypeVar("Value")


@dataclass(frozen=True)
class Setting:
    """A setting's name and explanation for people, its range and step; a switch has neither.

    A ``button`` goes on to the next value, and from the last one to the first.
    """

    label: str
    explanation: str
    low: float = 0
    high: float = 1
    step: float = 1
    switch: bool = False
    button: bool = False


@dataclass(frozen=True)
class WayOut:
    """Settings near broken ones that keep the rule, and what to write on their button."""

    label: str
    changes: Mapping[str, object]


@dataclass(frozen=True)
class Broken:
    """A broken rule as a sentence, and the nearest ways out, nearest first."""

    sentence: str
    ways_out: tuple[WayOut, ...] = ()


class Layer:
    """What all layers have in common; each is a frozen dataclass of settings."""

    dtype: str

    def broken(self) -> Broken | None:
        """Return the rule that the settings break, or None when the layer can be carried out."""
        return None

    def check(self) -> None:
        """Raise ``GlassError`` with its sentence when a rule is broken."""
        broken = self.broken()
        if broken:
            raise GlassError(broken.sentence)

    def carry_out(self) -> object:
        """Compute everything in both engines: a ``Demo``, of initialisations each one's ``Start``.

        Raises ``GlassError`` when a rule is broken.
        """
        raise NotImplementedError

    def but(self, **changes: object) -> Self:
        """Return a copy with other settings."""
        return replace(self, **changes)  # type: ignore[type-var]

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """Return the axes that each array of own numbers must have, by the array's name."""
        return {}

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Return the settings that follow from the shape of own numbers."""
        return {}

    def use_numbers(self, name: str, text: str) -> Self:
        """Take typed numbers as an array; ``NumbersError`` has a sentence when that cannot be."""
        numbers = read_numbers(text, self.axes()[name])
        changes = self.sizes_of(name, numbers.shape)
        encoded = encode_numbers(numbers)
        if len(encoded) > LONGEST_TEXT:
            raise NumbersError(
                f"{numbers.size} numbers of your own do not fit into an address: make the array "
                "smaller."
            )
        return self.but(**changes, **{_OWN + name: encoded})

    def without_own_numbers(self) -> Self:
        """Return the same layer with its own random numbers again."""
        return self.but(**dict.fromkeys(own_fields(self), ""))

    def numbers(self, name: str, shape: tuple[int, ...], otherwise: Array) -> Array:
        """Return the user's own numbers, cut or filled up with zeros to ``shape``, if there are."""
        text = getattr(self, _OWN + name, "")
        return decode_own(text, shape).astype(self.dtype) if text else otherwise


def setting(
    default: Value,
    label: str,
    explanation: str,
    between: tuple[float, float] = (0, 1),
    step: float = 1,
    switch: bool = False,
    button: bool = False,
) -> Value:
    """Make a dataclass's field with a control of its own."""
    is_switch = switch or isinstance(default, bool)
    made = Setting(label, explanation, *between, step, is_switch, button)
    return field(default=default, metadata={"setting": made})


def settings(layer: Layer | type[Layer]) -> dict[str, Setting]:
    """Return the settings that have a control, by the names of their fields."""
    every = fields(layer)  # type: ignore[arg-type]
    return {each.name: each.metadata["setting"] for each in every if each.metadata}


def own_fields(layer: Layer | type[Layer]) -> list[str]:
    """List the names of the fields with own numbers."""
    return [each.name for each in fields(layer) if each.name.startswith(_OWN)]  # type: ignore[arg-type]


def nearest_ways(
    layer: Layer, candidates: Mapping[str, int], keeps: Callable[[Any], bool]
) -> tuple[WayOut, ...]:
    """Return those of the settings that alone, in their range, make a layer that ``keeps`` a rule.

    The nearest to what the ``layer`` has come first.
    """
    ranges = settings(layer)
    mended = sorted(
        (abs(value - getattr(layer, name)), name, value)
        for name, value in candidates.items()
        if name in ranges
        and ranges[name].low <= value <= ranges[name].high
        and keeps(layer.but(**{name: value}))
    )
    return tuple(
        WayOut(f"Set {name.replace('_', ' ')} to {value}", {name: value})
        for _, name, value in mended
    )


def side_of(shape: tuple[int, ...]) -> int:
    """Return the side of square maps; ``NumbersError`` when they are none."""
    if shape[-2] != shape[-1]:
        raise NumbersError(
            f"There must be as many rows as columns here, not {shape[-2]} and {shape[-1]}."
        )
    return shape[-1]


def as_text(array: Array) -> str:
    """Write an array as ``read_numbers`` reads it: a row a line, an empty line between maps."""
    rows = np.atleast_2d(array)
    maps = rows.reshape(-1, *rows.shape[-2:])
    return "\n\n".join(
        "\n".join(" ".join(np.format_float_positional(v, trim="-") for v in row) for row in each)
        for each in maps
    )
