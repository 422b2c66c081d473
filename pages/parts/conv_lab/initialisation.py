"""The initialisations: histograms of the weights, and what becomes of numbers on the way."""

from collections.abc import Iterable

import streamlit as st

from core.comparison.rounding import Comparison
from core.conv_lab.demos import Initialisation, Start
from core.conv_lab.demos.initialisation import NAMES
from pages.parts.shared.line_chart import Chart, Series, line_chart
from pages.parts.shared.words import typeset

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")


def show_initialisation(layer: Initialisation) -> dict[str, Comparison]:
    """Draw what each initialisation draws, and what becomes of it through the layers.

    Returns both engines' outputs of the last layer, by title.
    """
    starts = layer.carry_out()
    for column, start, colour in zip(st.columns(4), starts, COLOURS, strict=True):
        with column:
            st.markdown(f"**{start.name}**  \n{start.formula}  \nσ drawn: {start.spread:.3f}")
            st.html(_histogram(start, colour))
    left, right = st.columns(2)
    with left:
        _through_layers(
            "Spread of the outputs", "standard deviation, log scale", starts, "spreads", log=True
        )
    with right:
        _through_layers("Share of units that are not 0", "share", starts, "alive")
    st.caption(
        "Each histogram counts the weights of all layers, upwards, by their value, to the right. "
        "Where lines lie over each other, how large the weights are changes nothing about which "
        f"units ReLU silences. {_what_becomes_of_kaiming(layer, starts)} On the log scale a line "
        "that falls or rises straight is the same factor in every layer. With a constant, all "
        "units of a layer are the same one and stay so while it learns."
    )
    return {f"{each.name}: output of the last layer": each.comparison for each in starts}


def _what_becomes_of_kaiming(layer: Initialisation, starts: Iterable[Start]) -> str:
    """Say that Kaiming's spread stays, or that with few units chance decides."""
    [last] = [each.spreads[-1] for each in starts if each.name == NAMES["kaiming_normal"]]
    why = "because it makes up for the half that ReLU removes"
    if 0.5 <= last <= 2:
        return f"Kaiming's spread stays, {why}."
    return (
        f"Kaiming's spread would stay on average, {why}; with {layer.width} units a layer chance "
        f"adds up, and after the last one it is {typeset(f'{last:.2g}')}."
    )


def _through_layers(
    title: str, label: str, starts: Iterable[Start], field: str, log: bool = False
) -> None:
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
                for start, colour in zip(starts, COLOURS, strict=True)
            ],
            x_label="layer (0: the input)",
            y_label=label,
            y_log=log,
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
    low, high = (typeset(f"{edge:.1f}") for edge in (start.edges[0], start.edges[-1]))
    ends = "<div style='display:flex;justify-content:space-between;font-size:12px;opacity:.7'>"
    return (
        "<div role='img' aria-label='Histogram of the weights' style='display:flex;gap:1px;"
        f"align-items:flex-end;height:110px;border-bottom:1px solid #8886'>{bars}</div>{ends}"
        f"<span>{low}</span><span>0</span><span>{high}</span></div>"
    )
