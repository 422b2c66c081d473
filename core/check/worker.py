"""The reader's function in a process of its own, so that nothing it does can harm the check."""

import contextlib
import importlib.util
import multiprocessing
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from core.check.signature import Signature, call_arguments, parameters_of


class LoadError(ValueError):
    """The file or the function can not be loaded; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What came back: "returned" with arrays, or "raised", "hung" or "died" with a sentence."""

    kind: str
    arrays: tuple[np.ndarray, ...] = ()
    sentence: str = ""
    changed: tuple[str, ...] = ()


class Worker:
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
        answer = self._receive(30 + self.seconds)
        if isinstance(answer, Answer):
            self.close()
            raise LoadError(
                f"{self.path.name} did not finish loading"
                if answer.kind == "hung"
                else f"{self.path.name} ended Python while it was loaded"
            )
        self.parameters, problem = answer
        if problem:
            self.close()
            raise LoadError(problem)

    def call(self, signature: Signature, by_role: dict[str, Any]) -> Answer:
        """Call the function once."""
        if not self.process.is_alive():
            self._start()
        self.pipe.send((signature, by_role))
        answer = self._receive(self.seconds)
        if answer.kind in ("hung", "died"):
            self.close()
        return answer

    def _receive(self, seconds: float) -> Any:
        try:
            if self.pipe.poll(seconds):
                return self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return Answer("died", sentence="it ended the Python process")
        return Answer("hung", sentence=f"it took longer than {seconds:g} s")

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def __enter__(self) -> "Worker":
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
                pipe.send(_call(function, *pipe.recv()))


def _load(path: Path, name: str) -> tuple[Callable[..., Any] | None, str]:
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        return None, f"{path.name} is not a Python file"
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:  # a reader's file may raise anything, SystemExit too
        return None, f"{path.name} can not be loaded: {_words(error)}"
    function = getattr(module, name, None)
    if not callable(function):
        there = ", ".join(n for n, v in vars(module).items() if callable(v) and n[0] != "_")
        return None, f"{path.name} has no function {name}; it has: {there or 'none'}"
    return function, ""


def _call(function: Callable[..., Any], signature: Signature, by_role: dict[str, Any]) -> Answer:
    before = {role: _copy(value) for role, value in by_role.items()}
    positional, named = call_arguments(signature, by_role)
    try:
        returned = function(*positional, **named)
        arrays = _arrays(returned)
    except BaseException as error:  # whatever it raises is its answer to this case
        return Answer("raised", sentence=_words(error))
    changed = tuple(role for role in by_role if not _same(before[role], by_role[role]))
    return Answer("returned", arrays, changed=changed)


def _arrays(returned: Any) -> tuple[np.ndarray, ...]:
    """Read one array, several, or the article's cache with its "Z"."""
    if isinstance(returned, dict):
        returned = returned["Z"]
    parts = returned if isinstance(returned, tuple) else (returned,)
    return tuple(np.array(part, dtype=np.float64) for part in parts)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[k], after[k]) for k in before)
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and bool((before == after).all())
    return bool(before == after)


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
