"""NumPy network: do both engines agree through the whole network, and while it trains?"""

import streamlit as st

from pages.parts.numpy_network import layer_by_layer, side_by_side
from pages.parts.shared.page import open_page

VIEWS = {"Layer by layer": layer_by_layer.show, "Side-by-side training": side_by_side.show}

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
