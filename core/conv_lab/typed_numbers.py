"""Numbers that a person typed or pasted, as an array: plain rows, or brackets as in JSON.

Plain rows are one row a line; blanks, tabs, commas or semicolons stand between the numbers, and an
empty line before the next channel. Brackets are read as JSON, NumPy and torch write them.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import NumbersError
from core.wording import quote

LARGEST = 1e6
_FROM_CODE = re.compile(r"\s*(?:\w+\.)?(?:array|tensor)\((.*\])[^]]*\)\s*", re.DOTALL)
_Nested = str | list["_Nested"]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """One axis of the wanted array: what one of its places is called, and how many it may have."""

    name: str
    least: int = 1
    most: int = 64


def read_numbers(text: str, axes: Sequence[Axis]) -> Array:
    """Read an array (float64) with the wanted ``axes``, the last of which are rows and columns.

    Axes that the text leaves out in front have one place. In plain rows every axis before the last
    two is counted by empty lines, so of two such axes the second must be of a fixed size.
    Raises ``NumbersError`` with a sentence that says where: "Row 1, column 2 (counted from 0) must
    be a number, not 'two'."
    """
    if len(text) > 100 * math.prod(axis.most for axis in axes) + 1000:
        raise NumbersError("This text is too long to be the numbers that are wanted here.")
    written = _brackets(text, len(axes)) if "[" in text or "]" in text else _rows(text, axes)
    shape = _check_sizes(written, axes)
    return np.array(_values(written, axes)).reshape(shape)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s,;]+", text)


def _check_commas(line: str) -> None:
    """Raise ``NumbersError`` where a comma may stand between numbers or within one.

    That is so where commas stand between digits and something else separates, too: "1,5 2,5".
    """
    doubtful = re.search(r"[\d.]+,\d[\d.]*", line)
    if doubtful and re.search(r"[^\s,;](\s+|\s*;\s*)[^\s,;]", line):
        raise NumbersError(
            f"Is {quote(doubtful[0])} one number or two? Write 1.5 for one, and 1, 5 for two."
        )


def _rows(text: str, axes: Sequence[Axis]) -> _Nested:
    """Nest plain rows as deeply as there are axes."""
    blocks: list[list[_Nested]] = [[]]
    for line in text.splitlines():
        _check_commas(line)
        words = _words(line)
        if words:
            blocks[-1].append(list[_Nested](words))
        elif blocks[-1]:
            blocks.append([])
    filled: list[_Nested] = [list(block) for block in blocks if block]
    if not filled:
        raise NumbersError("There must be at least one number.")
    if len(axes) == 1:
        return [word for block in filled for row in block for word in row]
    if len(axes) == 2:
        return [row for block in filled for row in block]
    for axis in reversed(axes[1:-2]):
        count = axis.least
        if len(filled) % count:
            raise NumbersError(
                f"There must be {_count(count, axis)} with empty lines between, or a multiple of "
                f"that, not {len(filled)}."
            )
        filled = [filled[k : k + count] for k in range(0, len(filled), count)]
    return filled


def _brackets(text: str, depth: int) -> _Nested:
    """Nest what stands in brackets; where there are fewer than axes, those in front are added."""
    from_code = _FROM_CODE.fullmatch(text)
    outermost: list[_Nested] = []
    open_lists = [outermost]
    for token in re.findall(r"[\[\]]|[^\s,;\[\]]+", from_code[1] if from_code else text):
        if token == "[":
            inner: list[_Nested] = []
            open_lists[-1].append(inner)
            open_lists.append(inner)
            if len(open_lists) > depth + 1:
                raise NumbersError(f"Brackets must be at most {depth} deep here, not {depth + 1}.")
        elif token != "]":
            open_lists[-1].append(token)
        elif len(open_lists) > 1:
            open_lists.pop()
        else:
            raise NumbersError("Every bracket ] must close one that was opened; one does not.")
    if len(open_lists) > 1:
        raise NumbersError("Every bracket [ must be closed by a ]; one is not.")
    if len(outermost) != 1 or isinstance(outermost[0], str):
        raise NumbersError("One pair of brackets must stand around all numbers.")
    written: _Nested = outermost[0]
    for _ in range(depth - _depth(written)):
        written = [written]
    return written


def _depth(written: _Nested) -> int:
    return 0 if isinstance(written, str) else 1 + max(map(_depth, written), default=0)


def _check_sizes(
    written: _Nested, axes: Sequence[Axis], at: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Return the shape of what stands at ``at``; the sentence about a wrong one says where."""
    inner = axes[len(at) :]
    if not inner:
        if isinstance(written, list):
            raise NumbersError("Brackets must be equally deep everywhere.")
        return ()
    if isinstance(written, str):
        raise NumbersError(f"Brackets must be equally deep everywhere; {quote(written)} is not.")
    axis = inner[0]
    if not axis.least <= len(written) <= axis.most:
        wanted = (
            _count(axis.least, axis)
            if axis.least == axis.most
            else f"from {axis.least} to {_count(axis.most, axis)}"
        )
        raise NumbersError(f"There must be {wanted}, not {len(written)}.")
    shapes = [_check_sizes(part, axes, (*at, place)) for place, part in enumerate(written)]
    for place, shape in enumerate(shapes):
        if shape != shapes[0]:
            other = next(k for k, size in enumerate(shape) if size != shapes[0][k])
            raise NumbersError(
                f"{_place(axes, (*at, place))} must have "
                f"{_count(shapes[0][other], inner[1 + other])} like {axis.name} 0, "
                f"not {shape[other]}."
            )
    return len(written), *shapes[0]


def _values(written: _Nested, axes: Sequence[Axis], at: tuple[int, ...] = ()) -> list[float]:
    if isinstance(written, list):
        return [v for k, part in enumerate(written) for v in _values(part, axes, (*at, k))]
    try:
        value = float(written.replace("−", "-"))
    except ValueError:
        raise NumbersError(f"{_place(axes, at)} must be a number, not {quote(written)}.") from None
    if not abs(value) <= LARGEST:
        raise NumbersError(
            f"{_place(axes, at)} must be between -1,000,000 and 1,000,000, not {value:g}."
        )
    return [value]


def _place(axes: Sequence[Axis], at: tuple[int, ...]) -> str:
    """Name a place, without the axes in front that can have one place only."""
    named = list(zip(axes, at, strict=False))
    while len(named) > 1 and named[0][0].most == 1:
        named = named[1:]
    words = ", ".join(f"{axis.name} {place}" for axis, place in named)
    return f"{words.capitalize()} (counted from 0)"


def _count(count: int, axis: Axis) -> str:
    return f"{count} {axis.name}" + ("" if count == 1 else "s")
