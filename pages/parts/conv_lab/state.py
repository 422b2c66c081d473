"""The lab's one experiment: in the session while one works, in the address to share it."""

import time
from typing import cast

import streamlit as st

from core.conv_lab.address import from_query, to_query
from core.conv_lab.experiment import Experiment
from pages.parts.conv_lab import layer_state

LAYERS = {
    "conv": "Convolution",
    "batch_norm": "Batch norm",
    "relu": "ReLU",
    "max_pool": "Max pooling",
    "linear": "Linear",
    "loss": "Sigmoid and loss",
    "init": "Initialisation",
}
_BROWSER_IS_LATE = 1.5  # seconds


def read_address() -> None:
    """Take the experiment from the address when the address is new to this session."""
    query = st.query_params.to_dict()
    arrived = "lab_layer" not in st.session_state  # widgets are forgotten on the way to other pages
    changed = st.session_state.pop("lab_changed", False)
    if not arrived and (changed or query == st.session_state.lab_query or _is_late(query)):
        return
    experiment, sentences = from_query(query)
    st.session_state.lab_experiment = experiment
    st.session_state.lab_sentences = sentences
    layer = query.get("layer", "conv")
    if layer not in LAYERS:
        sentences.append(f"In the address, layer must be one of {', '.join(LAYERS)}; conv is used.")
        layer = "conv"
    st.session_state.lab_layer = layer
    sentences += layer_state.read_layer(layer, query)


def _is_late(query: dict[str, str]) -> bool:
    """Whether the browser has not yet heard of the address written last.

    What it sends while it moves quickly still names the address before, which must not undo the
    change; only later than that does the same address mean that somebody pressed Back.
    """
    before, at = st.session_state.lab_query_before
    return query == before and time.monotonic() - at < _BROWSER_IS_LATE


def write_address() -> None:
    """Put the experiment into the address, so that a copied link reopens it."""
    query = to_query(current())
    if st.session_state.lab_layer != "conv":
        query["layer"] = st.session_state.lab_layer
        query |= layer_state.layer_query(st.session_state.lab_layer)
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    if query != st.session_state.get("lab_query"):
        before = st.session_state.get("lab_query", query)
        st.session_state.lab_query_before = before, time.monotonic()
    st.session_state.lab_query = query


def current() -> Experiment:
    """Return the experiment."""
    return cast(Experiment, st.session_state.lab_experiment)


def use(experiment: Experiment) -> None:
    """Replace the experiment."""
    st.session_state.lab_experiment = experiment
    st.session_state.lab_sentences = []
    st.session_state.lab_changed = True  # newer than whatever the address says


def change(**changes: object) -> None:
    """Change some of the experiment's values."""
    use(current().with_changes(**changes))


def complain(sentence: str) -> None:
    """Show a sentence on the next run, until the experiment changes."""
    st.session_state.lab_sentences = [sentence]


def sentences() -> list[str]:
    """Return what there is to say about the address or the last input."""
    return cast(list[str], st.session_state.get("lab_sentences", []))
