"""The confusion matrix as a table of four buttons: what the pictures are against what was said."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "glass_cnn.confusion",
    html="<table></table>\n",
    css=(_HERE / "confusion.css").read_text(),
    js=(_HERE / "confusion.js").read_text(),
)


def confusion_matrix(
    counts: NDArray[np.integer], classes: tuple[str, str], *, key: str
) -> tuple[int, int] | None:
    """Draw ``counts`` (2, 2), row true class, column answer; return the chosen (row, column)."""
    result = _component(
        key=key,
        data={"counts": counts.tolist(), "classes": list(classes)},
        default={"cell": None},
        on_cell_change=lambda: None,
    )
    cell = result.cell
    return None if cell is None else (int(cell[0]), int(cell[1]))
