"""A training to take along: as a program of torch or of NumPy, and its network as a text."""

import streamlit as st

from core.architecture.library import canonical, presets, text_of
from core.config import TrainConfig
from core.take_along import numpy_code, torch_code


def offer_programs(config: TrainConfig | None, key: str) -> None:
    """Draw the buttons; a file is written when one is pressed. None has nothing to take."""
    made = config or TrainConfig()
    network = canonical(made.model)
    stem = network if network in presets() else "own-network"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Take it along:", width="content")
        for label, name, write in (
            ("PyTorch code", f"{stem}_torch.py", lambda: torch_code(made)),
            ("NumPy code", f"{stem}_numpy.py", lambda: numpy_code(made)),
            ("Network", f"{stem}.txt", lambda: text_of(made.model)),
        ):
            st.download_button(
                label,
                write,
                name,
                "text/plain",
                key=f"take-{label}-{key}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                disabled=config is None,
                help=HELP[label],
            )


HELP = {
    "PyTorch code": "This very training as one file that runs on its own: network, first weights, "
    "and the loop. Its losses are the ones here.",
    "NumPy code": "The same training on this project's own engine, without torch.",
    "Network": "The network's text, a layer a line, as `python -m core.train --network FILE` "
    "takes it.",
}
