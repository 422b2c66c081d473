"""What commands share: no traceback for people, exit codes 0, 1 and 2, networks and epochs as they
are given.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from core.errors import ConfigError
from core.records import read_count


def run_command(main: Callable[[], int]) -> int:
    """Call ``main`` and return its exit code; a closed pipe or Ctrl-C ends it quietly with 1."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a file name may hold bytes that no terminal can show
            reconfigure(errors="backslashreplace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end; what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 1
    return code


def network_text(given: str, what: str = "file") -> str:
    """Return a network's name or text, given it or the path of a file that holds it.

    A semicolon ends a line too. ``ConfigError`` when the file cannot be read, or when there is
    none though ``given`` looks like a path; ``what`` else it may have been is said then.
    """
    if ";" in given or "\n" in given:
        return given.replace(";", "\n")
    if Path(given).is_file():
        try:
            return Path(given).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ConfigError(f"{given} cannot be read as a text: {error}.") from error
    if given.endswith(".txt") or "/" in given or os.sep in given:  # no layer is written so
        raise ConfigError(f"There is no {what} {given}.")
    return given


def epoch_of(text: str) -> int | Literal["best"]:
    """Read an epoch, or the word for the best one."""
    if text == "best":
        return "best"
    number = read_count(text)
    if not number:
        raise argparse.ArgumentTypeError(f"must be best or a whole number from 1, not {text}")
    return number
