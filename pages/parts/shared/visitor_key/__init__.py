"""The key that a browser keeps to be known again: made in the browser, sent with every visit."""

from collections.abc import Callable

import streamlit as st

from pages.parts.web import hear, register

COOKIE = "glass_cnn_visitor"

_component = register(__file__)


def keep_key(*, known: bool, tell: Callable[[str], None]) -> None:
    """Let the browser keep its key; ``tell`` is told it as long as it is not ``known``.

    A cookie comes with the visit after the one in which it was made.
    """
    name = "visitor-key"
    _component(
        key=name,
        data={"known": known},
        on_visitor_change=hear(name, "visitor", lambda key: tell(str(key))),
    )


def sent_key() -> str:
    """Return the key that came with this visit, empty where none did."""
    key = st.context.cookies.get(COOKIE, "")
    return key if isinstance(key, str) else ""
