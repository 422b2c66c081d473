"""A new training: the form on the left, the pictures to learn on the right, and Start."""

import streamlit as st

from core.config import recipe_for
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
        preview = look_at(data, choices.config or recipe_for(model))
    with form:
        config = offer_start("Start", "start", choices, preview)
    if config is not None:
        begin(config)
