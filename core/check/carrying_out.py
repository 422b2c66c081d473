"""One call of a reader's code, and how it ended; happens in the process of that code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from core.check.loading import place_of, words_of
from core.comparison.rounding import Array
from core.errors import CheckError


@dataclass(frozen=True)
class CallResult:
    """How a call ended: it "returned" arrays, or it "raised", "hung" or "died" with a sentence.

    ``names`` says what each array is, where the request knows. ``changed`` names the arguments into
    which the function wrote.
    """

    ending: Literal["returned", "raised", "hung", "died"]
    arrays: tuple[Array, ...] = ()
    names: tuple[str, ...] = ()
    sentence: str = ""
    changed: tuple[str, ...] = ()

    @property
    def results(self) -> dict[str, Array]:
        """The arrays by their names."""
        return dict(zip(self.names, self.arrays, strict=True))


class Request(Protocol):
    """What is to be called, and with what; travels to the process of the reader's code."""

    @property
    def watched(self) -> Mapping[str, Any]:
        """The arguments, by their roles, that must stay as they are."""
        ...

    def perform(self, target: Callable[..., Any], names: Mapping[str, Any]) -> object:
        """Call; ``names`` is all that the reader's file defines."""
        ...

    def read(self, returned: object) -> tuple[tuple[str, ...], tuple[Array, ...]]:
        """Read what came back: names, or none, and arrays.

        Raises ``CheckError``, or what NumPy raises, when it cannot be read.
        """
        ...


class Caller(Protocol):
    """Carries requests out: a process of its own, or in tests this one."""

    def call(self, request: Request) -> CallResult:
        """Carry a request out once."""
        ...


def carry_out(request: Request, names: Mapping[str, Any], name: str, path: Path) -> CallResult:
    """Carry a request out and tell how it ended, whatever the reader's code does."""
    watched = request.watched
    before = {role: copied(value) for role, value in watched.items()}
    try:
        returned = request.perform(names[name], names)
    except CheckError as error:
        return CallResult("raised", sentence=str(error))
    except BaseException as error:  # whatever it raises is how this call ended
        place = place_of(error, path)
        at = f" It happened at {place}." if place else ""
        return CallResult("raised", sentence=f"It raised {words_of(error)}.{at}")
    try:
        told, arrays = request.read(returned)
    except CheckError as error:
        return CallResult("raised", sentence=str(error))
    except (TypeError, ValueError, KeyError) as error:
        return CallResult(
            "raised", sentence=f"What it returned cannot be read as arrays: {words_of(error)}."
        )
    changed = tuple(role for role in watched if not same(before[role], watched[role]))
    return CallResult("returned", arrays, told, changed=changed)


def copied(value: object) -> object:
    """Copy arrays, and those in a dict or a list."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value.copy() if isinstance(value, np.ndarray) else value


def same(before: object, after: object) -> bool:
    """Tell whether a value is what its copy was."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(before[k], after[k]) for k in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        equal = before.shape == after.shape and before.dtype == after.dtype
        return equal and np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    return bool(before == after)
