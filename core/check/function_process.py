"""The reader's function in a process of its own, so that nothing it does can harm the check."""

import contextlib
import importlib.util
import multiprocessing
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.check.signature import Signature, call_arguments, parameters_of
from core.comparison.rounding import Array
from core.errors import CheckError


@dataclass(frozen=True)
class CallResult:
    """How a call ended: it "returned" arrays, or it "raised", "hung" or "died" with a sentence.

    ``changed`` names the arguments into which the function wrote.
    """

    ending: Literal["returned", "raised", "hung", "died"]
    arrays: tuple[Array, ...] = ()
    sentence: str = ""
    changed: tuple[str, ...] = ()


class FunctionProcess:
    """Loads ``path`` in a process of its own and calls its function there, with a time limit."""

    def __init__(self, path: Path, function: str, seconds: float) -> None:
        self.path, self.function, self.seconds = path, function, seconds
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
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
        self.parameters, problem = received
        if problem:
            self.close()
            raise CheckError(problem)

    def call(self, signature: Signature, by_role: dict[str, Any]) -> CallResult:
        """Call the function once."""
        if not self.process.is_alive():
            self._start()
        self.pipe.send((signature, by_role))
        result = self._receive(self.seconds)
        assert isinstance(result, CallResult)
        if result.ending in ("hung", "died"):
            self.close()
        return result

    def _receive(self, seconds: float) -> CallResult | tuple[list[tuple[str, bool]], str]:
        """Wait for how a call ended, or at first for the parameters and what went wrong."""
        try:
            if self.pipe.poll(seconds):
                received: CallResult | tuple[list[tuple[str, bool]], str] = self.pipe.recv()
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


def _serve(pipe: Connection, path: Path, name: str) -> None:
    """Answer calls until the other end closes; what the reader's code prints goes to stderr."""
    with contextlib.redirect_stdout(sys.stderr):
        function, problem = _load(path, name)
        pipe.send((parameters_of(function) if function else [], problem))
        if function is None:
            return
        with contextlib.suppress(EOFError):
            while True:
                pipe.send(_call(function, path, *pipe.recv()))


def _load(path: Path, name: str) -> tuple[Callable[..., Any] | None, str]:
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        return None, f"The file {path.name} is not a Python file."
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:  # a reader's file may raise anything, SystemExit too
        place = _place(error, path)
        at = f" ({place})" if place else ""
        return None, f"The file {path.name} can not be loaded: {_words(error)}{at}."
    function = getattr(module, name, None)
    if not callable(function):
        there = ", ".join(n for n, v in vars(module).items() if callable(v) and n[0] != "_")
        return None, f"The file {path.name} has no function {name}; it has: {there or 'none'}."
    return function, ""


def _call(
    function: Callable[..., Any], path: Path, signature: Signature, by_role: dict[str, Any]
) -> CallResult:
    before = {role: _copy(value) for role, value in by_role.items()}
    positional, named = call_arguments(signature, by_role)
    try:
        returned = function(*positional, **named)
    except BaseException as error:  # whatever it raises is how this call ended
        place = _place(error, path)
        at = f" It happened at {place}." if place else ""
        return CallResult("raised", sentence=f"It raised {_words(error)}.{at}")
    try:
        arrays = _arrays(returned)
    except (TypeError, ValueError, KeyError) as error:
        return CallResult(
            "raised", sentence=f"What it returned cannot be read as arrays: {_words(error)}."
        )
    changed = tuple(role for role in by_role if not _same(before[role], by_role[role]))
    return CallResult("returned", arrays, changed=changed)


def _arrays(returned: object) -> tuple[Array, ...]:
    """Read one array, several, none, or the article's cache with its "Z"."""
    if isinstance(returned, dict):
        returned = returned["Z"]
    if returned is None:
        return ()
    parts = returned if isinstance(returned, tuple) else (returned,)
    return tuple(np.array(part, dtype=np.float64) for part in parts)


def _copy(value: object) -> object:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(before: object, after: object) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(_same(before[k], after[k]) for k in before)
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        return before.shape == after.shape and bool((before == after).all())
    return bool(before == after)


def _place(error: BaseException, path: Path) -> str:
    """Name the innermost line of the reader's own that an exception came through, if one did.

    That is a line of the function's file, or of another in its folder.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).resolve().parent == path.parent]
    if not own:
        return ""
    line = f" (`{own[-1].line[:100]}`)" if own[-1].line else ""
    function = "" if own[-1].name == "<module>" else f", in {own[-1].name}"
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}{function}{line}"


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200].rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
