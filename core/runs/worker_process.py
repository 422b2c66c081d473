"""The process that trains a run: ``python -m core.runs.worker_process RUN_DIR``.

Without RUN_DIR it imports everything that takes long and then waits for the path on its standard
input; the end of that input ends it. A run can be handed over like this without waiting seconds
for torch.
"""

import contextlib
import faulthandler
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from core.errors import RunError
from core.runs.run import Run
from core.runs.worker import Worker
from core.training.without_compiler import leave_compiler_out

NICENESS = 5


@contextlib.contextmanager
def stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C call ``stop`` within the block; a second Ctrl-C interrupts."""

    def handle(number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_path() -> str:
    """Import what a training needs, then return the line that comes; "" at the end of input."""
    import core.data
    import core.networks.build
    import core.training.loop
    import core.training.torch_learner  # noqa: F401

    return sys.stdin.readline().strip()


def redirect_output(log: Path) -> None:
    """Send whatever this process prints to the run's log."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def main(arguments: list[str] | None = None) -> int:
    """Train the run that is named by the argument, or by the first line of standard input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print("usage: python -m core.runs.worker_process [RUN_DIR]", file=sys.stderr)
        return 2
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    path = arguments[0] if arguments else wait_for_path()
    if not path:
        return 0
    try:
        worker = Worker(Run(Path(path)))
    except RunError as error:
        print(error, file=sys.stderr)
        return 2
    redirect_output(worker.run.path / "worker.log")
    faulthandler.enable()
    leave_compiler_out()
    with stopping_on_signals(worker.ask_to_stop):
        for _ in worker.events():
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
