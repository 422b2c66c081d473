"""A new training: the form on the left, the pictures to learn on the right, and Start."""

import datetime
from pathlib import Path

import streamlit as st

from core.config import DRAWN, PRESETS, TrainConfig
from core.runs.listing import create_run
from pages.parts.shared.run_choice import open_run
from pages.parts.shared.training_form import (
    choose_network,
    choose_numbers,
    choose_source,
    look_at,
)
from pages.parts.shared.workers import worker_pool


def show() -> None:
    """Draw the form on the left, the pictures on the right."""
    form, look = st.columns([5, 7], gap="large")
    with form:
        data = choose_source()
        model = choose_network()
        choices = choose_numbers(data, model)
    with look:
        preview = look_at(data, choices.config or PRESETS[model])
    with form:
        if choices.problem:
            st.error(choices.problem)
        pressed = st.button(
            "Start",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=choices.config is None or preview is None,
            key="start",
        )
    if pressed and choices.config is not None:
        run = create_run(choices.config, default_name(choices.config))
        worker_pool().start(run)
        open_run(run)
        st.rerun()


def default_name(config: TrainConfig) -> str:
    """Name a run after its network, its pictures and the time of day."""
    pictures = "drawn pets" if config.data == DRAWN else Path(config.data).name
    return f"{config.model} on {pictures}, {datetime.datetime.now():%H:%M:%S}"
