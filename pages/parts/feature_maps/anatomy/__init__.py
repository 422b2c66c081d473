"""The view of one photo inside a network: all layers, one layer's channels, one channel."""

from collections.abc import Callable

from pages.parts.web import register

_component = register(__file__)


def anatomy(packed: bytes, *, key: str, on_choose: Callable[[], None]) -> None:
    """Show what ``core.explain.anatomy_packing.pack_inside`` packed.

    ``on_choose`` is called when a layer, a channel or a cell was chosen; it finds them in
    ``st.session_state[key].choose``: layer, channel, cell, shared.
    """
    _component(key=key, data=packed, on_choose_change=on_choose)
