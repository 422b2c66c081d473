"""The axes of a Plotly figure, and what is marked in it: as on the canvas of the same chart."""

import math
from typing import TYPE_CHECKING

from pages.parts.shared.line_chart import Chart

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MARK = "#8A94A0"  # seen on light and dark
MOST_TICKS = 15
LABEL_ROWS = 3
LABEL_HEIGHT = 14
LABELS_AND_SOME, AROUND_THE_PLOT = 22, 80  # pixels


def set_ranges(figure: "Figure", chart: Chart) -> None:
    """Let axes begin at zero where that costs no detail, and epochs be whole numbers.

    The values are those of the figure: shares are per cent there.
    """
    values = [y for trace in figure.data for y in trace.y if y is not None]
    if not values:
        figure.add_annotation(text=chart.empty, showarrow=False, x=0.5, y=0.5, xref="x domain")
        figure.update_layout(showlegend=False)
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
        return
    from_zero = 0 < min(values) < 0.5 * (max(values) if chart.y_limit is None else chart.y_limit)
    if chart.y_log:
        figure.update_yaxes(type="log", exponentformat="power", dtick=log_step(values))
    elif chart.y_limit is not None or labelled(chart):
        high = max(values) if chart.y_limit is None else chart.y_limit
        room = (high - min(values)) or 1.0
        low = 0 if from_zero else min(values) - 0.06 * room
        above = LABELS_AND_SOME / (chart.height - AROUND_THE_PLOT) * room
        top = high if chart.y_limit is not None else high + above
        figure.update_yaxes(range=[low, top])
    elif from_zero:
        figure.update_yaxes(rangemode="tozero")
    if chart.x_label == "epoch":
        epochs = [x for trace in figure.data for x in trace.x]
        figure.update_xaxes(tick0=0, dtick=whole_step(max(epochs) - min(epochs)))


def labelled(chart: Chart) -> bool:
    """Tell whether labels stand along the top, for which lines should leave room."""
    return any(mark.y is None for mark in chart.marks)


def log_step(values: list[float]) -> int | str:
    """Return Plotly's word for ticks at powers of ten, or where these are few also between."""
    positive = [y for y in values if y > 0] or [1.0]
    return 1 if math.log10(max(positive) / min(positive)) > 2 else "D2"


def whole_step(span: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50, ... with which ``span`` has few enough ticks."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if span <= step * MOST_TICKS:
                return step
        power *= 10


def draw_marks(figure: "Figure", chart: Chart) -> None:
    """Draw the chart's marks, and triangles along the top for what lies above it."""
    from plotly.graph_objects import Scatter

    places = [x for trace in figure.data for x in trace.x]
    if not places:
        return
    middle = (min(places) + max(places)) / 2
    factor = 100 if chart.y_format == "percent" else 1
    for mark in chart.marks:
        if mark.y is None:
            continue
        figure.add_trace(
            Scatter(
                x=[mark.x],
                y=[factor * mark.y],
                name=mark.label,
                mode="markers",
                marker={"symbol": "circle-open", "size": 13, "line_width": 2, "color": MARK},
                cliponaxis=False,
                hoverinfo="skip",
            )
        )
    lines = [mark for mark in chart.marks if mark.y is None]
    for number, mark in enumerate(lines):
        figure.add_vline(mark.x, line={"color": MARK, "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            text=mark.label,
            x=mark.x,
            xanchor="right" if mark.x > middle else "left",
            y=1,
            yref="y domain",
            yanchor="top",
            yshift=-LABEL_HEIGHT * (number % LABEL_ROWS),
            showarrow=False,
            font_size=11,
        )
    if chart.y_limit is not None and not chart.y_log:
        draw_cut(figure, chart, chart.y_limit)


def draw_cut(figure: "Figure", chart: Chart, limit: float) -> None:
    """Put a triangle at the top for each point above ``limit``, and the highest one's value."""
    from plotly.graph_objects import Scatter

    cut = [
        (y, x)
        for series in chart.series
        for x, y in zip(series.x, series.y, strict=True)
        if y is not None and y > limit
    ]
    if not cut:
        return
    highest = max(cut)
    figure.add_trace(
        Scatter(
            x=[x for _, x in cut],
            y=[limit] * len(cut),
            text=[f" ↑ {y:.3g} " if (y, x) == highest else "" for y, x in cut],
            customdata=[y for y, _ in cut],
            mode="markers+text",
            textposition="bottom right",
            marker={"symbol": "triangle-up", "size": 9, "color": MARK},
            cliponaxis=False,
            showlegend=False,
            hovertemplate="above the chart: %{customdata:.3g}<extra></extra>",
        )
    )
