"""How a reader's function or class is called with the facts of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.check.carrying_out import Request
from core.check.layers.layer import CheckedLayer, Facts, Pass
from core.check.layouts import LAYOUTS, article_cache, laid_out
from core.check.naming import Arguments, Call
from core.check.optimiser_request import OptimiserRequest
from core.check.requests import ClassRequest, FunctionRequest


class Form(Protocol):
    """A way to call what is checked."""

    @property
    def layer(self) -> CheckedLayer:
        """The layer that it is held against."""
        ...

    @property
    def layout(self) -> str:
        """One of the layer's layouts."""
        ...

    @property
    def gives(self) -> tuple[str, ...]:
        """Names of the results, in their order."""
        ...

    def takes(self, role: str) -> bool:
        """Tell whether it can be given this."""
        ...

    def request(self, facts: Facts) -> Request:
        """Ask for the results of a case."""
        ...

    def entering(self, facts: Facts) -> dict[str, Any]:
        """Return what it is given, by role, in its layout."""
        ...

    def describe(self) -> str:
        """Say what was recognised."""
        ...


@dataclass(frozen=True)
class FunctionForm:
    """A function; ``forward`` names the one that makes the cache of a backward function.

    With four ``bias_axes`` it takes its bias as (1, 1, 1, C).
    """

    layer: CheckedLayer
    direction: Pass
    call: Call
    gives: tuple[str, ...]
    layout: str = "nchw"
    forward: tuple[str, Call] | None = None
    bias_axes: int = 1

    @property
    def backward(self) -> bool:
        """Whether it is the backward pass."""
        return self.direction is self.layer.backward

    def takes(self, role: str) -> bool:
        """Tell whether it, or the function that makes its cache, takes this."""
        own_cache = self.forward is None and self.call.takes("cache")
        if own_cache and role in ("x", "weight", "bias", "y"):
            return True
        return self.call.takes(role) or (self.forward is not None and self.forward[1].takes(role))

    def request(self, facts: Facts) -> Request:
        """Give it what it takes."""
        values = self.values(facts)
        if needs_bias(self.call, values):
            values["bias"] = values["no_bias"]
        if self.call.takes("cache"):
            values["cache"] = article_cache(values)
        in_place = tuple(name for name in self.direction.in_place if name in self.gives)
        forward = None
        if self.forward:
            name, call = self.forward
            more = {"bias": values["no_bias"]} if needs_bias(call, values) else {}
            forward = name, call.arguments({**values, **more})
        return FunctionRequest(
            self.call.arguments(values), self.gives, in_place, not self.backward, forward
        )

    def values(self, facts: Facts) -> dict[str, Any]:
        """Return all that could go in, by role, as it takes it."""
        values = given_in_layout(self.layer, self.layout, facts)
        for role in ("bias", "no_bias") if self.bias_axes == 4 else ():
            if values.get(role) is not None:
                values[role] = values[role].reshape(1, 1, 1, -1)
        if settings_in_a_dict(self) and "stride" in values and values["stride"] is None:
            values["stride"] = values["kernel_size"]
        return values

    def entering(self, facts: Facts) -> dict[str, Any]:
        """Return what it is given, in the order of its parameters."""
        given = taken(self, self.values(facts))
        return {role: given[role] for role in self.call.roles if role in given} | given

    def describe(self) -> str:
        """Name the direction and the layout."""
        if self.layer.is_optimiser:
            return "one step"
        return f"{'backward' if self.backward else 'forward'} pass{spoken_layout(self)}"


