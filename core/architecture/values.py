"""How the numbers of a layer are written and read: ``3``, ``3x5``, ``same``, ``0.5``, ``off``."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Pair = tuple[int, int]
"""Height and width."""
SAME: Final = "same"
"""The padding that leaves a map as large as it was."""
DEPTHWISE: Final = "depthwise"
"""In place of a convolution's channels: each one that comes in is convolved by itself."""
LARGEST: Final = 100_000
"""No number of a layer is larger; what that costs is limited elsewhere."""


@dataclass(frozen=True)
class Form:
    """One kind of value: ``expected`` names it in a sentence, ``read`` returns None for no such."""

    expected: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def read_count(word: str) -> int | None:
    """Read a whole number of at least 1."""
    number = read_whole(word)
    return number if number else None


def read_whole(word: str) -> int | None:
    """Read a whole number of at least 0; digits alone, so that each number has one spelling."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,5}", word, re.ASCII):
        return None
    return int(word) if int(word) <= LARGEST else None


def read_pair(word: str, read: Callable[[str], int | None] = read_count) -> Pair | None:
    """Read one number for both directions, or height x width."""
    parts = [read(part) for part in word.split("x")]
    if len(parts) > 2 or None in parts:
        return None
    return parts[0], parts[-1]  # type: ignore[return-value]


def write_pair(pair: Pair) -> str:
    """Write both numbers only where they differ."""
    height, width = pair
    return str(height) if height == width else f"{height}x{width}"


def read_padding(word: str) -> Pair | str | None:
    """Read "same" or how many pixels are added on each side."""
    return SAME if word == SAME else read_pair(word, read_whole)


def write_padding(padding: Pair | str) -> str:
    """Write what ``read_padding`` reads."""
    return padding if isinstance(padding, str) else write_pair(padding)


def read_share(word: str) -> float | None:
    """Read a number from 0 to 1, without the 1: a share of a whole that leaves something."""
    number = read_number(word)
    return number if number is not None and 0 <= number < 1 else None


def read_number(word: str) -> float | None:
    """Read a finite number that is not negative."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?(e[-+]?[0-9]{1,3})?", word, re.ASCII):
        return None
    number = float(word)
    return number if math.isfinite(number) else None


def read_channels(word: str) -> int | str | None:
    """Read how many channels go out, or "depthwise"."""
    return DEPTHWISE if word == DEPTHWISE else read_count(word)


def read_switch(word: str) -> bool | None:
    """Read "on" or "off"."""
    return {"on": True, "off": False}.get(word)


COUNT: Final = Form("a whole number of at least 1", read_count)
CHANNELS: Final = Form("a whole number of at least 1, or depthwise", read_channels)
PAIR: Final = Form("a whole number of at least 1, or height x width as 3x5", read_pair, write_pair)
PADDING: Final = Form(
    "a whole number, or height x width as 1x2, or same", read_padding, write_padding
)
BORDER: Final = Form(
    "a whole number, or height x width as 1x2", lambda word: read_pair(word, read_whole), write_pair
)
SHARE: Final = Form("a number from 0 up to 1, but not 1", read_share, repr)
NUMBER: Final = Form("a number of at least 0", read_number, repr)
SWITCH: Final = Form("on or off", read_switch, lambda value: "on" if value else "off")
