"""Feature maps: what each layer sees in a photo, and why the network answered so."""

import streamlit as st

from core.errors import ModelError, RunError
from pages.parts.feature_maps import views
from pages.parts.shared.page import open_page

with open_page("feature_maps"):
    try:
        views.show()
    except (ModelError, RunError) as error:
        st.error(f"This network cannot be looked at: {error}. Choose another one.")
