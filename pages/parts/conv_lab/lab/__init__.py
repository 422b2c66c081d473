"""The hover arithmetic: every number of a convolution with the sum behind it.

The arrays are sent at once as bytes (``core.pictures.packing``); from then on the view follows the
pointer alone.
"""

from collections.abc import Callable
from typing import Any

from core.conv_lab.engines import Result
from core.conv_lab.look import Look
from core.conv_lab.view import pack_lab
from pages.parts.web import hear, register

_component = register(__file__)


def conv_view(
    result: Result,
    acknowledged: int,
    look: Look,
    look_number: int,
    *,
    stale: bool,
    key: str,
    on_edit: Callable[[list[dict[str, Any]] | None], None],
    on_choose: Callable[[list[int] | None], None],
    on_look: Callable[[dict[str, Any] | None], None],
) -> None:
    """Show the hover arithmetic of a result, greyed out when it is ``stale``.

    The view takes ``look`` over when it comes with a new ``look_number``. ``on_edit`` is told edits
    ``{id, array, index, value}``, each until its id is ``acknowledged``; ``on_choose`` the output
    (channel, row, column) that was chosen for the upstream gradient; ``on_look`` what is looked at
    now, ``{view, channel, out, cell}``, the cell being null when none is pinned.
    """
    _component(
        key=key,
        data=pack_lab(result, acknowledged, stale, look, look_number),
        on_edit_change=hear(key, "edit", on_edit),
        on_choose_change=hear(key, "choose", on_choose),
        on_look_change=hear(key, "look", on_look),
    )
