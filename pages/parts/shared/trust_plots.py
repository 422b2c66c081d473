"""Figures of how far heat maps can be trusted."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from core.explain.heat_maps import HEAT_MAPS
from pages.parts.shared.line_chart import Chart, Series
from pages.parts.shared.plots import CHANCE, line_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from core.explain.deletion import Trial
    from core.explain.trust import Verdict

# Told apart by colour and dashes; none is the colour of a class.
COLOURS = {"cam": "#00805F", "occlusion": "#CC79A7", "gradient": "#B08900", "integrated": "#8A6FD1"}
DASHES = {"cam": "solid", "occlusion": "dash", "gradient": "dot", "integrated": "dashdot"}
Kind = Literal["deletion", "insertion"]
BAND = "rgba(138, 148, 160, 0.3)"
DOING: dict[Kind, str] = {"deletion": "taken away", "insertion": "shown"}


def curves_figure(trial: "Trial", kind: Kind, shown: str, answer: str) -> "Figure":
    """Return P(answer) over the share of places for every method; ``shown`` is drawn thick."""
    from plotly.graph_objects import Scatter

    shares = (100 * trial.chance.shares).tolist()
    random = np.array([getattr(curve, kind) for curve in trial.random])
    lines = [Series("random order", shares, random.mean(axis=0).tolist(), CHANCE)]
    lines += [
        Series(HEAT_MAPS[method], shares, getattr(curve, kind).tolist(), COLOURS[method])
        for method, curve in trial.curves.items()
    ]
    figure = line_figure(
        Chart(
            kind.capitalize(),
            lines,
            x_label=f"% {DOING[kind]}, most marked first",
            y_label=f"P({answer})",
            y_format="percent",
            height=250,
        )
    )
    for trace, method in zip(figure.data[1:], trial.curves, strict=True):
        trace.line.update(dash=DASHES[method], width=4 if method == shown else 1.8)
    edges = (100 * random.max(axis=0), 100 * random.min(axis=0))
    band = [
        Scatter(
            x=shares,
            y=edge.tolist(),
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=BAND,
            showlegend=False,
            hoverinfo="skip",
        )
        for edge, fill in zip(edges, ("none", "tonexty"), strict=True)
    ]
    figure.add_traces(band)
    figure.data = (*figure.data[-2:], *figure.data[:-2])  # the band lies behind the lines
    figure.update_layout(legend_traceorder="normal")  # a filled band would turn it round
    figure.update_yaxes(range=[-2, 102], rangemode="normal", dtick=25)
    figure.update_xaxes(range=[-1, 101], dtick=20)
    return figure


def verdict_figure(verdict: "Verdict") -> "Figure":
    """Return each method's mean figure with its 95 % interval, and where chance lies."""
    from plotly.graph_objects import Figure, Scatter

    means = {**verdict.means}
    names = [HEAT_MAPS[method] for method in means]
    values = [mean.value for mean in means.values()]
    figure = Figure(
        Scatter(
            x=values,
            y=names,
            mode="markers",
            marker={"size": 11, "color": [COLOURS[method] for method in means]},
            error_x={
                "array": [mean.within for mean in means.values()],
                "color": CHANCE,
                "thickness": 2,
                "width": 5,
            },
            text=[str(mean) for mean in means.values()],
            hovertemplate="%{y}: %{text}<extra></extra>",
        ),
        {
            "template": "none",
            "title": {
                "text": f"On {verdict.photos} test photos",
                "y": 1,
                "yanchor": "top",
                "pad_t": 5,
                "font_size": 14,
            },
            "height": 124 + 34 * len(names),
            "margin": {"t": 48, "b": 46, "r": 12, "l": 140},
            "showlegend": False,
            "xaxis": {
                "title": {"text": "insertion area − deletion area", "font_size": 12},
                "zeroline": False,
                "rangemode": "tozero",
            },
            "yaxis": {"title": {"text": "method", "font_size": 12}, "autorange": "reversed"},
        },
    )
    figure.add_vline(verdict.chance.value, line={"color": CHANCE, "width": 2, "dash": "dash"})
    figure.add_annotation(
        text="a random order",
        x=verdict.chance.value,
        y=1,
        yref="y domain",
        yanchor="bottom",
        showarrow=False,
        font_size=11,
    )
    return figure
