"""Folds in which nothing is computed until somebody opens them."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def fold(label: str, key: str) -> DeltaGenerator | None:
    """Draw a fold; return its inside, or None while it is closed.

    One that was left open is open again after a visit to another page.
    """
    folds: dict[str, bool] = st.session_state.setdefault("opened-folds", {})
    widget = f"fold-{key}"
    if widget not in st.session_state:  # forgotten on the way to other pages
        st.session_state[widget] = folds.get(key, False)
    opened = st.expander(label, key=widget, on_change="rerun")
    folds[key] = bool(opened.open)
    return opened if opened.open else None
