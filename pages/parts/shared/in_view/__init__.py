"""A place that comes into view when what stands there is new: on a phone it may be far away."""

import streamlit as st

from pages.parts.web import register

_component = register(__file__)


def bring_into_view(newest: str, *, key: str, arrived: bool = False) -> None:
    """Scroll here, if here is off the screen, when ``newest`` names something else than before.

    With ``arrived`` the first thing that stands here counts as new, too.
    """
    with st.container(key=f"in-view-{key}", height="content", gap=None):
        _component(key=key, data={"newest": newest, "arrived": arrived})
