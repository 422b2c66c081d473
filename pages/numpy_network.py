"""NumPy network: do both engines agree through the whole network, and while it trains?"""

import streamlit as st

from pages.parts.numpy_network import ladder_view, training_view
from pages.parts.shared.page import open_page

VIEWS = {"Layer by layer": ladder_view.show, "Side-by-side training": training_view.show}

open_page("numpy_network")
view = st.segmented_control(
    "What to compare",
    list(VIEWS),
    default="Layer by layer",
    required=True,
    key="view",
    bind="query-params",
    label_visibility="collapsed",
)
VIEWS[str(view)]()
