"""A row of figures with their names, as one element of the page."""

from collections.abc import Mapping
from html import escape

import streamlit as st


def figures(values: Mapping[str, str | None]) -> None:
    """Draw each value below its name; a dash stands for not known yet.

    Where the figures change every second: ``st.metric`` for each would cost the browser more.
    """
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value or '–')}</dd></div>"
        for name, value in values.items()
    )
    st.html(f'<dl class="figures tabular">{cells}</dl>')
