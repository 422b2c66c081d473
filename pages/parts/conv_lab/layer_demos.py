"""The article's other layers: sliders, the formula with numbers, both engines' arrays."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import streamlit as st

from core.comparison.rounding import EXPLANATION, Comparison
from core.conv_lab.demos import (
    BatchNorm,
    Demo,
    Initialisation,
    Linear,
    Loss,
    MaxPool,
    Relu,
    Start,
)
from core.conv_lab.demos.loss import curves
from pages.parts.conv_lab.strips import strips
from pages.parts.shared.line_chart import Chart, Series, line_chart
from pages.parts.shared.words import escape_markdown

Number = TypeVar("Number", int, float)
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_STYLE = """
<style>
.st-key-layer_sliders { row-gap: .2rem; }
.st-key-layer_sliders > div { flex: 1 1 110px !important; min-width: 110px; max-width: 260px; }
.st-key-layer_steps p { margin-bottom: .15rem; font-variant-numeric: tabular-nums; }
</style>
"""


def show(layer: str) -> None:
    """Draw one layer's tab."""
    st.html(_STYLE)
    _TABS[layer]()


def _batch_norm() -> None:
    with _sliders():
        demo = BatchNorm(
            training=_toggle("Training mode", True, "Off: the running statistics are used."),
            batch=_slider("Photos", 1, 8, 4, "Photos in the batch."),
            channels=_slider("Channels", 1, 4, 2, "Each has statistics of its own."),
            side=_slider("Side", 1, 8, 4, "Rows and columns of a map."),
            shift=_slider("Mean of x", -10.0, 10.0, 2.0, "Where the numbers lie.", step=0.1),
            scale=_slider("Spread of x", 0.1, 5.0, 3.0, "How far they scatter.", step=0.1),
            gamma=_slider("Weight γ", -2.0, 2.0, 1.0, "The new spread.", step=0.1),
            beta=_slider("Bias β", -2.0, 2.0, 0.0, "The new mean.", step=0.1),
            momentum=_slider(
                "Momentum", 0.0, 1.0, 0.1, "How fast running statistics follow.", step=0.05
            ),
            seen=_slider("Batches before", 0, 50, 5, "How many have moved the statistics."),
            dtype=_dtype(),
        )
    if demo.problem():
        st.error(demo.problem(), icon=":material/block:")
    else:
        _show(demo.carry_out())


def _relu() -> None:
    with _sliders():
        demo = Relu(
            side=_slider("Side", 2, 12, 8, "Rows and columns."),
            shift=_slider("Shift", -4.0, 4.0, 0.0, "Added to every number.", step=0.1),
            seed=_slider("Seed", 0, 20, 0, "Other random numbers."),
            dtype=_dtype(),
        )
    _show(demo.carry_out())


def _max_pool() -> None:
    with _sliders():
        demo = MaxPool(
            side=_slider("Side", 2, 12, 8, "Rows and columns."),
            kernel=_slider("Kernel", 1, 5, 2, "Rows and columns of the window."),
            stride=_slider("Stride", 1, 5, 2, "Cells from one window to the next."),
            padding=_slider("Padding", 0, 2, 0, "Never wins: it counts as minus infinity."),
            dilation=_slider("Dilation", 1, 3, 1, "Distance between a window's cells."),
            ceil_mode=_toggle("Round up", False, "ceil_mode: a last window may reach outside."),
            ties=_toggle("Ties", False, "Whole numbers, so that several are the largest."),
            dtype=_dtype(),
        )
    if demo.problem():
        st.error(demo.problem(), icon=":material/block:")
    else:
        _show(demo.carry_out())


def _linear() -> None:
    with _sliders():
        demo = Linear(
            batch=_slider("Photos", 1, 8, 2, "Rows of the input."),
            features=_slider("Inputs", 1, 32, 6, "Numbers that go in."),
            outputs=_slider("Outputs", 1, 16, 3, "Numbers that come out."),
            seed=_slider("Seed", 0, 20, 0, "Other random numbers."),
            dtype=_dtype(),
        )
    _show(demo.carry_out())


def _loss() -> None:
    with _sliders():
        demo = Loss(
            logit=_slider("Logit z", -40.0, 40.0, -1.5, "What the last layer says.", step=0.1),
            target=int(_toggle("It is a cat", True, "The target t: 1 for a cat, 0 for a dog.")),
            dtype=_dtype(),
        )
    _show(demo.carry_out())
    line_chart(
        Chart(
            "Over the logit, for a cat",
            [
                Series(name, [float(v) for v in x], [float(v) for v in y], colour)
                for (name, (x, y)), colour in zip(curves().items(), _COLOURS, strict=False)
            ],
            x_label="logit z",
            y_label="value",
        ),
        key="layer_curves",
    )


