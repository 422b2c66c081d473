"""Where two arrays are apart, as a heat map to point at."""

from typing import TYPE_CHECKING, Final

import numpy as np

from core.compare.difference_map import DifferenceMap
from core.wording import listed

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT, ROW_HEIGHT = 330, 130
LEAST: Final = 0.1
"""Units below this have the colour of the smallest."""
FEW: Final = 10
"""So many places have a tick each: between them there is nothing."""
MOST: Final = 1e9
"""Units beyond this, and what is finite in one array only, have the colour of the largest."""


def difference_figure(found: DifferenceMap, largest: float) -> "Figure":
    """Return one map: dark is less, bright is more, and what is equal is left blank.

    ``largest`` is the most units of all maps that share their colours; one row has no scale beside
    it, since that of the map above holds.
    """
    from plotly.graph_objects import Figure, Heatmap

    shown = np.clip(found.units, LEAST, MOST)
    powers = np.where(found.units > 0, np.log10(shown), np.nan)
    most = max(1.0, np.log10(np.clip(largest, LEAST, MOST)))
    ticks = list(range(-1, int(most) + 1, 1 if most <= 5 else 2))
    down, across = found.steps
    rows, columns = (np.arange(size) for size in found.units.shape)
    single = not found.rows
    figure = Figure(
        Heatmap(
            z=powers,
            x=columns * across,
            y=rows * down,
            zmin=-1,
            zmax=most,
            colorscale="Viridis",
            showscale=bool(found.rows) or not found.over,
            customdata=np.where(np.isinf(found.units), MOST, found.units),
            hovertemplate=("" if single else f"{found.rows} %{{y}}, ")
            + f"{found.columns} %{{x}}: %{{customdata:.3g}} units<extra></extra>",
            colorbar={
                "title": {"text": "units", "side": "top"},
                "tickvals": ticks,
                "ticktext": [f"{10.0**tick:g}" if tick < 4 else f"1e{tick}" for tick in ticks],
                "thickness": 12,
            },
        ),
        {
            "template": "none",
            "title": {
                # Short, so that on a phone the figure's buttons do not cover it.
                "text": f"Units by {found.columns}" if single else "Units apart",
                "y": 1,
                "yanchor": "top",
                "pad_t": 5,
                "font_size": 14,
            },
            "height": ROW_HEIGHT if single else HEIGHT,
            "margin": {"t": 30, "b": 40, "l": 46, "r": 8},
            "xaxis": {
                "title": {"text": axis_title(found.columns, across)},
                "showgrid": False,
                "dtick": across if len(columns) <= FEW else None,
            },
            "yaxis": {
                "title": {"text": "" if single else axis_title(found.rows, down)},
                "autorange": "reversed",
                "showgrid": False,
                "showticklabels": not single,
                "dtick": down if len(rows) <= FEW else None,
            },
        },
    )
    if not single and max(found.units.shape) <= 3 * min(found.units.shape):
        figure.update_yaxes(scaleanchor="x", constrain="domain")
        figure.update_xaxes(constrain="domain")
    return figure


def axis_title(name: str, step: int) -> str:
    """Name an axis, and how many places of it a cell stands for."""
    return name if step == 1 else f"{name} (a cell is {step})"


def over_words(found: DifferenceMap) -> str:
    """Say of what each cell shows the largest."""
    return f"each cell shows the largest of all {listed([f'{name}s' for name in found.over])}"
