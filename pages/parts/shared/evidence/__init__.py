"""Two pictures of evidence over a photo, one for each class, with a slider for their opacity."""

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.colour import CLASS_COLOURS
from core.conv_lab.packing import pack

_HERE = Path(__file__).parent
_WEB = _HERE.parent.parent / "web"
_SCRIPTS = (_WEB / "unpack.js", _WEB / "sheet.js", _HERE / "evidence.js")

_component = st.components.v2.component(
    "glass_cnn.evidence",
    html=(_HERE / "evidence.html").read_text(encoding="utf-8"),
    css=(_HERE / "evidence.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text("utf-8") for path in _SCRIPTS),
)


def evidence(
    pixels: NDArray[np.uint8],
    values: NDArray[np.floating],
    *,
    scale: float,
    unit: str,
    names: tuple[str, str],
    classes: tuple[str, str],
    photo: str,
    key: str,
) -> None:
    """Show ``values`` (S, S) over ``pixels`` (S, S, 3): above zero for class 1, below for class 0.

    ``scale`` is the value of full colour in ``unit``; ``names`` caption the pictures for class 0
    and 1. NaN is a place about which nothing is said.
    """
    header: dict[str, Any] = {
        "id": key,
        "scale": scale,
        "unit": unit,
        "names": names,
        "classes": classes,
        "colours": CLASS_COLOURS,
        "photo": photo,
    }
    arrays: dict[str, NDArray[Any]] = {
        "photo": pixels,
        "values": np.asarray(values, dtype=np.float32),
    }
    _component(key=key, data=pack(header, arrays))
