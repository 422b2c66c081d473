"""Who may change a run: the browser that began it, and whoever sits at the server. All may look."""

from core.errors import RunError
from core.runs.run import Run
from core.visitors import Visitor, owns

WHO = "Only the browser that started it, and whoever sits at the server, can do that."


def may_change(run: Run, visitor: Visitor) -> bool:
    """Tell whether a visitor may command, name and delete a run."""
    return visitor.at_home or owns(visitor, run.owner)


def changing(run: Run, visitor: Visitor) -> Run:
    """Return ``run`` to a visitor who may change it; everybody else gets a ``RunError``.

    Pages reach through this for everything that changes a run, whatever their buttons look like.
    """
    if not may_change(run, visitor):
        raise RunError(f"The run {run.name} is somebody else's. {WHO}")
    return run


def check_known(visitor: Visitor) -> None:
    """Raise ``RunError`` for a browser that keeps no key: nothing could be said to be its own."""
    if not (visitor.mark or visitor.at_home):
        raise RunError(
            "This browser keeps no cookie for this page, so what it begins here could not be told "
            "from what others begin. Allow cookies, open the page again, and try once more."
        )
