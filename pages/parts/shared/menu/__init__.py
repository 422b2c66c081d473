"""Closes the menu on a phone once a page was chosen from it: there it covers half the page."""

from pages.parts.web import register

_component = register(__file__)


def close_after_choosing() -> None:
    """Watch the menu's links; to be called inside ``st.sidebar``, on every page."""
    _component(key="menu", data={})
