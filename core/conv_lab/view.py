"""What the browser gets of an experiment: all its arrays, packed, and what is said about them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.comparison.rounding import Agreement, Comparison, agreeing
from core.conv_lab.engines import Result
from core.conv_lab.lessons import most_wrong, what_breaks
from core.conv_lab.look import Look
from core.pictures import colour
from core.pictures.packing import pack

COLOURS = {
    "low": colour.DOG,
    "neutral": colour.NEUTRAL,
    "high": colour.CAT,
    "missing": colour.NOT_A_NUMBER,
}


def pack_lab(
    result: Result,
    acknowledged: int = 0,
    stale: bool = False,
    look: Look | None = None,
    look_number: int = 0,
    *,
    alone: bool = False,
) -> bytes:
    """Pack a result for the hover arithmetic; ``acknowledged`` is the last edit in it.

    A verdict's "largest" is a difference, "allowed" counts the units of rounding that a sum may be
    off by (``core.comparison.rounding``).

    An array that rounding does not explain comes with "wrong_" and its name: 1 where it is wrong.
    "mostWrong" are looks at the worst of them.
    The view takes ``look`` over when ``look_number`` is not that of the look it has.
    A ``stale`` result is of earlier settings, because the present ones break a rule. A view that is
    ``alone`` has no server that would compute anything anew.
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
        "mistake": experiment.mistake,
        "parameters": experiment.parameters,
        "multiplyAdds": experiment.multiply_adds,
        "verdicts": {name: _verdict(each.agreement) for name, each in result.comparisons.items()},
        "acknowledged": acknowledged,
        "stale": stale,
        "alone": alone,
        "mostWrong": [asdict(most_wrong(result, array)) for array in what_breaks(result)],
        "look": asdict((look or Look()).inside(experiment)),
        "lookNumber": look_number,
        "colours": COLOURS,
    }
    packed: dict[str, NDArray[Any]] = {"x": arrays.x, "weight": arrays.weight, "dy": arrays.dy}
    if arrays.bias is not None:
        packed["bias"] = arrays.bias
    for name, comparison in result.comparisons.items():
        packed[name] = comparison.numpy
        packed[f"{name}_torch"] = comparison.torch
        if not comparison.within:
            right = agreeing(comparison.numpy, comparison.torch, comparison.sums)
            packed[f"wrong_{name}"] = (~right).astype(np.uint8)
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