def _initialisation() -> None:
    with _sliders():
        demo = Initialisation(
            layers=_slider("Layers", 1, 20, 8, "Linear layers with ReLU, one after the other."),
            width=_slider("Width", 8, 256, 64, "Units in each layer.", step=8),
            seed=_slider("Seed", 0, 20, 0, "Other random numbers."),
            dtype=_dtype(),
        )
    starts = demo.carry_out()
    for column, start, colour in zip(st.columns(4), starts, _COLOURS, strict=True):
        with column:
            st.markdown(f"**{start.name}**  \n{start.formula}  \nσ drawn: {start.spread:.3f}")
            st.html(_histogram(start, colour))
    left, right = st.columns(2)
    with left:
        _through_layers("Spread of the outputs", "standard deviation", starts, "spreads")
    with right:
        _through_layers("Share of units that are not 0", "share", starts, "alive")
    st.caption(
        "Kaiming's spread stays, because it makes up for the half that ReLU removes. With a "
        "constant, all units of a layer are the same one and stay so while it learns."
    )
    last = {f"{each.name}: output of the last layer": each.comparison for each in starts}
    _strips(last)


def _through_layers(title: str, label: str, starts: Iterable[Start], field: str) -> None:
    st.markdown(f"**{title}**")
    line_chart(
        Chart(
            "",
            [
                Series(
                    start.name,
                    list(range(len(getattr(start, field)))),
                    list(getattr(start, field)),
                    colour,
                    markers=True,
                )
                for start, colour in zip(starts, _COLOURS, strict=True)
            ],
            x_label="layer (0: the input)",
            y_label=label,
        ),
        key=f"layer_{field}",
    )


def _histogram(start: Start, colour: str) -> str:
    """Draw bars of numbers only; no text of a user is in it."""
    highest = max(1, int(start.counts.max()))
    bars = "".join(
        f"<i style='flex:1;background:{colour};height:{100 * int(count) / highest:.1f}%'></i>"
        for count in start.counts
    )
    low, high = start.edges[0], start.edges[-1]
    ends = "<div style='display:flex;justify-content:space-between;font-size:12px;opacity:.7'>"
    return (
        "<div role='img' aria-label='Histogram of the weights' style='display:flex;gap:1px;"
        f"align-items:flex-end;height:110px;border-bottom:1px solid #8886'>{bars}</div>{ends}"
        f"<span>{low:.1f}</span><span>0</span><span>{high:.1f}</span></div>"
    )


def _show(demo: Demo) -> None:
    with st.container(border=True, key="layer_steps"):
        for name, line in demo.steps:
            st.markdown(f"**{name}**   {escape_markdown(line)}" if name else escape_markdown(line))
        st.caption(demo.note)
    _strips(demo.comparisons)


def _strips(comparisons: Mapping[str, Comparison]) -> None:
    st.caption("NumPy, torch, and their difference", help=EXPLANATION)
    strips(comparisons, key="layer_strips")


def _sliders() -> st.delta_generator.DeltaGenerator:
    return st.container(
        horizontal=True, key="layer_sliders", gap="medium", vertical_alignment="center"
    )


def _slider(
    label: str,
    low: Number,
    high: Number,
    value: Number,
    explanation: str,
    step: Number | None = None,
) -> Number:
    key = f"layer_{st.session_state.lab_layer}_{label}"
    return st.slider(
        label, low, high, value, step, key=key, help=explanation, persist_state="session"
    )


def _toggle(label: str, value: bool, explanation: str) -> bool:
    key = f"layer_{st.session_state.lab_layer}_{label}"
    return st.toggle(label, value, key=key, help=explanation, persist_state="session")


def _dtype() -> str:
    key = f"layer_{st.session_state.lab_layer}_dtype"
    double = st.toggle(
        "float64", False, key=key, help="16 digits instead of 7.", persist_state="session"
    )
    return "float64" if double else "float32"


_TABS: dict[str, Callable[[], None]] = {
    "batch_norm": _batch_norm,
    "relu": _relu,
    "max_pool": _max_pool,
    "linear": _linear,
    "loss": _loss,
    "init": _initialisation,
}
