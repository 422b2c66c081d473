"""Classify, the start page: drop photos, read what the network says of each."""

import streamlit as st

from pages.parts.classify.answers import show_answers
from pages.parts.classify.band import choose_threshold
from pages.parts.shared.model_choice import choose_model, load_torch_in_background
from pages.parts.shared.page import open_page
from pages.parts.shared.photos import choose_photos

with open_page("classify"):
    left, right = st.columns([4, 7], gap="large")
    with left.container(key="classify_photos"):
        photos = choose_photos()
    with left.container(key="classify_settings"):
        model = choose_model()
        threshold = choose_threshold(model)
    with right:
        show_answers(photos, model, threshold)
    load_torch_in_background()
