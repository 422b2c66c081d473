"""What survives a visit to another page.

A page's address is kept in the links that lead back to it, a widget's value by Streamlit where it
is made with ``persist_state="session"``, and dropped files by ``pages.parts.shared.photos``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

import streamlit as st

_INSTEAD = "kept-instead"


@contextmanager
def keep_address(page: str) -> Iterator[None]:
    """Remember which address ``page`` has when its script ends, however it ends."""
    st.session_state.pop(_INSTEAD, None)
    try:
        yield
    finally:
        _addresses()[page] = st.session_state.get(_INSTEAD, st.query_params.to_dict())


def keep_instead(query: dict[str, str]) -> None:
    """Remember another address than Streamlit knows, which the browser shows in its place."""
    st.session_state[_INSTEAD] = query


def kept_address(page: str) -> dict[str, str]:
    """Return the query parameters with which this visitor left ``page``; none before a visit."""
    return _addresses().get(page, {})


def choose_view(names: Mapping[str, str]) -> str:
    """Draw the names of a page's views; the address says which one is shown, or it is the first.

    Not bound to the address by Streamlit, which on the way to another page would take the name
    ``view`` out of that page's address too.
    """
    first = next(iter(names))
    wanted = st.query_params.get("view", first)
    key = f"view-{wanted}"

    def choose() -> None:
        st.query_params["view"] = st.session_state[key]

    return st.segmented_control(
        "View",
        list(names),
        default=wanted if wanted in names else first,
        format_func=names.__getitem__,
        required=True,
        wrap=True,
        key=key,
        on_change=choose,
        label_visibility="collapsed",
    )


def _addresses() -> dict[str, dict[str, str]]:
    return cast(dict[str, dict[str, str]], st.session_state.setdefault("kept-addresses", {}))
