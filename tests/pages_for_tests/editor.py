"""The network's editor alone, with what a form would do with what it says."""

import streamlit as st

from core.architecture.library import NAMES
from pages.parts.shared.network_editor import network_editor

st.set_page_config(layout="wide")
st.session_state.setdefault("network", st.query_params.get("network", "article"))
st.title("Editor", anchor=False)


def start_from() -> None:
    """Show another network."""
    st.session_state["network"] = st.session_state["preset"]


if st.toggle("Elsewhere"):
    st.write("Another page.")
else:
    st.selectbox("Preset", NAMES, key="preset", on_change=start_from)
    size = st.number_input("Pixels a side", 16, 512, 224)
    edited = network_editor(st.session_state["network"], size, "editor")
    st.session_state["network"] = edited.network
    st.text(f"Network: {edited.network!r}")
    st.text(f"Problem: {edited.problem!r}")
