"""A patch to move over a photo, with what the network gets and says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.colour import CLASS_COLOURS
from core.conv_lab.packing import pack

_HERE = Path(__file__).parent
_WEB = _HERE.parent.parent / "web"
_SCRIPTS = (_WEB / "unpack.js", _WEB / "sheet.js", _HERE / "cover.js")

_component = st.components.v2.component(
    "glass_cnn.cover",
    html=(_HERE / "cover.html").read_text(encoding="utf-8"),
    css=(_HERE / "cover.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text("utf-8") for path in _SCRIPTS),
)


def cover_view(
    pixels: NDArray[np.uint8],
    seen: NDArray[np.uint8],
    facts: dict[str, Any],
    *,
    key: str,
    on_cover: Callable[[], None],
) -> None:
    """Show the photo (S, S, 3) with a patch, and ``seen``, what the network got.

    ``facts``: id, at (top, left), patch and grey, classes, probability and uncovered, both
    P(class 1). ``on_cover`` finds the place asked for in the state's ``cover``.
    """
    header = {**facts, "colours": CLASS_COLOURS}
    _component(
        key=key, data=pack(header, {"photo": pixels, "seen": seen}), on_cover_change=on_cover
    )
