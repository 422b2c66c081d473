"""A slider over a run's kept epochs that plays as a film."""

from collections.abc import Callable, Sequence

from pages.parts.web import hear, register

_component = register(__file__)


def scrubber(
    epochs: Sequence[int],
    epoch: int,
    note: str,
    *,
    waits: bool,
    key: str,
    on_epoch: Callable[[int], None],
) -> None:
    """Show the slider at ``epoch``; ``on_epoch`` is told the wanted one.

    A film goes on to the next epoch only once this one no longer ``waits`` for its picture.
    """
    _component(
        key=key,
        data={"epochs": tuple(epochs), "epoch": epoch, "note": note, "waits": waits},
        on_epoch_change=hear(key, "epoch", on_epoch),
    )
