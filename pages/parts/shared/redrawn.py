"""Parts of a page that are drawn anew by themselves, while the page around them stays."""

from collections.abc import Callable

import streamlit as st


def redrawn(draw: Callable[[], object], *, key: str, every: float | None = None) -> None:
    """Draw a part; then do so again every ``every`` seconds, and when something in it is used.

    Streamlit throws away what it has not sent yet of a fragment that is about to run again, the
    block around it too, and keeps what stands below. A browser that is told of the sixth place of
    a block without a fifth one gives up with an empty page. So each fragment is alone in a block
    that does not belong to it, and that is never thrown away. Nor is one drawn inside of another:
    what is kept of the inner one would have lost its place.
    """
    with st.container():
        st.fragment(draw, run_every=every, key=key)()
