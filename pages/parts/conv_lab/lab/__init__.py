"""The hover arithmetic: every number of a convolution with the sum behind it.

The arrays are sent at once as bytes (``core.pictures.packing``); from then on the view follows the
pointer alone.
"""

from collections.abc import Callable

from core.conv_lab.engines import Result
from core.conv_lab.view import pack_lab
from pages.parts.web import register

_component = register(__file__)


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
    _component(
        key=key,
        data=pack_lab(result, acknowledged, stale),
        on_edit_change=on_edit,
        on_choose_change=on_choose,
    )
