"""The view of one photo inside a network: all layers, one layer's channels, one channel."""

from collections.abc import Callable
from typing import Any

from pages.parts.web import hear, register

_component = register(__file__)


def anatomy(packed: bytes, *, key: str, on_choose: Callable[[dict[str, Any]], None]) -> None:
    """Show what ``core.explain.anatomy_packing.pack_inside`` packed.

    ``on_choose`` is told what was chosen: layer, channel, cell, shared.
    """
    _component(key=key, data=packed, on_choose_change=hear(key, "choose", on_choose))
