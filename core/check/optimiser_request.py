"""The steps of a reader's optimiser that is a class; they travel to the process of that code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.check.naming import Arguments
from core.check.reading import as_arrays
from core.comparison.rounding import Array


class Network:
    """What an optimiser is given that wants a network: dicts, or lists, of arrays."""

    def __init__(self, params: Any) -> None:  # noqa: ANN401 - a dict or a list
        self.params = params
        self.grads: Any = type(params)()


PLURAL = ("params", "parameters", "grads", "gradients", "weights")


@dataclass(frozen=True)
class OptimiserRequest:
    """An optimiser of a class, made once, which takes a step for every gradient in ``grads``."""

    build: Arguments
    step_name: str
    step_roles: tuple[str, ...]
    step_names: tuple[str, ...] | None
    start: Array
    grads: Array
    watched: Mapping[str, Any] = field(default_factory=dict)

    def perform(self, target: Callable[..., Any], names: Mapping[str, Any]) -> object:
        """Return the parameter after each step, (steps, ...).

        Several parameters are a dict to some, and a list to others: that shows when it is tried.
        """
        try:
            return self.steps_of(target, "weight")
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            try:
                return self.steps_of(target, 0)
            except Exception:  # the reader's code; what it says of a dict is told
                raise error from None

    def steps_of(self, target: Callable[..., Any], key: str | int) -> Array:
        """Take the steps on a parameter that is called ``key`` in a dict, or in a list at 0."""
        params: Any = {key: self.start.copy()} if isinstance(key, str) else [self.start.copy()]
        network = Network(params)
        build = Arguments({**self.build.values}, self.build.names)
        own = dict(zip(build.values, build.names or build.values, strict=True))
        for role in build.values:
            if role == "network":
                build.values[role] = network
            elif role == "param":
                build.values[role] = params if is_plural(own[role]) else params[key]
        optimiser = target(*build.positional, **build.named)
        after = []
        for grad in self.grads:
            network.grads = {key: grad.copy()} if isinstance(key, str) else [grad.copy()]
            self.take_step(optimiser, params, network.grads, key)
            after.append(params[key].copy())
        return np.stack(after)

    def take_step(self, optimiser: object, params: Any, grads: Any, key: str | int) -> None:  # noqa: ANN401 - dicts, or lists
        """Take one step, in place or not, on arrays or on several of them as its names tell."""
        named = dict(zip(self.step_roles, self.step_names or self.step_roles, strict=True))
        values: dict[str, Any] = {}
        for role in self.step_roles:
            each = params if role == "param" else grads
            values[role] = each if is_plural(named[role]) else each[key]
        arguments = Arguments(values, self.step_names)
        returned = getattr(optimiser, self.step_name)(*arguments.positional, **arguments.named)
        if isinstance(returned, tuple | list) and len(returned):
            returned = returned[0]
        if isinstance(returned, dict):
            returned = returned.get(key)
        if returned is not None:
            _, arrays = as_arrays({"param": returned})
            params[key] = arrays[0]

    def read(self, returned: object) -> tuple[tuple[str, ...], tuple[Array, ...]]:
        """Read the parameter after each step."""
        return as_arrays({"params": returned})


def is_plural(name: str) -> bool:
    """Tell whether an argument's name asks for several arrays."""
    return name.lower() in PLURAL
