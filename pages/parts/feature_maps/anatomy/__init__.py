"""The view of one photo inside a network, in plain JavaScript, from the files beside this one."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_WEB = _HERE.parent.parent / "web"
_SCRIPTS = (
    *(_WEB / name for name in ("unpack.js", "sheet.js")),
    *(_HERE / name for name in ("strip.js", "photo.js", "grid.js", "channel.js", "anatomy.js")),
)

_component = st.components.v2.component(
    "glass_cnn.anatomy",
    html=(_HERE / "anatomy.html").read_text(encoding="utf-8"),
    css=(_HERE / "anatomy.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text("utf-8") for path in _SCRIPTS),
)


def anatomy(packed: bytes, *, key: str, on_choose: Callable[[], None]) -> None:
    """Show what ``core.explain.anatomy_packing.pack_inside`` packed.

    ``on_choose`` is called when a layer, a channel or a cell was chosen; it finds them in
    ``st.session_state[key].choose``: layer, channel, cell, shared.
    """
    _component(key=key, data=packed, on_choose_change=on_choose)
