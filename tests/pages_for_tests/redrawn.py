"""A part that is drawn anew, on a server so busy that its turn comes in the middle of the page."""

import time
from collections.abc import Callable
from unittest.mock import patch

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.shared.redrawn import redrawn

EVERY_SECONDS = 0.2


def late(container: Callable[..., object]) -> Callable[..., object]:
    """Let a block come later than the part's clock, which Streamlit sends right before it.

    What comes then waits until the server's one loop has time for it.
    """

    def wait_first(*args: object, **named: object) -> object:
        context = get_script_run_ctx()
        assert context is not None
        if not context.fragment_ids_this_run:
            time.sleep(5 * EVERY_SECONDS)
            loop = get_instance()._get_async_objs().eventloop
            loop.call_soon_threadsafe(time.sleep, 5 * EVERY_SECONDS)
        return container(*args, **named)

    return wait_first


def count() -> None:
    """Show how often this part has been drawn."""
    st.session_state["times"] = st.session_state.get("times", 0) + 1
    st.text(f"Drawn {st.session_state['times']} times")


with patch.object(st, "container", late(st.container)):
    redrawn(count, key="counted", every=EVERY_SECONDS)
st.text("What stands below")
