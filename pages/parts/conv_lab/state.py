"""The lab's one experiment and what is looked at: in the session while one works, in the address to
share it. Every control and the picture are views of it: they show it and change it here.
"""

import time
from dataclasses import replace
from typing import cast

import streamlit as st

from core.conv_lab.address import from_query, look_from_query, look_to_query, to_query
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.lessons import where_wrong
from core.conv_lab.look import Look
from core.conv_lab.rules import is_legal
from pages.parts.conv_lab import layer_state

LAYERS = {
    "conv": "Convolution",
    "conv_transpose": "Transposed convolution",
    "batch_norm": "Batch norm",
    "relu": "ReLU",
    "max_pool": "Max pooling",
    "avg_pool": "Average pooling",
    "dropout": "Dropout",
    "linear": "Linear",
    "loss": "Sigmoid and loss",
    "adam": "Adam",
    "init": "Initialisation",
}
LOOKS = {"view", "in", "out", "cell"}  # names in the address of what is looked at
LAYER_TABS = "lab_layer"  # the widget's key
_BROWSER_IS_LATE = 1.5  # seconds


def read_address() -> None:
    """Take the experiment from the address when the address is new to this session."""
    query = st.query_params.to_dict()
    arrived = LAYER_TABS not in st.session_state  # widgets are forgotten on the way to other pages
    changed = st.session_state.pop("lab_changed", False)
    if not arrived and (changed or query == st.session_state.get("lab_query") or _is_late(query)):
        return
    experiment, sentences = from_query(query)
    look, more_sentences = look_from_query(query)
    if experiment.mistake and is_legal(experiment) and not LOOKS & query.keys():
        look = where_wrong(carry_out(experiment)) or look
    use(experiment, look)
    st.session_state.lab_changed = False
    st.session_state.lab_sentences = sentences = [*sentences, *more_sentences]
    layer = query.get("layer", "conv")
    if layer not in LAYERS:
        sentences.append(f"In the address, layer must be one of {', '.join(LAYERS)}; conv is used.")
        layer = "conv"
    choose_layer(layer)
    sentences += layer_state.read_layer(layer, query)


def _is_late(query: dict[str, str]) -> bool:
    """Whether the browser has not yet heard of the addresses written last.

    What it sends while it moves quickly still names an address before, which must not undo the
    change; only later than that does the same address mean that somebody pressed Back.
    """
    since = time.monotonic() - _BROWSER_IS_LATE
    return any(
        query == before and at > since for before, at in st.session_state.get("lab_left", [])
    )


def write_address() -> None:
    """Put the experiment into the address, so that a copied link reopens it."""
    query = to_query(current()) | look_to_query(look())
    if layer() != "conv":
        query |= {"layer": layer()} | layer_state.layer_query(layer())
    before = st.session_state.get("lab_query", query)
    shown = st.query_params.to_dict()
    # A browser that is late has been told already; told again, it would take back a press of Back.
    if shown != query and not (query == before and _is_late(shown)):
        st.query_params.from_dict(query)
    left = st.session_state.setdefault("lab_left", [])  # addresses, and when they were left
    if query != before:
        since = time.monotonic() - _BROWSER_IS_LATE
        st.session_state.lab_left = [(q, at) for q, at in left if at > since]
        st.session_state.lab_left.append((before, time.monotonic()))
    st.session_state.lab_query = query


def layer() -> str:
    """Return the layer whose tab is open."""
    return cast(str, st.session_state.lab_open_layer)


def choose_layer(layer: str) -> None:
    """Open a layer's tab."""
    st.session_state.lab_open_layer = layer


def current() -> Experiment:
    """Return the experiment."""
    return cast(Experiment, st.session_state.lab_experiment)


def look() -> Look:
    """Return what of the experiment is looked at."""
    return cast(Look, st.session_state.get("lab_look", Look()))


def use(experiment: Experiment, look_at: Look | None = None) -> None:
    """Replace the experiment, and what is looked at where that is not only kept inside it."""
    if look_at is not None:  # the view in the browser must follow, and not only when it is new
        st.session_state.lab_look_number = look_number() + 1
    looked = look_at or look()
    st.session_state.lab_experiment = experiment
    st.session_state.lab_look = looked.inside(experiment) if is_legal(experiment) else looked
    st.session_state.lab_sentences = []
    st.session_state.lab_changed = True  # newer than whatever the address says


def jump(experiment: Experiment, place: Look | None) -> None:
    """Replace the experiment and go to a place in it, if there is one; the controls stay apart."""
    use(experiment, place and replace(place, apart=look().apart))


def change(**changes: object) -> None:
    """Change some of the experiment's values."""
    use(current().with_changes(**changes))


def follow(look: Look) -> None:
    """Take over what the browser already shows."""
    st.session_state.lab_look = look.inside(current()) if is_legal(current()) else look
    st.session_state.lab_changed = True


def look_number() -> int:
    """Return how often what is looked at was changed by something else than the view itself."""
    return cast(int, st.session_state.get("lab_look_number", 0))


def complain(sentence: str) -> None:
    """Show a sentence on the next run, until the experiment changes."""
    st.session_state.lab_sentences = [sentence]


def sentences() -> list[str]:
    """Return what there is to say about the address or the last input."""
    return cast(list[str], st.session_state.get("lab_sentences", []))
