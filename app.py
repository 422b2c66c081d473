"""Classify, the start page: drop photos, read what the network says of each."""

import streamlit as st

from pages.parts.classify.answers import show_answers
from pages.parts.classify.band import choose_threshold
from pages.parts.classify.live import live_camera, live_wanted, offer_live
from pages.parts.shared.model_choice import choose_model, load_torch_in_background
from pages.parts.shared.page import open_page
from pages.parts.shared.photos import choose_photos

with open_page("classify"):
    left, right = st.columns([4, 7], gap="large")
    with left.container(key="classify_photos"):
        photos = choose_photos(beside_camera=offer_live)
    with left.container(key="classify_settings"):
        model = choose_model()
        threshold = choose_threshold(model)
    with right:
        if live_wanted():
            live_camera(model, threshold)
        show_answers(photos, model, threshold, invite=not live_wanted())
    load_torch_in_background()
