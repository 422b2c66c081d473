"""What a reader's code gave back, as arrays with names; happens in the process of that code."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.check.naming import NAMES
from core.comparison.rounding import Array
from core.errors import CheckError
from core.wording import listed

RESULT_NAMES: Mapping[str, tuple[str, ...]] = {
    "y": (*NAMES["y"], "z", "loss", "probability"),
    "loss": ("loss", "y", "cost", "l"),
    "dx": ("dx", "da_prev", "dinput", "dinputs", "d_x", "grad_input", "grad_x", "dz", "dprob"),
    "param": NAMES["param"],
    "m": NAMES["m"],
    "v": NAMES["v"],
    "velocity": NAMES["velocity"],
    "running_mean": NAMES["running_mean"],
    "running_var": NAMES["running_var"],
}
PARAMETERS_IN = ("params", "parameters", "weights", "buffers", "state")
GRADIENTS_IN = ("grads", "gradients", "grad", "params_grad")


def gradient_names(role: str) -> tuple[str, ...]:
    """Return the names that the gradient of a parameter goes by."""
    patterns = ("d{}", "d_{}", "grad_{}", "{}_grad", "{}_gradient", "grad{}")
    return tuple(pattern.format(name) for name in NAMES[role] for pattern in patterns)


def names_of(result: str) -> tuple[str, ...]:
    """Return the names that a result goes by in a dict."""
    if result in ("dweight", "dbias"):
        return gradient_names(result[1:])
    return RESULT_NAMES[result]


def named_results(
    returned: object,
    gives: tuple[str, ...],
    in_place: Mapping[str, Any],
    cache_may_follow: bool,
) -> dict[str, object]:
    """Name what a function returned: one value, several, a dict of them, or None.

    Those that are missing at the end may have been written ``in_place``, into these arguments.
    With ``cache_may_follow`` what comes behind the results is left aside. Raises ``CheckError``.
    """
    if isinstance(returned, dict):
        return from_dict(returned, gives)
    parts = parts_of(returned)
    if cache_may_follow:
        while len(parts) > 1 and (len(parts) > len(gives) or is_cache(parts[-1])):
            parts = parts[:-1]
    missing = gives[len(parts) :]
    if len(parts) > len(gives) or not all(name in in_place for name in missing):
        raise CheckError(wrong_number(gives, len(parts)))
    found = dict(zip(gives, parts, strict=False))
    return found | {name: in_place[name] for name in missing}


def from_dict(returned: Mapping[Any, Any], gives: tuple[str, ...]) -> dict[str, object]:
    """Find results in a dict, by the names that they go by."""
    found = {}
    for result in gives:
        fitting = [key for key in returned if str(key).lower() in (result, *names_of(result))]
        if not fitting:
            keys = ", ".join(map(str, returned)) or "none"
            raise CheckError(f"The dict that it returned has no {result}; its keys are: {keys}.")
        found[result] = returned[fitting[0]]
    return found


def wrong_number(gives: Sequence[str], returned: int) -> str:
    """Say that a function returned so many arrays, which are not those that it must give."""
    some = f"{len(gives)} arrays, " if len(gives) > 1 else "1 array, "
    wanted = f"It must return {some}{listed(gives)}"
    if returned:
        return f"{wanted}, not {returned}."
    return f"{wanted}, and it returned none. A return statement may be missing."


def parts_of(returned: object) -> list[object]:
    """List what was returned; a list of numbers is one array."""
    if returned is None:
        return []
    if isinstance(returned, tuple):
        return list(returned)
    if isinstance(returned, list) and any(isinstance(each, np.ndarray) for each in returned):
        return list(returned)
    return [returned]


def is_cache(part: object) -> bool:
    """Tell whether this is no array: what a backward pass is to remember."""
    return part is None or isinstance(part, tuple | dict | list)


NO_CACHE = "The forward function keeps nothing for the backward one: its cache is None."


def cache_of(returned: object) -> object:
    """Take what a forward function returned for its backward one: the last, or the dict."""
    if isinstance(returned, tuple) and len(returned) > 1:
        if returned[-1] is None:
            raise CheckError(NO_CACHE)
        return returned[-1]
    if isinstance(returned, dict):
        return returned
    raise CheckError(
        "The forward function must return its result and a cache, for the backward one to take."
    )


def as_array(name: str, value: object) -> Array:
    """Read numbers, as float64; ``CheckError`` for anything else."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        what = f"of {array.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
        raise CheckError(f"{name} must be an array of real numbers, not {what}.")
    return array.astype(np.float64)


def as_arrays(results: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[Array, ...]]:
    """Read all results as arrays; a loss is one number, whatever array it lies in."""
    arrays = tuple(as_array(name, value) for name, value in results.items())
    return tuple(results), arrays


def places(holder: object, names: Sequence[str], within: Sequence[str]) -> list[tuple[Any, str]]:
    """Find where an object keeps something: as its attribute, or in dicts that it has.

    Returns (its attributes or a dict, the name there), by names in lower case.
    """
    own = vars(holder) if hasattr(holder, "__dict__") else {}
    found: list[tuple[Any, str]] = [
        (own, key) for name in names for key in own if key.lower().strip("_") == name
    ]
    for attribute in within:
        inner = own.get(attribute)
        if isinstance(inner, dict):
            found += [(inner, key) for name in names for key in inner if str(key).lower() == name]
    return found
