"""Settings that cannot work: the sentence why, and a button for each way out."""

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st


def offer_ways_out(
    sentence: str, ways: Iterable[tuple[str, tuple[Any, ...]]], use: Callable[..., None], key: str
) -> None:
    """Say what is wrong, with a button for each way: its label, and what to ``use`` then."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":red[:material/block:] **{sentence}**", width="stretch")
        for place, (label, args) in enumerate(ways):
            st.button(
                label,
                key=f"{key}{place}",
                type="primary" if place == 0 else "secondary",
                on_click=use,
                args=args,
            )
