"""How a worker ended that could say no last word: whoever had started it writes it down.

A process that is killed says nothing, but its parent is told its exit code, and with it the signal.
"""

import contextlib
import signal
from pathlib import Path

from core.files import read_json, write_json

FILE = "end.json"
NO_MEMORY = (
    "The system ended the training (signal 9, SIGKILL), as it does when memory runs out: smaller "
    "batches or smaller pictures take less."
)


def note_end(run_path: Path, code: int) -> None:
    """Write down the exit code of a run's worker, below 0 a signal's; as far as possible."""
    with contextlib.suppress(OSError):  # the run was deleted, or the disk is full
        write_json(run_path / FILE, {"code": code})


def forget_end(run_path: Path) -> None:
    """Forget how an earlier worker ended."""
    (run_path / FILE).unlink(missing_ok=True)


def how_it_ended(run_path: Path) -> str:
    """Say how the last worker ended; empty where nobody knows."""
    try:
        code = read_json(run_path / FILE)["code"]
    except (OSError, ValueError, KeyError):
        return ""
    if isinstance(code, bool) or not isinstance(code, int):
        return ""
    if code >= 0:
        return (
            f"The training's process ended with exit code {code}, without a word of its own; "
            "worker.log in the run's folder may have one."
        )
    if -code == getattr(signal, "SIGKILL", None):
        return NO_MEMORY
    return (
        f"The training's process was ended by signal {-code} ({signal_name(-code)}); worker.log in "
        "the run's folder may say more."
    )


def signal_name(number: int) -> str:
    """Name a signal, as "SIGSEGV"."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return "of no name"
