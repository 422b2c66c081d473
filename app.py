"""Classify, the start page: drop photos, read what the network says of each."""

import streamlit as st

from pages.parts.classify.answers import choose_threshold, show_answers
from pages.parts.shared.model_choice import choose_model, load_torch_in_background
from pages.parts.shared.page import open_page
from pages.parts.shared.photos import choose_photos

with open_page("classify"):
    controls, results = st.columns([4, 7], gap="large")
    with controls:
        photos = choose_photos()
        model = choose_model()
        threshold = choose_threshold()
    with results:
        show_answers(photos, model, threshold)
    load_torch_in_background()
