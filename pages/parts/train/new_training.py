"""A new training: the form on the left, the pictures to learn on the right, and Start."""

import datetime
from pathlib import Path

import streamlit as st

from core.config import DRAWN, PRESETS, TrainConfig
from core.mistakes import told
from pages.parts.shared.start_training import begin, offer_start
from pages.parts.shared.training_form import (
    choose_network,
    choose_numbers,
    choose_source,
    look_at,
)


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
        config = offer_start("Start", "start", choices, preview)
    if config is not None:
        begin(config, default_name(config))


def default_name(config: TrainConfig) -> str:
    """Name a run after its network, its pictures and the time of day."""
    pictures = "drawn pets" if config.data == DRAWN else Path(config.data).name
    mistakes = f" with {told(config.mistakes)}" if config.mistakes else ""
    return f"{config.model} on {pictures}{mistakes}, {datetime.datetime.now():%H:%M:%S}"
