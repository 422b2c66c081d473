"""The lab's row of layers."""

from pages.parts.conv_lab import state
from pages.parts.shared.one_of import one_of


def choose_layer() -> str:
    """Draw the row; return the layer whose tab is open."""
    one_of(
        "Layer",
        list(state.LAYERS),
        state.layer(),
        state.choose_layer,
        key=state.LAYER_TABS,
        format_func=state.LAYERS.__getitem__,
        label_visibility="collapsed",
    )
    return state.layer()
