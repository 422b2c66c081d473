"""A line chart that updates in place: one canvas that is drawn again, never mounted again.

Streamlit's Plotly and Vega charts swap elements of the page at every update and forget the zoom;
here new data only repaint the canvas. Zoom by dragging or with + and -, reset with a double click
or 0, read values with the pointer, a finger or the arrow keys.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

_HERE = Path(__file__).parent
_HTML = """
<figure>
  <figcaption><strong></strong><span class="legend"></span>
    <button type="button" hidden>Reset zoom</button></figcaption>
  <div class="plot" tabindex="0" role="img">
    <canvas></canvas><div class="readout" hidden></div>
  </div>
</figure>
"""


@dataclass(frozen=True)
class Series:
    """One line: ``x`` and ``y`` of equal length; None in ``y`` leaves a gap."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    colour: str
    width: float = 2.0
    opacity: float = 1.0
    dashed: bool = False
    markers: bool = False


_component = st.components.v2.component(
    "glass_cnn.line_chart",
    html=_HTML,
    css=(_HERE / "line_chart.css").read_text(),
    js=(_HERE / "line_chart.js").read_text(),
)


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    key: str,
    y_format: Literal["number", "percent", "power"] = "number",
    y_range: tuple[float, float] | None = None,
    empty: str = "Nothing to draw yet.",
    height: int = 240,
) -> None:
    """Draw or update the chart ``key``; ``empty`` is shown while no series has a point.

    With ``y_format`` "power" the values are powers of ten: -7 is written 1e-7.
    """
    _component(
        key=key,
        data={
            "title": title,
            "series": [asdict(line) for line in series],
            "xLabel": x_label,
            "yLabel": y_label,
            "yFormat": y_format,
            "yRange": y_range,
            "empty": empty,
            "height": height,
        },
        height=height + 36,
    )
