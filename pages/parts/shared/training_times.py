"""How long trainings take on this machine: measured beside the page, said once it is known."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from core.config import TrainConfig
from core.runs.estimate import ask, kind_of, known_costs
from core.wording import rough_time
from pages.parts.shared.redrawn import redrawn

LOOK_SECONDS = 1.0
MEASURING = "measuring ..."
Counts = tuple[int, int]


def show_recipe_times(
    configs: Mapping[str, TrainConfig | None], counts: Counts | None, wanted: Sequence[TrainConfig]
) -> None:
    """Say below its name how long each recipe takes for so many photos to train and to test on.

    ``wanted`` are all trainings whose time the page would like to say.
    """

    def draw(measuring: bool) -> None:
        said = {name: time_of(config, counts, measuring) for name, config in configs.items()}
        cells = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(words or '–')}</dd></div>"
            for name, words in said.items()
        )
        what = f"for {counts[0]:,} photos on this machine, roughly" if counts else "&nbsp;"
        st.html(f'<dl class="times tabular">{cells}</dl><p class="times-for">{what}</p>')

    live(draw, wanted, "recipe-times")


def show_time(
    config: TrainConfig | None, counts: Counts | None, wanted: Sequence[TrainConfig]
) -> None:
    """Say how long the chosen training takes; nothing while it is not known."""

    def draw(measuring: bool) -> None:
        words = time_of(config, counts, measuring)
        if not words or counts is None:
            st.caption("&nbsp;")
        elif words == MEASURING:
            st.caption("Measuring how long this takes on this machine ...")
        else:
            st.caption(f"About {words} on this machine for {counts[0]:,} photos.")

    live(draw, wanted, "chosen-time")


def time_of(config: TrainConfig | None, counts: Counts | None, measuring: bool) -> str:
    """Say roughly how long a training takes, or that it is being measured; else nothing."""
    if config is None or counts is None:
        return ""
    known, kind = known_costs(), kind_of(config)
    if kind not in known:
        return MEASURING if measuring else ""
    cost = known[kind]
    return rough_time(cost.seconds(config, *counts)) if cost else ""


def live(draw: Callable[[bool], None], wanted: Sequence[TrainConfig], key: str) -> None:
    """Draw, anew until all that is wanted is known; ``draw`` is told whether it is measured."""
    begun = ask(wanted)

    def look() -> None:
        measuring = ask(wanted)
        draw(measuring)
        if begun and not measuring:
            st.rerun()  # what is known needs no more looks

    redrawn(look, every=LOOK_SECONDS if begun else None, key=key)
