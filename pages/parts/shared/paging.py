"""A long list, a page at a time."""

import streamlit as st

PER_PAGE = 12


def page_of(count: int, what: str, per_page: int = PER_PAGE) -> slice:
    """Let a page of ``what`` be chosen where there are several; return what stands on it.

    Whoever leaves the list and comes back finds the same page.
    """
    pages = -(-count // per_page)
    page = 1
    if pages > 1:
        label = f"Page, 1 to {pages}"
        key = f"page-of-{what}"
        st.session_state[key] = min(st.session_state.get(key, 1), pages)
        page = st.number_input(label, 1, pages, key=key, width=200, persist_state="session")
    return slice((page - 1) * per_page, page * per_page)
