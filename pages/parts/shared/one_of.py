"""A row of choices that shows what the program holds, which others may change too."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import streamlit as st

Option = TypeVar("Option")


def one_of(
    label: str,
    options: Sequence[Option],
    now: Option,
    choose: Callable[[Option], None],
    *,
    key: str,
    format_func: Callable[[Option], str] = str,
    help: str | None = None,  # as Streamlit names it
    disabled: bool = False,
    label_visibility: Literal["visible", "collapsed"] = "visible",
) -> None:
    """Draw ``options`` with ``now`` chosen; another one is told to ``choose``."""
    if st.session_state.get(key) != now:
        st.session_state[key] = now

    def change() -> None:
        chosen = st.session_state[key]
        # A browser that has not drawn the choice yet when it reports says that none is taken.
        if chosen is not None:
            choose(chosen)

    st.segmented_control(
        label,
        options,
        format_func=format_func,
        required=True,
        key=key,
        help=help,
        on_change=change,
        disabled=disabled,
        label_visibility=label_visibility,
    )
