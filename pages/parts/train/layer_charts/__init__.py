"""Small multiples that update in place: one chart a layer, all on one log scale.

An epoch chosen with the pointer, a finger or the arrow keys is read in all of them at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from pages.parts.web import register


@dataclass(frozen=True)
class Line:
    """One measure that every chart draws; ``key`` is its name among a layer's values."""

    key: str
    label: str
    colour: str
    width: float = 2.0
    dashed: bool = False


@dataclass(frozen=True)
class LayerChart:
    """One layer: values an epoch, by the keys of lines, None where nothing is known.

    ``words`` are further values in words, an epoch each.
    """

    name: str
    values: Mapping[str, Sequence[float | None]]
    words: Sequence[str]


_component = register(__file__)


def layer_charts(
    charts: Sequence[LayerChart],
    epochs: Sequence[int],
    lines: Sequence[Line],
    band: tuple[float, float],
    *,
    key: str,
) -> None:
    """Draw or update the charts ``key``; ``band`` is what is healthy of the first line."""
    data = {
        "charts": tuple(asdict(chart) for chart in charts),
        "epochs": tuple(epochs),
        "lines": tuple(asdict(line) for line in lines),
        "band": band,
    }
    _component(key=key, data=data)
