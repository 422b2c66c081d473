"""Numbers that a person typed or pasted, worked into an experiment."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.comparison.rounding import Array
from core.conv_lab.arrays import make_bias, make_filters, make_image
from core.conv_lab.experiment import RANGES, Experiment
from core.conv_lab.own import encode_numbers
from core.errors import NumbersError

LARGEST_VALUE = 1e6
LONGEST_TEXT = 12_000  # characters in the address; browsers and servers take this without trouble


def apply_edits(experiment: Experiment, edits: Sequence[Mapping[str, Any]]) -> Experiment:
    """Write edits ``{"array": "x" | "weight" | "bias", "index": [...], "value": number}``.

    The edited array becomes the user's own. Raises ``NumbersError`` when an edit is not of that
    form, lies outside its array, or makes the numbers too many for an address.
    """
    changes: dict[str, object] = {}
    arrays: dict[str, Array] = {
        "x": make_image(experiment),
        "weight": make_filters(experiment),
        "bias": make_bias(experiment),
    }
    for edit in edits:
        name, index, value = _read_edit(edit)
        if name not in arrays or len(index) != arrays[name].ndim:
            raise NumbersError("An edit must name a cell of the input, the kernel or the bias.")
        if any(not 0 <= at < size for at, size in zip(index, arrays[name].shape, strict=True)):
            continue  # the array became smaller while the edit was on its way
        arrays[name] = arrays[name].copy()
        arrays[name][index] = value
        changes |= _own(name, arrays[name])
    return experiment.with_changes(**changes)


def use_grid(experiment: Experiment, text: str) -> Experiment:
    """Take a pasted grid of numbers as the input, and its size as the input's size."""
    grid = parse_grid(text)
    channels, height, width = grid.shape
    return experiment.with_changes(channels=channels, height=height, width=width, **_own("x", grid))


def parse_grid(text: str) -> Array:
    """Read numbers (C, H, W): one row a line, channels separated by an empty line.

    Numbers are separated by blanks, tabs, commas or semicolons. Raises ``NumbersError``.
    """
    channels: list[list[list[float]]] = [[]]
    for line in text.splitlines():
        words = line.replace(",", " ").replace(";", " ").split()
        if words:
            channels[-1].append([_number(word) for word in words])
        elif channels[-1]:
            channels.append([])
    channels = [rows for rows in channels if rows]
    if not channels:
        raise NumbersError("A grid must hold at least one number.")
    sizes = {len(row) for rows in channels for row in rows}
    if len(sizes) > 1 or len({len(rows) for rows in channels}) > 1:
        raise NumbersError(
            "A grid must have rows of one length and channels of one size, "
            f"not rows of {' and '.join(map(str, sorted(sizes)))} numbers."
        )
    grid = np.array(channels)
    for name, size in zip(("channels", "height", "width"), grid.shape, strict=True):
        if size > RANGES[name][1]:
            raise NumbersError(f"A grid's {name} must be at most {RANGES[name][1]}, not {size}.")
    return grid


def _number(word: str) -> float:
    try:
        value = float(word.replace("−", "-"))
    except ValueError:
        raise NumbersError(
            "A grid must hold numbers only, with blanks or commas between."
        ) from None
    return _in_range(value)


def _in_range(value: float) -> float:
    if not math.isfinite(value) or abs(value) > LARGEST_VALUE:
        raise NumbersError(f"Numbers must lie between -1,000,000 and 1,000,000, not be {value:g}.")
    return value


def _read_edit(edit: Mapping[str, Any]) -> tuple[str, tuple[int, ...], float]:
    try:
        name, index, value = str(edit["array"]), tuple(edit["index"]), float(edit["value"])
    except (TypeError, KeyError, ValueError):
        raise NumbersError("An edit must have an array, an index and a value.") from None
    if not all(isinstance(at, int) for at in index):
        raise NumbersError("An edit's index must be whole numbers.")
    return name, index, _in_range(value)


def _own(name: str, array: Array) -> dict[str, object]:
    text = encode_numbers(array)
    if len(text) > LONGEST_TEXT:
        raise NumbersError(
            f"{array.size} numbers of your own do not fit into an address: "
            "make the array smaller before editing it."
        )
    if name == "x":
        return {"image": "own", "image_data": text}
    if name == "weight":
        return {"filters": "own", "filters_data": text}
    return {"bias_data": text}
