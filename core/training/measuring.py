"""What the measurements of both engines share."""

import math
from collections.abc import Mapping

from core.training.events import LayerMeasured

SATURATED = {"Tanh": (-0.97, 0.97), "Sigmoid": (0.03, 0.97)}
"""Below and above these an activation counts as saturated: its slope is at most 0.06 or 0.03, so
that hardly any gradient comes through. For tanh the limits are Karpathy's (Neural Networks: Zero to
Hero, part 3, 2022).
"""


def layer_measured(name: str, found: Mapping[str, float]) -> LayerMeasured:
    """Return what was found of a layer; what is missing or no finite number as None."""
    known = {key: value for key, value in found.items() if math.isfinite(value)}
    return LayerMeasured(
        name=name,
        gradient=known.get("gradient"),
        update=known.get("update"),
        mean=known.get("mean"),
        spread=known.get("spread"),
        dead=known.get("dead"),
        saturated=known.get("saturated"),
    )
