"""Line charts that update in place: canvases that are drawn again, never mounted again.

Streamlit's Plotly and Vega charts swap elements of the page at every update and forget the zoom;
here new data only repaint the canvas. Charts that change together are one element of the page,
because every element costs the browser some milliseconds at every update.

Zoom by dragging or with + and -, reset with a double click or 0, read values with the pointer, a
finger or the arrow keys.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pages.parts.web import register


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


@dataclass(frozen=True)
class Mark:
    """A place with a label: a line from top to bottom, or with ``y`` a ring around a point."""

    x: float
    label: str
    y: float | None = None


@dataclass(frozen=True)
class Chart:
    """One chart; ``empty`` is shown while no series has a point.

    With a format of "power" the values are powers of ten: -7 is written 1e-7. ``height`` is the
    plot's in pixels. Among several charts it takes ``rows`` of the grid. ``note`` stands below it.
    What lies above ``y_limit`` is cut off, with a triangle in its place, until one zooms in;
    ``y_log`` draws values above zero on a log scale.
    """

    title: str
    series: Sequence[Series]
    x_label: str
    y_label: str
    y_format: Literal["number", "percent", "power"] = "number"
    x_format: Literal["number", "power"] = "number"
    empty: str = "Nothing to draw yet."
    height: int = 240
    rows: int = 1
    note: str = ""
    marks: Sequence[Mark] = ()
    y_limit: float | None = None
    y_log: bool = False


_component = register(__file__)


def line_chart(chart: Chart, *, key: str) -> None:
    """Draw or update the chart ``key``."""
    show_board(board([chart], 1), key=key)


def line_charts(charts: Sequence[Chart], *, columns: int, key: str) -> None:
    """Draw or update the charts ``key`` in a grid, on a narrow screen one below the other."""
    show_board(board(charts, columns), key=key)


def show_board(data: dict[str, object], *, key: str) -> None:
    """Draw or update the charts ``key`` from what ``board`` made of them."""
    _component(key=key, data=data)


def board(charts: Sequence[Chart], columns: int) -> dict[str, object]:
    """Return what the browser is sent."""
    return {"columns": columns, "charts": tuple(asdict(chart) for chart in charts)}
