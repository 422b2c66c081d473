"""The reader's code in a process of its own, so that nothing it does can harm the check."""

import contextlib
import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from core.check.carrying_out import CallResult, Request, carry_out
from core.check.loading import Content, load
from core.errors import CheckError

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext


class FunctionProcess:
    """Loads ``path`` in a process of its own and calls its function there, with a time limit.

    ``content`` tells what there is to call.
    """

    def __init__(self, path: Path, function: str, seconds: float) -> None:
        self.path, self.function, self.seconds = path, function, seconds
        self._start()

    def _start(self) -> None:
        context = starting()
        self.pipe, far_end = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(far_end, self.path, self.function), daemon=True
        )
        self.process.start()
        far_end.close()
        received = self._receive(30 + self.seconds)
        if isinstance(received, CallResult):
            self.close()
            raise CheckError(
                f"The file {self.path.name} did not finish loading."
                if received.ending == "hung"
                else f"The file {self.path.name} ended Python while it was loaded."
            )
        self.content, problem = received
        if problem:
            self.close()
            raise CheckError(problem)

    @property
    def parameters(self) -> list[tuple[str, bool]]:
        """The function's parameters and whether each must be given."""
        return self.content.parameters

    def call(self, request: Request) -> CallResult:
        """Carry a request out once."""
        if not self.process.is_alive():
            self._start()
        self.pipe.send(request)
        result = self._receive(self.seconds)
        assert isinstance(result, CallResult)
        if result.ending in ("hung", "died"):
            self.close()
        return result

    def _receive(self, seconds: float) -> CallResult | tuple[Content, str]:
        """Wait for how a call ended, or at first for the content and what went wrong."""
        try:
            if self.pipe.poll(seconds):
                received: CallResult | tuple[Content, str] = self.pipe.recv()
                return received
        except (EOFError, ConnectionResetError):
            return CallResult("died", sentence="It gave no answer: it ended the Python process.")
        return CallResult("hung", sentence=f"It gave no answer: it took longer than {seconds:g} s.")

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def __enter__(self) -> "FunctionProcess":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def starting() -> "ForkServerContext | SpawnContext":
    """Return how processes start: where it is safe, from one that has imported what all need."""
    if sys.platform == "linux":
        forking = multiprocessing.get_context("forkserver")
        forking.set_forkserver_preload(["core.check.function_process"])  # while there is none yet
        return forking
    return multiprocessing.get_context("spawn")


def _serve(pipe: Connection, path: Path, name: str) -> None:
    """Answer calls until the other end closes; what the reader's code prints goes to stderr."""
    with contextlib.redirect_stdout(sys.stderr):
        module, content, problem = load(path, name)
        pipe.send((content, problem))
        if problem:
            return
        with contextlib.suppress(EOFError):
            while True:
                pipe.send(carry_out(pipe.recv(), vars(module), name, path))
