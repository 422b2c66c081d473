"""Numbers that a person typed or pasted, worked into an experiment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.comparison.rounding import Array
from core.conv_lab.arrays import make_bias, make_filters, make_image, make_upstream
from core.conv_lab.experiment import RANGES, Experiment
from core.conv_lab.own import encode_numbers
from core.conv_lab.rules import is_legal
from core.conv_lab.typed_numbers import LARGEST, Axis, read_numbers
from core.errors import NumbersError

LONGEST_TEXT = 12_000  # characters in the address; browsers and servers take this without trouble
_MAKERS: Mapping[str, Callable[[Experiment], Array]] = {
    "x": make_image,
    "weight": make_filters,
    "bias": make_bias,
    "dy": make_upstream,
}


def apply_edits(experiment: Experiment, edits: Sequence[Mapping[str, Any]]) -> Experiment:
    """Write edits ``{"array": "x" | "weight" | "bias" | "dy", "index": [...], "value": number}``.

    The edited array becomes the user's own. Raises ``NumbersError`` when an edit is not of that
    form, lies outside its array, or makes the numbers too many for an address.
    """
    arrays: dict[str, Array] = {}
    for edit in edits:
        name, index, value = _read_edit(edit)
        if name not in arrays and name in _MAKERS:
            arrays[name] = _MAKERS[name](experiment).copy()
        if name not in arrays or len(index) != arrays[name].ndim:
            raise NumbersError(
                "An edit must name a cell of the input, the kernel, the bias or the upstream "
                "gradient."
            )
        if any(not 0 <= at < size for at, size in zip(index, arrays[name].shape, strict=True)):
            continue  # the array became smaller while the edit was on its way
        arrays[name][index] = value
        experiment = experiment.with_changes(**_own(name, arrays[name]))
    return experiment


def use_typed(experiment: Experiment, array: str, text: str) -> Experiment:
    """Take numbers that were typed or pasted as "x", "weight" or "dy".

    The sizes of the input, and those and the number of the kernels, become those of the numbers;
    an upstream gradient must have the output's. Raises ``NumbersError``.
    """
    numbers = read_numbers(text, wanted_axes(experiment, array))
    changes: dict[str, object] = {}
    if array == "x":
        changes = dict(zip(("channels", "height", "width"), numbers.shape, strict=True))
    elif array == "weight":
        changes = {"out_channels": numbers.shape[0], "kernel": numbers.shape[2:]}
    return experiment.with_changes(**changes, **_own(array, numbers))


def wanted_axes(experiment: Experiment, array: str) -> list[Axis]:
    """Say what shape typed numbers may have for "x" (C, H, W), "weight" (O, C / groups, KH, KW) or
    "dy" (O, OH, OW); ``NumbersError`` when the settings leave no shape.
    """
    channels, per_group = RANGES["channels"], experiment.weight_shape[1]
    if array == "x":
        sides = [Axis("row", *RANGES["height"]), Axis("column", *RANGES["width"])]
        return [Axis("channel", *channels), *sides]
    if not is_legal(experiment):
        raise NumbersError("The settings must be possible first: now there is no output.")
    if array == "weight":
        inner = Axis("input channel", per_group, per_group)
        sides = [Axis(name, *RANGES["kernel"]) for name in ("row", "column")]
        return [Axis("output channel", *channels), inner, *sides]
    names = ("channel", "row", "column")
    return [Axis(name, n, n) for name, n in zip(names, experiment.output_shape, strict=True)]


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
    if name == "dy":
        return {"upstream": "own", "upstream_data": text}
    return {"bias_data": text}
