"""Figures that stand still and are explored, by Plotly: hover, zoom, a picture to download.

What changes while one looks is drawn by ``line_chart``: Streamlit mounts a Plotly chart anew at
every change of its data, and the browser first loads five megabytes of it. Plotly is therefore
imported where a figure is made, not with the page.

Both draw the same ``Chart``. Text, grid and background are Streamlit's, light or dark.
"""

from collections.abc import Sequence
from html import escape, unescape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.explain.scores import Calibration, Confusion, Curve
from pages.parts.shared.figure_axes import draw_marks, set_ranges
from pages.parts.shared.line_chart import Chart, Series
from pages.parts.shared.words import percent

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, Scatter

LINE, CHANCE, HERE = "#00805F", "#8A94A0", "#B000B5"
PAPER = {"light": "rgba(255, 255, 255, 0.85)", "dark": "rgba(18, 22, 28, 0.85)"}
TITLE_HEIGHT = 28
LEFT = 68
"""Left of the axis, as in the live charts (line_chart/drawing.js), whose places these take."""
FEW_POINTS = 30
LONGEST_NAME = 40


def show_plot(figure: "Figure", *, key: str, file_name: str) -> None:
    """Draw a figure; its download is ``file_name``.png."""
    layout = figure.layout
    axes = f"{layout.yaxis.title.text} over {layout.xaxis.title.text}"
    if "Mobi" in st.context.headers.get("User-Agent", ""):
        figure.update_layout(dragmode=False)  # a finger scrolls the page; the bar's buttons zoom
    figure.update_annotations(bgcolor=PAPER.get(st.context.theme.type or "light", PAPER["light"]))
    st.plotly_chart(
        figure,
        key=key,
        alt=unescape(f"{layout.title.text}: {axes}"),
        config={
            "modeBarButtonsToRemove": ["zoomIn2d", "zoomOut2d", "autoScale2d"],
            "toImageButtonOptions": {"format": "png", "filename": file_name, "scale": 2},
        },
    )


def line_figure(chart: Chart) -> "Figure":
    """Return the chart as a figure of the same height, read at one x for all its lines.

    Shares are drawn as per cent.
    """
    from plotly.graph_objects import Figure

    as_percent = chart.y_format == "percent"
    lines = [line(series, as_percent) for series in chart.series]
    figure = Figure(
        lines,
        {
            "template": "none",
            "title": {"text": chart.title, "y": 1, "yanchor": "top", "pad_t": 5, "font_size": 14},
            "height": chart.height + TITLE_HEIGHT,
            "margin": {"t": TITLE_HEIGHT, "b": 0, "r": 8, "l": LEFT, "pad": 4},
            "hovermode": "x unified",
            "showlegend": True,
            "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
            "xaxis": {
                "title": {"text": chart.x_label, "standoff": 9, "font_size": 12},
                "unifiedhovertitle_text": f"{chart.x_label} %{{x}}",
                "exponentformat": "none",
            },
            "yaxis": {
                "title": {"text": chart.y_label, "standoff": 8, "font_size": 12},
                "automargin": False,
                "nticks": 6,
                "ticksuffix": " %" if as_percent else "",
                "zeroline": False,
            },
        },
    )
    set_ranges(figure, chart)
    draw_marks(figure, chart)
    return figure


def line(series: Series, as_percent: bool) -> "Scatter":
    """Return one line, which says its name and value when pointed at."""
    from plotly.graph_objects import Scatter

    factor = 100 if as_percent else 1
    value = "%{y:.1f} %" if as_percent else "%{y:.3g}"
    return Scatter(
        name=shortened(series.name),
        x=list(series.x),
        y=[None if y is None else factor * y for y in series.y],
        mode="lines+markers" if series.markers or len(series.x) == 1 else "lines",
        line={
            "color": series.colour,
            "width": series.width,
            "dash": "dash" if series.dashed else "solid",
        },
        marker={"size": 7 if len(series.x) <= FEW_POINTS else 4},
        opacity=series.opacity,
        hovertemplate=f"%{{fullData.name}}: {value}<extra></extra>",
    )


def shortened(name: str) -> str:
    """Return a name that fits a legend on a phone, in which Plotly finds no markup."""
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - 12]}…{name[-11:]}"
    return escape(name)


