"""A slider over a run's kept epochs that plays as a film."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "glass_cnn.scrubber",
    html=(_HERE / "scrubber.html").read_text(encoding="utf-8"),
    css=(_HERE / "scrubber.css").read_text(encoding="utf-8"),
    js=(_HERE / "scrubber.js").read_text(encoding="utf-8"),
)


def scrubber(
    epochs: Sequence[int], epoch: int, note: str, *, key: str, on_epoch: Callable[[], None]
) -> None:
    """Show the slider at ``epoch``; ``on_epoch`` finds the wanted one in the state's ``epoch``."""
    _component(
        key=key,
        data={"epochs": list(epochs), "epoch": epoch, "note": note},
        on_epoch_change=on_epoch,
    )
