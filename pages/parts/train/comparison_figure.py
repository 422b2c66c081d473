"""The figure of several runs, and its legend."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.shared.line_chart import Chart
from pages.parts.shared.plots import line_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure
    from plotly.graph_objects.scatter import Line

DASHES = {
    "solid": (9,),
    "dash": (9, 5),
    "dot": (3, 3),
    "dashdot": (9, 4, 3, 4),
    "longdash": (14, 5),
    "longdashdot": (14, 4, 3, 4),
}
SYMBOLS = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "triangle-up": "▲",
    "x": "✖",
    "star": "★",
}
LEGEND_STYLE = """<style>
.run-entry { display: flex; align-items: center; gap: 6px; font-size: 14px; line-height: 1.5; }
.run-entry i { flex: none; width: 34px; height: 3px; }
.run-entry b { flex: none; width: 1em; text-align: center; }
</style>"""


def comparison_figure(chart: Chart) -> "Figure":
    """Return the chart with lines told apart even where they run on top of each other.

    Each has a dash pattern and a marker of its own; the first is the widest and lies below. Its
    legend is ``legend_below``: names of runs are long, and in the figure would take the axis' room.
    """
    figure = line_figure(chart)
    figure.update_layout(showlegend=False)
    last = len(figure.data) - 1
    for number, trace in enumerate(figure.data):
        below = (last - number) / max(1, last)
        turn = number // len(DASHES)  # a colour that comes again has another dash
        trace.line.update(dash=list(DASHES)[(number + turn) % len(DASHES)], width=2 + 3 * below)
        trace.marker.update(symbol=list(SYMBOLS)[number % len(SYMBOLS)], size=6 + 6 * below)
    return figure


def legend_below(figure: "Figure", names: Sequence[str]) -> None:
    """Draw the legend of a comparison, a line for each name, which may need two on a phone."""
    rows = [
        f'<div class="run-entry"><i style="background: {stripes(trace.line)}"></i>'
        f'<b style="color: {trace.line.color}">{SYMBOLS[trace.marker.symbol]}</b>'
        f"<span>{escape(name)}</span></div>"
        for name, trace in zip(names, figure.data, strict=True)
    ]
    st.html(f"{LEGEND_STYLE}<div>{''.join(rows)}</div>")


def stripes(line: "Line") -> str:
    """Return the CSS background with a line's colour and dashes."""
    at, stops = 0, []
    for number, length in enumerate(DASHES[line.dash]):
        colour = "transparent" if number % 2 else line.color
        stops.append(f"{colour} {at}px {at + length}px")
        at += length
    return f"repeating-linear-gradient(90deg, {', '.join(stops)})"
