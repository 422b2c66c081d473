"""What the browser gets of an experiment: all its arrays, packed, and what is said about them."""

from collections.abc import Sequence
from typing import Any

from core.conv_lab.engines import Comparison, Result
from core.pictures import colour
from core.pictures.packing import pack

COLOURS = {
    "low": colour.DOG,
    "neutral": colour.NEUTRAL,
    "high": colour.CAT,
    "missing": colour.NOT_A_NUMBER,
}


def pack_lab(result: Result, acknowledged: int = 0, stale: bool = False) -> bytes:
    """Pack a result for the hover arithmetic; ``acknowledged`` is the last edit in it.

    A ``stale`` result is of earlier settings, because the present ones break a rule.
    """
    experiment, arrays = result.experiment, result.arrays
    header = {
        "size": experiment.size,
        "kernel": experiment.kernel,
        "stride": experiment.stride,
        "padding": experiment.padding,
        "dilation": experiment.dilation,
        "output": experiment.output_size,
        "channels": experiment.channels,
        "outChannels": experiment.out_channels,
        "groups": experiment.groups,
        "bias": experiment.bias,
        "dtype": experiment.dtype,
        "upstream": experiment.upstream,
        "mistake": bool(experiment.mistake),
        "parameters": experiment.parameters,
        "multiplyAdds": experiment.multiply_adds,
        "verdicts": {name: _verdict(each) for name, each in result.comparisons.items()},
        "acknowledged": acknowledged,
        "stale": stale,
        "colours": COLOURS,
    }
    packed = {"x": arrays.x, "weight": arrays.weight, "dy": arrays.dy}
    if arrays.bias is not None:
        packed["bias"] = arrays.bias
    for name, comparison in result.comparisons.items():
        packed[name] = comparison.numpy
        packed[f"{name}_torch"] = comparison.torch
    return pack(header, packed)


def _verdict(comparison: Comparison) -> dict[str, Any]:
    return {
        "largest": comparison.largest_absolute,
        "allowed": comparison.largest_allowed,
        "within": comparison.within,
    }


def pack_strips(comparisons: Sequence[Comparison], titles: Sequence[str]) -> bytes:
    """Pack arrays from both engines, with a title each, for the pictures side by side."""
    strips, arrays = [], {}
    for place, (comparison, title) in enumerate(zip(comparisons, titles, strict=True)):
        strips.append(
            {
                "title": title,
                "shape": " x ".join(map(str, comparison.numpy.shape)) or "one number",
                "dtype": str(comparison.numpy.dtype),
                "verdict": verdict_sentence(comparison),
                "within": comparison.within,
            }
        )
        arrays[f"{place}_numpy"] = comparison.numpy
        arrays[f"{place}_torch"] = comparison.torch
    return pack({"strips": strips, "colours": COLOURS}, arrays)


def verdict_sentence(comparison: Comparison) -> str:
    """Say how far the engines differ, and what rounding allows."""
    if comparison.largest_absolute == 0:
        return "equal to the last bit"
    return (
        f"largest difference {comparison.largest_absolute:.2g}, "
        f"relative {comparison.largest_relative:.2g}; "
        f"rounding allows up to {comparison.largest_allowed:.2g}"
    )
