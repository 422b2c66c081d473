"""Processes that train or look at a run while pages stay quick."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from filelock import Timeout

from core.errors import GlassError
from core.folders import ROOT
from core.small_host import for_child

NICENESS = 10


def start_process(
    module: str, arguments: list[str], log: Path, *, has_input: bool = False
) -> "subprocess.Popen[bytes]":
    """Let ``python -m module`` do it, in a process that outlives this one and prints to a log.

    Its working directory is this one's: people's relative paths are relative to it. With
    ``has_input`` it can be written to.
    """
    search_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=os.environ | for_child() | {"PYTHONPATH": search_path},
            stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    threading.Thread(target=process.wait, daemon=True).start()  # its end leaves no zombie
    return process


def be_nice() -> None:
    """Let whoever trains or looks at a page come first."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def work_on_folder(
    arguments: list[str] | None, usage: str, busy: str, work: Callable[[Path], None]
) -> int:
    """Do such a process's work on the one folder that ``arguments`` name; return its exit code.

    ``busy`` says that a lock is held, so that another process is at it.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(f"usage: {usage}", file=sys.stderr)
        return 2
    be_nice()
    try:
        work(Path(arguments[0]))
    except (GlassError, Timeout, OSError) as error:
        print(f"error: {busy if isinstance(error, Timeout) else error}", file=sys.stderr)
        return 1
    return 0