@dataclass(frozen=True)
class ClassForm:
    """A layer of a class with ``forward`` and perhaps ``backward``."""

    layer: CheckedLayer
    build: Call
    forward_name: str
    forward: Call
    backward: Call | None
    layout: str = "nchw"

    @property
    def gives(self) -> tuple[str, ...]:
        """What forward gives, and then backward."""
        behind = self.layer.backward.gives if self.backward and self.layer.backward else ()
        return (*self.layer.forward.gives, *behind)

    def takes(self, role: str) -> bool:
        """Tell whether it can be given this: in ``__init__``, in a method, or as what it holds."""
        calls = (self.build, self.forward, *([self.backward] if self.backward else []))
        if role == "training" or role in self.layer.holds:
            return True
        return any(call.takes(role) for call in calls)

    def request(self, facts: Facts) -> Request:
        """Make one, fill it, go forward and backward."""
        values = given_in_layout(self.layer, self.layout, facts)
        gives = tuple(name for name in self.gives if name in facts.results)
        if "no_bias" in values and values["bias"] is None:
            values["bias"] = values["no_bias"]
            if self.build.takes("with_bias"):
                gives = tuple(name for name in gives if name != "dbias")
        return ClassRequest(
            self.build.arguments(values),
            {
                role: values[role]
                for role in self.layer.holds
                if values.get(role) is not None and not self.build.takes(role)
            },
            values.get("training"),
            self.forward_name,
            self.forward.arguments(values),
            self.backward.arguments(values) if self.backward and "dx" in facts.results else None,
            gives,
            self.unequal(values),
        )

    def unequal(self, values: dict[str, Any]) -> Arguments | None:
        """Build with as many outputs as it has not inputs: how it keeps its weight shows then."""
        if not (self.build.takes("in_features") and self.build.takes("out_features")):
            return None
        return self.build.arguments({**values, "in_features": 2, "out_features": 3})

    def entering(self, facts: Facts) -> dict[str, Any]:
        """Return what it is given."""
        return taken(self, given_in_layout(self.layer, self.layout, facts))

    def describe(self) -> str:
        """Name the directions and the layout."""
        directions = "forward and backward pass" if self.backward else "forward pass"
        return f"class, {directions}{spoken_layout(self)}"


@dataclass(frozen=True)
class OptimiserForm:
    """An optimiser of a class with ``step`` or ``update``."""

    layer: CheckedLayer
    build: Call
    step_name: str
    step: Call
    layout: str = "nchw"
    gives: tuple[str, ...] = field(default=("params",))

    def takes(self, role: str) -> bool:
        """Tell whether it can be given this; how many steps it takes is up to the check."""
        return role == "step" or self.build.takes(role) or self.step.takes(role)

    def request(self, facts: Facts) -> Request:
        """Make one and let it take all steps."""
        values = {**facts.given, "network": None, "param": None}
        return OptimiserRequest(
            self.build.arguments(values),
            self.step_name,
            self.step.roles,
            self.step.names,
            facts["start"],
            facts["grads"],
        )

    def entering(self, facts: Facts) -> dict[str, Any]:
        """Return the parameter at the start, the gradients and the settings."""
        given = taken(self, given_in_layout(self.layer, self.layout, facts))
        return {"start": facts["start"], "grads": facts["grads"]} | {
            role: value for role, value in given.items() if role not in ("param", "grad")
        }

    def describe(self) -> str:
        """Name what is called."""
        return f"class, its {self.step_name} again and again"


def settings_in_a_dict(form: Form) -> bool:
    """Tell whether a function, or the one that makes its cache, finds its settings in a dict."""
    if not isinstance(form, FunctionForm):
        return False
    calls = (form.call, form.forward[1]) if form.forward else (form.call,)
    return any(call.takes("settings") for call in calls)


def in_courses(form: Form) -> bool:
    """Tell whether a form is (N, H, W, C) and its dict of settings is called as courses call it.

    They come together: where nothing else tells the layout, that does.
    """
    if not isinstance(form, FunctionForm) or form.layout != "nhwc":
        return False
    calls = (form.call, form.forward[1]) if form.forward else (form.call,)
    return any(name.startswith(("hp", "hyper")) for call in calls for name in call.names or ())


def needs_bias(call: Call, values: dict[str, Any]) -> bool:
    """Tell whether a bias must be given though there is none: it is 0 then."""
    return "bias" in call.must and values.get("bias") is None


def given_in_layout(layer: CheckedLayer, layout: str, facts: Facts) -> dict[str, Any]:
    """Return what goes in, by role, laid out; new arrays, so that nothing can spoil the facts."""
    values = {}
    for role, value in facts.given.items():
        turned = laid_out(layer.layouts, layout, role, value)
        values[role] = turned.copy() if hasattr(turned, "copy") else turned
    return values


def taken(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values, by role, that a function or class is given."""
    return {role: each for role, each in values.items() if form.takes(role) and each is not None}


def spoken_layout(form: Form) -> str:
    """Write the layout, where there is a choice."""
    return f", {LAYOUTS[form.layer.layouts][form.layout]}"
