"""Dataclasses from JSON that anything may have happened to: every value is held against its field.

A file that a person edited, another program wrote or a disk spoilt may be JSON and still make no
sense. What is read here has the types that its dataclass names, so nothing behind it need ask.
"""

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
Check = Callable[[Any], bool]
LARGEST = 2**31
"""No count in a record is as large: two of them multiplied fit into 64 bits."""


def read_record(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """Build a dataclass from the values of its fields; those of no field are left out.

    ``ValueError`` names the first field that is missing or has a value of another kind. Whole
    numbers are counts, from 0; numbers are finite.
    """
    fitting, cached = {}, cast(Any, kind)  # mypy takes no type for hashable
    for name, (needed, hint, check) in checks_of(cached).items():
        if name in values:
            if not check(values[name]):
                came = str(values[name])[:40]
                raise ValueError(f"{name} must be {in_words(hint)}, not {came}")
            fitting[name] = values[name]
        elif needed:
            raise ValueError(f"{kind.__name__} needs its {name}")
    return kind(**fitting)


@cache
def checks_of(kind: type) -> dict[str, tuple[bool, object, Check]]:
    """Return for each field of a dataclass whether it is needed, its type, and the check of it."""
    hints = get_type_hints(kind)
    return {
        field.name: (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
            hints[field.name],
            check_for(hints[field.name]),
        )
        for field in dataclasses.fields(kind)
    }


def in_words(hint: object) -> str:
    """Say what a type allows."""
    if get_origin(hint) is tuple:
        return f"a list, each item {in_words(get_args(hint)[0])}"
    kinds = [each for each in get_args(hint) or (hint,) if each is not type(None)]
    return WORDS.get(kinds[0], "what this program writes")


def check_for(hint: object) -> Check:
    """Return the check of a type: plain values, enums, tuples, unions and further dataclasses."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        checks = [check_for(each) for each in get_args(hint)]
        return lambda value: any(check(value) for check in checks)
    if origin is tuple:
        inside = check_for(get_args(hint)[0])
        return lambda value: isinstance(value, list | tuple) and all(map(inside, value))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda value: isinstance(value, hint) or is_record(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        known = {each.value for each in hint}
        return lambda value: isinstance(value, str) and value in known
    return PLAIN.get(hint, lambda value: False)


def is_record(kind: type, value: object) -> bool:
    """Tell whether values make a dataclass."""
    try:
        return isinstance(value, dict) and read_record(kind, value) is not None
    except ValueError:
        return False


def is_count(value: object) -> bool:
    """Tell whether a value is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def is_text(value: object) -> bool:
    """Tell whether a value is a text that can be shown: half a character of UTF-16 cannot."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def read_count(text: str) -> int | None:
    """Read a whole number from 0 out of an address; None for anything else, however long."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number; a whole one may be too large for any float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300 and not math.isnan(value)


def is_share(value: object) -> bool:
    """Tell whether a value is a number from 0 to 1."""
    return is_number(value) and 0 <= cast(float, value) <= 1


PLAIN: dict[Any, Check] = {
    int: is_count,
    float: is_number,
    str: is_text,
    bool: lambda value: isinstance(value, bool),
    type(None): lambda value: value is None,
}
WORDS = {
    int: "a whole number from 0",
    float: "a finite number",
    str: "a text",
    bool: "true or false",
}
