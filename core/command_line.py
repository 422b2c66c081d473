"""What all commands share: no traceback for people, and exit codes 0, 1 and 2."""

import os
import sys
from collections.abc import Callable


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
