"""Calls of a reader's function or class; they travel to the process of that code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.check.naming import NAMES, Arguments
from core.check.reading import (
    GRADIENTS_IN,
    PARAMETERS_IN,
    as_arrays,
    cache_of,
    gradient_names,
    named_results,
    parts_of,
    places,
)
from core.comparison.rounding import Array
from core.errors import CheckError
from core.wording import listed


@dataclass(frozen=True)
class FunctionRequest:
    """A call of a function, after one of the ``forward`` function that makes its cache, if any."""

    arguments: Arguments
    gives: tuple[str, ...]
    in_place: tuple[str, ...] = ()
    cache_may_follow: bool = False
    forward: tuple[str, Arguments] | None = None

    @property
    def watched(self) -> Mapping[str, Any]:
        """The arguments that must stay as they are."""
        given = dict(self.forward[1].values) if self.forward else {}
        given |= self.arguments.values
        may_change = {*self.in_place, *(["cache"] if self.forward else [])}
        if "running_mean" in given.get("settings", {}):
            may_change.add("settings")
        return {role: each for role, each in given.items() if role not in may_change}

    def perform(self, target: Callable[..., Any], names: Mapping[str, Any]) -> object:
        """Call."""
        if self.forward:
            name, arguments = self.forward
            made = names[name](*arguments.positional, **arguments.named)
            self.arguments.values["cache"] = cache_of(made)
        return target(*self.arguments.positional, **self.arguments.named)

    def read(self, returned: object) -> tuple[tuple[str, ...], tuple[Array, ...]]:
        """Name what came back."""
        in_place = {
            name: kept
            for name in self.in_place
            if (kept := written_into(self.arguments.values, name)) is not None
        }
        results = named_results(returned, self.gives, in_place, self.cache_may_follow)
        return as_arrays(results)


def written_into(given: Mapping[str, Any], role: str) -> object:
    """Return an argument after the call, or what took its place in the dict of settings, or None.

    There it lay under all its names, and a function replaces it under one of them.
    """
    settings = given.get("settings", {})
    found = [settings[name] for name in NAMES[role] if name in settings]
    if not found:
        return given.get(role)
    alone = (each for each in found if sum(each is other for other in found) == 1)
    return next(alone, found[0])


@dataclass(frozen=True)
class ClassRequest:
    """A layer of a class: made, filled with the arrays in ``hold``, called forward and backward.

    ``training`` is None for layers that have no modes. With ``unequal`` another is made, of 2
    inputs and 3 outputs, that shows whether it keeps its weight as torch does or transposed.
    """

    build: Arguments
    hold: Mapping[str, Array]
    training: bool | None
    forward_name: str
    forward: Arguments
    backward: Arguments | None
    gives: tuple[str, ...]
    unequal: Arguments | None = None
    turned: set[str] = field(default_factory=set)

    @property
    def watched(self) -> Mapping[str, Any]:
        """The arrays that must stay as they are."""
        return self.forward.values | (self.backward.values if self.backward else {})

    def perform(self, target: Callable[..., Any], names: Mapping[str, Any]) -> object:
        """Make a layer and go through it."""
        layer = target(*self.build.positional, **self.build.named)
        if self.unequal is not None:
            other = target(*self.unequal.positional, **self.unequal.named)
            found = arrays_called(other, "weight")
            if found and found[0][0][found[0][1]].shape == (2, 3):
                self.turned.add("weight")
        kept = {role: self.put(layer, role, array) for role, array in self.hold.items()}
        if self.training is not None and "training" not in self.forward.values:
            set_mode(layer, self.training)
        forward = getattr(layer, self.forward_name)
        returned = forward(*self.forward.positional, **self.forward.named)
        first = "y" if "y" in self.gives else "loss"
        results = named_results(returned, (first,), {}, True)
        for role, found in kept.items():
            if role in self.gives and found:  # a running statistic has moved
                holder, key = found[0]
                results[role] = np.array(holder[key])
        if self.backward:
            returned = layer.backward(*self.backward.positional, **self.backward.named)
            results |= self.gradients(layer, returned)
        return results

    def put(self, layer: object, role: str, array: Array) -> list[tuple[Any, str]]:
        """Let the layer have an array as its weight, its bias or a running statistic.

        Returns where it was put: nowhere, if the layer has no place for what it can do without.
        """
        found = arrays_called(layer, role)
        if not found and role.startswith("running"):
            if self.training is False:
                raise CheckError(f"The class keeps no {role}, with which it has to normalise.")
            return []
        if not found and not array.any():  # no bias, where none is wanted
            return []
        if not found:
            raise CheckError(
                f"The class has no array called {role}, where its {role} can be put: it may be "
                f'self.{role} or self.params["{role}"], made in __init__.'
            )
        existing = found[0][0][found[0][1]]
        fitted = array.T.copy() if role in self.turned else array.copy()
        if fitted.ndim == 1 and isinstance(existing, np.ndarray) and existing.size == fitted.size:
            fitted = fitted.reshape(existing.shape)
        for holder, key in found:
            holder[key] = fitted
        return found

    def gradients(self, layer: object, returned: object) -> dict[str, object]:
        """Name what ``backward`` returned, and find what else it left in the layer."""
        wanted = tuple(name for name in self.gives if name.startswith("d"))
        parts = parts_of(returned)
        if len(parts) == len(wanted) + 1:  # the gradient of a bias that there is not
            parts = parts[:-1]
            returned = tuple(parts)
        if isinstance(returned, dict) or len(parts) == len(wanted):
            return self.turned_back(named_results(returned, wanted, {}, False))
        if len(parts) != 1:
            raise CheckError(
                f"The backward pass must return dx, or {listed(wanted)}, not {len(parts)} arrays."
            )
        found = {"dx": parts[0]}
        for number, name in enumerate(wanted[1:]):
            found[name] = kept_gradient(layer, name[1:], number)
        return self.turned_back(found)

    def turned_back(self, results: dict[str, object]) -> dict[str, object]:
        """Lay the gradient of a weight that is kept transposed as torch lays it."""
        for role in self.turned:
            gradient = results.get(f"d{role}")
            if isinstance(gradient, np.ndarray):
                results[f"d{role}"] = gradient.T
        return results

    def read(self, returned: object) -> tuple[tuple[str, ...], tuple[Array, ...]]:
        """Read the arrays."""
        assert isinstance(returned, dict)
        return as_arrays(returned)


def arrays_called(layer: object, role: str) -> list[tuple[Any, str]]:
    """Find the arrays that a layer keeps in a role, as (its attributes or a dict, the name).

    A running statistic may still be None or 0, until the first batch.
    """
    kinds = (np.ndarray, int, float, type(None)) if role.startswith("running") else np.ndarray
    return [
        (holder, key)
        for holder, key in places(layer, NAMES[role], PARAMETERS_IN)
        if isinstance(holder[key], kinds)
    ]


def kept_gradient(layer: object, role: str, number: int) -> object:
    """Find the gradient of a parameter: a layer's attribute, or in its dict or list of them."""
    found = places(layer, gradient_names(role), GRADIENTS_IN) or [
        each for each in places(layer, NAMES[role], GRADIENTS_IN) if each[0] is not vars(layer)
    ]
    for holder, key in found:
        if holder[key] is not None:
            return holder[key]
    for name in GRADIENTS_IN:
        kept = getattr(layer, name, None)
        if isinstance(kept, list | tuple) and len(kept) > number:
            return kept[number]
    raise CheckError(
        f"After backward the class has no gradient of its {role}: it may be self.d{role}, "
        f'self.grads["{role}"], or returned behind dx.'
    )


def set_mode(layer: Any, training: bool) -> None:  # noqa: ANN401 - a reader's object
    """Put a layer into training or evaluation."""
    method = getattr(layer, "train" if training else "eval", None)
    if callable(method):
        method()
    elif hasattr(layer, "training"):
        layer.training = training
    elif not training:
        raise CheckError(
            "The class cannot be put into evaluation: it has no attribute training, no method "
            "eval, and forward takes no training."
        )
