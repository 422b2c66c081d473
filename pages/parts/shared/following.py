"""Widgets that show what the program holds, which an address or another widget may change too."""

from typing import TypeVar

import streamlit as st

Value = TypeVar("Value")


def follow(key: str, now: Value) -> Value | None:
    """Let the widget ``key`` show ``now``; return what it is to be made with, as its default.

    Set only where it differs, or drags jump back. Streamlit tells the browser a value that is set
    in that run alone, and if a rerun cuts it short, never; so from then on it is the default, too.
    Both in one run are more than Streamlit takes, hence the None.
    """
    if st.session_state.get(key) == now:
        return now
    st.session_state[key] = now
    return None
