"""Numbers that a person typed or pasted, worked into an experiment."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.comparison.rounding import Array
from core.conv_lab.arrays import make_bias, make_filters, make_image
from core.conv_lab.experiment import RANGES, Experiment
from core.conv_lab.own import encode_numbers
from core.conv_lab.typed_numbers import LARGEST, Axis, read_numbers
from core.errors import NumbersError

LONGEST_TEXT = 12_000  # characters in the address; browsers and servers take this without trouble
_AXES = (("channel", "channels"), ("row", "height"), ("column", "width"))


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
    grid = read_numbers(text, [Axis(name, *RANGES[key]) for name, key in _AXES])
    channels, height, width = grid.shape
    return experiment.with_changes(channels=channels, height=height, width=width, **_own("x", grid))


def _read_edit(edit: Mapping[str, Any]) -> tuple[str, tuple[int, ...], float]:
    try:
        name, index, value = str(edit["array"]), tuple(edit["index"]), float(edit["value"])
    except (TypeError, KeyError, ValueError):
        raise NumbersError("An edit must have an array, an index and a value.") from None
    if not all(isinstance(at, int) for at in index):
        raise NumbersError("An edit's index must be whole numbers.")
    if not abs(value) <= LARGEST:
        raise NumbersError(f"Numbers must lie between -1,000,000 and 1,000,000, not be {value:g}.")
    return name, index, value


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
