"""The convolution lab's two pictures: the hover arithmetic, and both engines' arrays compared.

Plain JavaScript and CSS, put together from the files beside this one without a build step. Both
get their arrays at once as bytes (``core.pictures.packing``) and then follow the pointer alone.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from core.comparison.rounding import Comparison
from core.conv_lab.engines import Result
from core.conv_lab.view import pack_lab, pack_strips

_HERE = Path(__file__).parent


def _files(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


_PARTS = ("unpack.js", "numbers.js", "sums.js", "grid.js")
_lab = st.components.v2.component(
    "glass_cnn.conv_lab",
    html=_files("lab.html"),
    css=_files("lab.css"),
    js=_files(*_PARTS, "wiring.js", "editing.js", "lab.js", "answer.js"),
)
_strips = st.components.v2.component(
    "glass_cnn.strips",
    html=_files("strips.html"),
    css=_files("strips.css"),
    js=_files(*_PARTS, "strips.js"),
)


def conv_view(
    result: Result,
    acknowledged: int,
    *,
    stale: bool,
    key: str,
    on_edit: Callable[[], None],
    on_choose: Callable[[], None],
) -> None:
    """Show the hover arithmetic of a result, greyed out when it is ``stale``.

    ``on_edit`` is called with a list of edits ``{id, array, index, value}`` in
    ``st.session_state[key].edit``, each sent until its id is ``acknowledged``; ``on_choose`` with
    the output (channel, row, column) that was chosen for the upstream gradient in ``.choose``.
    """
    _lab(
        key=key,
        data=pack_lab(result, acknowledged, stale),
        on_edit_change=on_edit,
        on_choose_change=on_choose,
    )


def strips(comparisons: Mapping[str, Comparison], *, key: str) -> None:
    """Show arrays of both engines, by title, and their differences, with values to read."""
    _strips(key=key, data=pack_strips(comparisons))
