"""What the browser's address bar says, replaced in place.

Streamlit's own ``st.query_params`` makes a step in the browser's history of every change, and Back
would have to be pressed as often as somebody typed.
"""

from urllib.parse import urlencode

import streamlit as st

from pages.parts.shared.kept import keep_instead
from pages.parts.web import register

_component = register(__file__)


def show_address(query: dict[str, str] | None, *, key: str) -> None:
    """Let the address say ``query``; a refresh, a copied link, and coming back find it there.

    With None it stays as it is. To be called all the same: what else is drawn keeps its place.
    """
    if query is not None:
        keep_instead(query)
    said = None if query is None else urlencode(query, safe=";")
    with st.container(key=f"address-{key}", height="content", gap=None):
        _component(key=key, data={"query": said})
