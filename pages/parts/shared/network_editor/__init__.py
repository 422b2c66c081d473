"""A stand-in for the editor: a text area that reads, checks and reports."""

import streamlit as st

from core.architecture.library import canonical, text_of
from core.architecture.plan import plan
from core.architecture.text import read
from core.errors import ArchitectureError


def network_editor(network: str, image_size: int, key: str) -> str:
    """Let a network be changed; return its text."""
    try:
        text = text_of(network)
    except ArchitectureError:
        text = network
    typed = st.text_area("Layers", text, key=f"{key}-{hash(text)}", height=300)
    try:
        layers = read(typed)
    except ArchitectureError as error:
        st.error(str(error))
        return typed
    problem = plan(layers, image_size).problem
    if problem:
        st.error(problem.sentence)
    return canonical(typed)
