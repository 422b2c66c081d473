"""The live camera alone, and how many pictures this visit's session holds."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.classify.live import answer_live
from pages.parts.shared.model_choice import SHIPPED, ModelChoice
from pages.parts.shared.redrawn import redrawn


def pictures() -> int:
    """Count the pictures in the session's state and in the messages of its widgets."""
    context = get_script_run_ctx()
    assert context is not None
    everything = [st.session_state.to_dict(), context.session_state.get_widget_states()]
    return repr(everything).count("data:image")


def live() -> None:
    """Answer a frame, and remember whether one was found while that was done."""
    found = st.session_state.get("found", 0)
    st.session_state["found"] = max(found, pictures())
    answer_live(ModelChoice(SHIPPED, "the shipped model", ""), 0.9)


st.title("Live", anchor=False)
redrawn(live, key="live")
st.button("Look")
st.text(f"While a frame is answered: {st.session_state['found']}")
st.text(f"Now: {pictures()}")
