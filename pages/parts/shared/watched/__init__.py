"""Whether anybody can see the page: what follows a training stands still in a tab that is hidden.

The browser goes on asking for a fragment in a tab that lies behind others, or behind a locked
screen, and every time takes time from the training.
"""

import streamlit as st

from pages.parts.web import register

KEY = "watched"

_component = register(__file__)


def watch_the_tab() -> None:
    """Learn when this page's tab is hidden and when it is seen again: then the page is drawn."""
    with st.container(key=f"in-view-{KEY}", height="content", gap=None):
        _component(
            key=KEY,
            data={"hidden": is_hidden()},
            default={"hidden": False},
            on_hidden_change=lambda: None,
        )


def is_hidden() -> bool:
    """Tell whether the tab has been hidden for a while."""
    state = st.session_state.get(KEY)
    return bool(state is not None and getattr(state, "hidden", False))


def while_seen(seconds: float | None) -> float | None:
    """Return how often to look again: not at all in a hidden tab, else every so many seconds."""
    return None if is_hidden() else seconds
