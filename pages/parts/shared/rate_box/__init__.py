"""A box for the learning rate of a run in training: it follows the run, but not over one's typing.

A box of Streamlit's would keep a rate that was changed in another window, or overwrite what
somebody is just typing; only the browser knows whether somebody does.
"""

from collections.abc import Callable

from pages.parts.web import hear, register

_component = register(__file__)


def rate_box(
    rate: float, *, key: str, disabled: bool, on_change: Callable[[str], None], width: int = 212
) -> None:
    """Show ``rate``, with a button for a tenth of it and one for ten times as much.

    ``on_change`` is told the text that was typed; that it is a number is for others to check.
    """
    _component(
        key=key,
        data={"rate": rate, "disabled": disabled},
        width=width,
        on_rate_change=hear(key, "rate", lambda typed: on_change(str(typed))),
    )
