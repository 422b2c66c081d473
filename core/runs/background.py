"""Processes that train or look at a run while pages stay quick."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from core.folders import ROOT

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
            env=os.environ | {"PYTHONPATH": search_path},
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


def is_locked(path: Path) -> bool:
    """Tell whether a process holds the lock."""
    try:
        with FileLock(path).acquire(blocking=False):
            return False
    except Timeout:
        return True
    except FileNotFoundError:
        return False
