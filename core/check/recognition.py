"""Which layer a name tells of, and how what has that name is called."""

import re

from core.check.forms import ClassForm, Form, FunctionForm, OptimiserForm
from core.check.layers import LAYERS
from core.check.layers.layer import CheckedLayer
from core.check.loading import Content, Parameters
from core.check.naming import Call, recognise
from core.errors import SignatureError
from core.wording import listed


def layers_named(name: str) -> list[str]:
    """List the layers of which a function's or class's name tells, those of longer words first.

    A word within a longer one that was found does not count: "conv" in "conv_transpose".
    """
    words_apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3_\2\4", name)
    parts = words_apart.lower().split("_")
    joined = "".join(parts)
    words = sorted(
        ((word, layer.name) for layer in LAYERS.values() for word in layer.words),
        key=lambda pair: -len(pair[0]),
    )
    found = []
    for word, layer in words:
        whole = len(word) < 4  # short ones are words only where they stand alone: bn, fc, sgd
        if word in parts if whole else word in joined:
            found.append(layer)
            joined = joined.replace(word, " ")
            parts = [part for part in parts if part not in word]
    return list(dict.fromkeys(found))


def is_helper(parameters: Parameters) -> bool:
    """Tell a function that computes one number of a layer, from one window of its input."""
    return any("slice" in name.lower() for name, _ in parameters)


def is_backward(name: str, parameters: Parameters) -> bool:
    """Tell a backward function by its name, or by a gradient as its first parameter."""
    words = name.lower()
    first = parameters[0][0].lower() if parameters else ""
    return any(
        word in words for word in ("backward", "backprop", "bwd", "_grad", "_prime")
    ) or first in ("dy", "dz", "dout", "da", "grad_output", "dvalues")


def recognise_form(name: str, content: Content, layer: CheckedLayer) -> Form:
    """Tell how ``name`` of a file's content is called as this layer, or raise a CheckError."""
    if layer.is_optimiser:
        return optimiser_form(name, content, layer)
    if content.is_class:
        return class_form(name, content, layer)
    if not is_backward(name, content.parameters):
        call = recognise(
            f"The function {name}", content.parameters, layer.forward.takes, layer.forward.needs
        )
        gives = tuple(
            result
            for result in layer.forward.gives
            if result not in layer.forward.in_place or call.takes(result)
        )
        return FunctionForm(layer, layer.forward, call, gives)
    return backward_form(name, content, layer)


def backward_form(name: str, content: Content, layer: CheckedLayer) -> FunctionForm:
    """Recognise a backward function, and the forward one that makes its cache."""
    assert layer.backward is not None
    call = recognise(
        f"The function {name}", content.parameters, layer.backward.takes, layer.backward.needs
    )
    forward = None
    if call.takes("cache"):
        for other in (name.replace("backward", "forward"), name.replace("_backward", "")):
            if other != name and other in content.functions:
                what = f"The function {other}"
                takes, needs = layer.forward.takes, layer.forward.needs
                forward = other, recognise(what, content.functions[other], takes, needs)
                break
    return FunctionForm(layer, layer.backward, call, layer.backward.gives, forward=forward)


def class_form(name: str, content: Content, layer: CheckedLayer) -> ClassForm:
    """Recognise a class by its ``__init__``, ``forward`` and ``backward``."""
    build = recognise(
        f"The class {name}", content.parameters, layer.built_from, needed_to_build(content, layer)
    )
    forward_name = next((m for m in ("forward", "__call__") if m in content.methods), None)
    if forward_name is None:
        raise SignatureError(f"The class {name} must have a method forward, and may have backward.")
    held = {*layer.holds, *build.roles}
    forward = method_call(name, content, forward_name, layer.forward.takes, held, ("x",))
    backward = None
    if layer.backward and "backward" in content.methods:
        takes = layer.backward.takes
        backward = method_call(name, content, "backward", takes, held, ("dy",))
    return ClassForm(layer, build, forward_name, forward, backward)


def needed_to_build(content: Content, layer: CheckedLayer) -> tuple[str, ...]:
    """Leave out what a class need not be told that is built from nothing."""
    return layer.built_needs if content.parameters else ()


def method_call(
    name: str,
    content: Content,
    method: str,
    takes: tuple[str, ...],
    held: set[str],
    needs: tuple[str, ...],
) -> Call:
    """Recognise a method, which takes what the class does not hold."""
    roles = tuple(role for role in takes if role not in held)
    required = tuple(role for role in needs if role in roles)
    if method == "backward" and not content.methods[method]:
        return Call((), ())  # a loss needs no gradient from above
    return recognise(f"{name}.{method}", content.methods[method], roles, required)


def optimiser_form(name: str, content: Content, layer: CheckedLayer) -> Form:
    """Recognise an optimiser: a function that takes one step, or a class that takes many."""
    if not content.is_class:
        call = recognise(
            f"The function {name}", content.parameters, layer.forward.takes, layer.forward.needs
        )
        gives = tuple(each for each in layer.forward.gives if call.takes(each))
        return FunctionForm(layer, layer.forward, call, gives)
    build = recognise(f"The class {name}", content.parameters, layer.built_from, ())
    method = next((m for m in ("step", "update") if m in content.methods), None)
    if method is None:
        raise SignatureError(f"The class {name} must have a method step, or update.")
    step = recognise(f"{name}.{method}", content.methods[method], ("param", "grad"), ())
    if not step.takes("grad") and not build.takes("network"):
        raise SignatureError(
            f"{name}.{method} must take the gradient, or {name} the network that has it in grads."
        )
    return OptimiserForm(layer, build, method, step)


def layer_of(name: str, is_class: bool) -> CheckedLayer | None:
    """Return the layer of which a name tells; None for a convolution's function.

    Raises ``SignatureError`` where it tells of several, or a class's of none.
    """
    found = layers_named(name)
    if not is_class and ("conv" in found or not found):
        return None
    if len(found) == 1:
        return LAYERS[found[0]]
    tells = f"tells of {listed(found)}" if found else "tells of no layer"
    raise SignatureError(
        f"The name {name} {tells}: say with --layer which it is, of {', '.join(LAYERS)}."
    )
