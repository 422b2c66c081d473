"""A row of choices of which the program holds one."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import streamlit as st

from pages.parts.shared.following import follow

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

    def change() -> None:
        chosen = st.session_state[key]
        # A browser that reports before it has drawn the choice says that none is taken.
        if chosen is not None:
            choose(chosen)

    st.segmented_control(
        label,
        options,
        default=follow(key, now),
        format_func=format_func,
        required=True,
        key=key,
        help=help,
        on_change=change,
        disabled=disabled,
        label_visibility=label_visibility,
    )
