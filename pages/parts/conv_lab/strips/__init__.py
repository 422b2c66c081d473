"""Both engines' arrays compared: a row each with the difference, and the values to read.

Plain JavaScript and CSS, put together from files without a build step. The arrays are sent at once
as bytes (``core.conv_lab.packing``); from then on the view follows the pointer alone.
"""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.conv_lab.engines import Comparison
from core.conv_lab.view import pack_strips

_HERE = Path(__file__).parent
_WEB = _HERE.parent.parent / "web"
_SCRIPTS = (_WEB / "unpack.js", _WEB / "numbers.js", _WEB / "grid.js", _HERE / "strips.js")

_component = st.components.v2.component(
    "glass_cnn.strips",
    html=(_HERE / "strips.html").read_text(encoding="utf-8"),
    css=(_HERE / "strips.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text(encoding="utf-8") for path in _SCRIPTS),
)


def strips(comparisons: Sequence[Comparison], titles: Sequence[str], *, key: str) -> None:
    """Show arrays of both engines and their differences, a row each, with values to read."""
    _component(key=key, data=pack_strips(comparisons, titles))
