"""The steps of a reader's optimiser that is a class; they travel to the process of that code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.check.naming import Arguments
from core.check.reading import as_arrays
from core.comparison.rounding import Array


class Network:
    """What an optimiser is given that wants a network: dicts of parameters and gradients."""

    def __init__(self, params: dict[str, Array]) -> None:
        self.params, self.grads = params, dict[str, Array]()


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
        """Return the parameter after each step, (steps, ...)."""
        params = {"weight": self.start.copy()}
        network = Network(params)
        own = dict(zip(self.build.values, self.build.names or self.build.values, strict=True))
        for role in self.build.values:
            if role == "network":
                self.build.values[role] = network
            elif role == "param":
                self.build.values[role] = params if is_plural(own[role]) else params["weight"]
        optimiser = target(*self.build.positional, **self.build.named)
        after = []
        for grad in self.grads:
            network.grads = {"weight": grad.copy()}
            self.take_step(optimiser, params, network.grads)
            after.append(params["weight"].copy())
        return np.stack(after)

    def take_step(
        self, optimiser: object, params: dict[str, Array], grads: dict[str, Array]
    ) -> None:
        """Take one step, in place or not, on arrays or on dicts of them as its names tell."""
        named = dict(zip(self.step_roles, self.step_names or self.step_roles, strict=True))
        values: dict[str, Any] = {}
        for role in self.step_roles:
            each = params if role == "param" else grads
            values[role] = each if is_plural(named[role]) else each["weight"]
        arguments = Arguments(values, self.step_names)
        returned = getattr(optimiser, self.step_name)(*arguments.positional, **arguments.named)
        if isinstance(returned, tuple) and returned:
            returned = returned[0]
        if isinstance(returned, dict):
            returned = returned.get("weight")
        if returned is not None:
            _, arrays = as_arrays({"param": returned})
            params["weight"] = arrays[0]

    def read(self, returned: object) -> tuple[tuple[str, ...], tuple[Array, ...]]:
        """Read the parameter after each step."""
        return as_arrays({"params": returned})


def is_plural(name: str) -> bool:
    """Tell whether an argument's name asks for a dict of arrays."""
    return name.lower() in PLURAL
