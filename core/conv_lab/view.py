"""What the browser gets of an experiment: all its arrays, packed, and what is said about them."""

from collections.abc import Mapping
from typing import Any

from core.comparison.rounding import Agreement, Comparison
from core.conv_lab.engines import Result
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

    A verdict's "largest" is a difference, "allowed" counts the units of rounding that a sum may be
    off by (``core.comparison.rounding``).

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
        "verdicts": {name: _verdict(each.agreement) for name, each in result.comparisons.items()},
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


def _verdict(agreement: Agreement) -> dict[str, Any]:
    return {
        "largest": agreement.difference,
        "allowed": agreement.allowed,
        "within": agreement.within,
        "sentence": agreement.sentence,
    }


def pack_strips(comparisons: Mapping[str, Comparison]) -> bytes:
    """Pack arrays from both engines, by their titles, for the pictures side by side."""
    strips, arrays = [], {}
    for place, (title, comparison) in enumerate(comparisons.items()):
        strips.append(
            {
                "title": title,
                "shape": " x ".join(map(str, comparison.numpy.shape)) or "one number",
                "dtype": str(comparison.numpy.dtype),
                "verdict": comparison.agreement.sentence,
                "within": comparison.within,
            }
        )
        arrays[f"{place}_numpy"] = comparison.numpy
        arrays[f"{place}_torch"] = comparison.torch
    return pack({"strips": strips, "colours": COLOURS}, arrays)