def roc_figure(curve: Curve, at: Confusion, threshold: float, one: str) -> "Figure":
    """Return the ROC curve with the point of a threshold on it; ``one`` is the name of class 1."""

    def say(least: float, alarms: float, found: float) -> str:
        return (
            f"{called(one, least)}:<br>{percent(found)} of {one} found,"
            f"<br>{percent(alarms)} of the others called {one}"
        )

    one = escape(one)
    alarms = at.false_positive / (at.false_positive + at.true_negative)
    return threshold_figure(
        "ROC",
        (curve.x, curve.y, [say(*point) for point in points_of(curve)]),
        (alarms, at.recall, say(threshold, alarms, at.recall)),
        guessing=(0.0, 1.0),
        x_label=f"share of the others called {one}",
        y_label=f"share of {one} found",
    )


def precision_recall_figure(
    curve: Curve, at: Confusion, threshold: float, one: str, share: float
) -> "Figure":
    """Return precision over recall with a threshold's point; ``share`` of all photos are ``one``.

    A threshold from which on nothing is called ``one`` has no point.
    """

    def say(least: float, found: float, right: float) -> str:
        return (
            f"{called(one, least)}:<br>{percent(found)} of {one} found,"
            f"<br>{percent(right)} of those called {one} right"
        )

    one = escape(one)
    return threshold_figure(
        "Precision and recall",
        (curve.x, curve.y, [say(*point) for point in points_of(curve)]),
        (at.recall, at.precision, say(threshold, at.recall, at.precision)),
        guessing=(share, share),
        x_label=f"recall: share of {one} found",
        y_label=f"share right of those called {one}",
    )


def called(one: str, least: float) -> str:
    """Say from which probability on the answer is ``one``; an infinite one is never reached."""
    return f"{one} from P = {least:.2f} on" if np.isfinite(least) else f"nothing called {one}"


def points_of(curve: Curve) -> list[tuple[float, float, float]]:
    """Return threshold, x and y of every point of a curve."""
    return list(zip(curve.thresholds.tolist(), curve.x.tolist(), curve.y.tolist(), strict=True))


def threshold_figure(
    title: str,
    curve: tuple[NDArray[np.float64], NDArray[np.float64], list[str]],
    here: tuple[float, float, str],
    *,
    guessing: tuple[float, float],
    x_label: str,
    y_label: str,
) -> "Figure":
    """Return a curve over thresholds, each point with its words, and one point on it."""
    x, y, words = curve
    here_x, here_y, here_words = here
    known = np.isfinite(here_y)
    figure = share_figure(
        title,
        [
            Series("this run", x.tolist(), y.tolist(), LINE),
            Series("guessing", [0.0, 1.0], guessing, CHANCE, width=1.5, dashed=True),
            Series("threshold", [here_x], [here_y if known else None], HERE, markers=True),
        ],
        x_label=x_label,
        y_label=y_label,
    )
    say_words(figure.data[0], words)
    say_words(figure.data[2], [here_words])
    figure.data[1].hoverinfo = "skip"
    figure.data[2].update(mode="markers", marker_size=11)
    return figure


def calibration_figure(found: Calibration, one: str) -> "Figure":
    """Return what was promised against what came true, each point with its 95 % interval."""
    figure = share_figure(
        "Calibration",
        [
            Series("promised", [0.0, 1.0], [0.0, 1.0], CHANCE, width=1.5, dashed=True),
            Series(
                "this run, with 95 % intervals",
                found.predicted.tolist(),
                found.observed.tolist(),
                LINE,
                markers=True,
            ),
        ],
        x_label=f"P({escape(one)}) that was said",
        y_label=f"share that is {escape(one)}",
    )
    figure.data[0].hoverinfo = "skip"
    figure.data[1].error_y = {
        "array": found.high - found.observed,
        "arrayminus": found.observed - found.low,
        "thickness": 1,
        "width": 0,
    }
    columns = (found.predicted, found.observed, found.low, found.high, found.counts)
    say_words(
        figure.data[1],
        [
            f"said {said:.2f} on average:<br>{percent(share)} of {count} photos are {escape(one)}"
            f"<br>(95 % interval {percent(low)} to {percent(high)})"
            for said, share, low, high, count in zip(*columns, strict=True)
        ],
    )
    return figure


def share_figure(title: str, series: Sequence[Series], *, x_label: str, y_label: str) -> "Figure":
    """Return lines in the square of two shares, each point to be pointed at by itself."""
    figure = line_figure(Chart(title, series, x_label=x_label, y_label=y_label, height=270))
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(range=[-0.02, 1.02], dtick=0.2)
    figure.update_yaxes(range=[-0.02, 1.02], dtick=0.2, rangemode="normal")
    return figure


def say_words(trace: "Scatter", words: Sequence[str]) -> None:
    """Let each point of a trace say its own words."""
    trace.update(text=list(words), hovertemplate="%{text}<extra></extra>")
