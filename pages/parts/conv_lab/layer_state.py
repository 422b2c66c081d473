"""The other layers' settings: in the session for all of them, in the address for the one shown."""

from typing import cast

import streamlit as st

from core.conv_lab.demos import LAYERS, Layer
from core.conv_lab.demos.address import layer_from_query, layer_to_query


def read_layer(name: str, query: dict[str, str]) -> list[str]:
    """Take a layer's settings from an address that is new; return what was wrong with them."""
    if name not in LAYERS:
        return []
    _all()[name], sentences = layer_from_query(name, LAYERS[name], query)
    return sentences


def layer_query(name: str) -> dict[str, str]:
    """Return what of a layer belongs into the address."""
    return layer_to_query(name, current(name)) if name in LAYERS else {}


def current(name: str) -> Layer:
    """Return a layer with its settings."""
    return _all().setdefault(name, LAYERS[name]())


def use(name: str, layer: Layer) -> None:
    """Replace a layer's settings."""
    _all()[name] = layer
    st.session_state.lab_changed = True  # newer than whatever the address says


def _all() -> dict[str, Layer]:
    return cast(dict[str, Layer], st.session_state.setdefault("lab_layers", {}))
