"""Feature maps: what each layer sees in a photo, and why the network answered so."""

import streamlit as st

from core.errors import GlassError
from pages.parts.feature_maps import views
from pages.parts.shared.page import open_page
from pages.parts.shared.words import escape_markdown

with open_page("feature_maps"):
    try:
        views.show()
    except GlassError as error:
        reason = escape_markdown(str(error))
        st.error(f"This network cannot be looked at. {reason} Choose another one.")
