"""Which of the known signatures a reader's function has, and how to call it with a case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.comparison.rounding import Array
from core.errors import SignatureError

ALIASES = {
    "x": ("x", "input", "inputs", "image", "images", "a_prev"),
    "weight": ("weight", "weights", "w", "kernel", "kernels", "filters"),
    "bias": ("bias", "b"),
    "dy": ("dy", "dz", "dout", "grad", "grad_output", "dvalues"),
    "cache": ("cache",),
    "stride": ("stride", "strides"),
    "padding": ("padding", "pad"),
    "dilation": ("dilation", "dilations"),
    "groups": ("groups",),
}
ORDERS = {
    ("nchw", False): ("x", "weight", "bias", "stride", "padding", "dilation", "groups"),
    ("nchw", True): ("dy", "x", "weight", "stride", "padding", "dilation", "groups"),
    ("hwc", False): ("x", "weight", "stride", "padding", "dilation", "groups", "bias"),
    ("hwc", True): ("dy", "cache", "stride", "padding", "dilation", "groups"),
}
LAYOUTS = {"nchw": "(N, C, H, W)", "hwc": "(H, W, C)"}


@dataclass(frozen=True)
class Signature:
    """How to call the function: its layout, its direction, and its parameters in order."""

    layout: str
    backward: bool
    parameters: tuple[str, ...]
    by_name: bool
    names: tuple[str, ...]
    must: tuple[str, ...] = ()
    """Parameters that have no default."""

    def takes(self, parameter: str) -> bool:
        """Whether the function has this parameter."""
        return parameter in self.parameters

    def describe(self) -> str:
        """Write the direction and the layout."""
        return f"{'backward' if self.backward else 'forward'} pass, {LAYOUTS[self.layout]}"


def read_signature(
    name: str, parameters: Sequence[tuple[str, bool]], layout: str = "auto"
) -> Signature:
    """Recognise a function by its name and its parameters' (name, whether it must be given).

    Raises ``SignatureError`` with a sentence when it is none of the four known ones.
    """
    known = {alias: role for role, aliases in ALIASES.items() for alias in aliases}
    roles = [known.get(parameter.lower()) for parameter, _ in parameters]
    backward = "backward" in name.lower() or (bool(roles) and roles[0] == "dy")
    if layout == "auto":
        layout = _layout(roles)
    recognised = [
        (role, parameter)
        for role, (parameter, _) in zip(roles, parameters, strict=True)
        if role is not None
    ]
    unknown = [
        parameter
        for role, (parameter, must) in zip(roles, parameters, strict=True)
        if role is None and must
    ]
    needed = {"dy"} if backward else {"x", "weight"}
    found = {role for role, _ in recognised}
    wanted = set(ORDERS[layout, backward])
    if not unknown and needed <= found <= wanted and len(found) == len(recognised):
        used, names = zip(*recognised, strict=True)
        must_be_given = tuple(
            role for role, (_, must) in zip(roles, parameters, strict=True) if role and must
        )
        return Signature(layout, backward, used, True, names, must_be_given)
    order = ORDERS[layout, backward]
    must = sum(must for _, must in parameters)
    if must > len(order) or len(parameters) < 2:
        raise SignatureError(
            f"The function {name} must take the parameters ({', '.join(order)}), as "
            f"{'the article' if layout == 'hwc' else 'torch'} does, not "
            f"({', '.join(parameter for parameter, _ in parameters)})."
        )
    positional = order[: len(parameters)]
    must_be_given = tuple(
        role for role, (_, given) in zip(positional, parameters, strict=True) if given
    )
    return Signature(layout, backward, positional, False, positional, must_be_given)


def _layout(roles: Sequence[str | None]) -> str:
    """Tell the article's signatures: a cache, or the bias after the stride."""
    if "cache" in roles:
        return "hwc"
    if "bias" in roles and "stride" in roles:
        return "hwc" if roles.index("bias") > roles.index("stride") else "nchw"
    return "hwc" if len(roles) > 2 and roles[2] == "stride" and "dy" not in roles else "nchw"


def arguments(
    signature: Signature, arrays: Mapping[str, Array | None], settings: dict[str, Any]
) -> dict[str, Any]:
    """Make the arguments by role, in the signature's layout; the arrays come as (N, C, H, W).

    A bias that must be given is 0 where there is none.
    """
    if arrays["bias"] is None and "bias" in signature.must:
        weight = arrays["weight"]
        assert weight is not None
        arrays = {**arrays, "bias": np.zeros(len(weight), weight.dtype)}
    if signature.layout == "nchw":
        return {**arrays, **settings}
    x, weight, dy = arrays["x"], arrays["weight"], arrays["dy"]
    assert x is not None and weight is not None and dy is not None
    image = np.ascontiguousarray(x[0].transpose(1, 2, 0))
    kernel = np.ascontiguousarray(weight.transpose(0, 2, 3, 1))
    upstream = np.ascontiguousarray(dy[0].transpose(1, 2, 0))
    forward = arrays["y"]
    assert forward is not None
    output = np.ascontiguousarray(forward[0].transpose(1, 2, 0))
    cache = {"Z": output, "W": kernel, "b": arrays["bias"], "A_prev": image}
    return {
        "x": image,
        "weight": kernel,
        "bias": arrays["bias"],
        "dy": upstream,
        "cache": cache,
        **settings,
    }


@dataclass(frozen=True)
class ConvolutionRequest:
    """A call of a reader's convolution."""

    signature: Signature
    watched: dict[str, Any]

    def perform(self, target: Callable[..., Any], names: Mapping[str, Any]) -> object:
        """Call it."""
        positional, named = call_arguments(self.signature, self.watched)
        return target(*positional, **named)

    def read(self, returned: object) -> tuple[tuple[str, ...], tuple[Array, ...]]:
        """Read one array, several, none, or the article's cache with its "Z"."""
        if isinstance(returned, dict):
            returned = returned["Z"]
        if returned is None:
            return (), ()
        parts = returned if isinstance(returned, tuple) else (returned,)
        return (), tuple(np.array(part, dtype=np.float64) for part in parts)


def call_arguments(
    signature: Signature, by_role: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Split into positional and named arguments for the call."""
    if signature.by_name:
        pairs = zip(signature.names, signature.parameters, strict=True)
        return [], {name: by_role[role] for name, role in pairs}
    return [by_role[role] for role in signature.parameters], {}
