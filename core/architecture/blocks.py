"""What an editor is told of a network to draw it: each layer's words, numbers, shape and cost."""

import dataclasses
from typing import Any, Final

from core.architecture.editing import Editing
from core.architecture.edits import name_way_out
from core.architecture.layer import Layer
from core.architecture.layers import BatchNorm, Dropout, LeakyReLU, ReLU, Sigmoid, Tanh, every_kind
from core.architecture.plan import Plan, Step, plan
from core.architecture.text import write, write_layer, write_value
from core.architecture.values import (
    BORDER,
    CHANNELS,
    COUNT,
    NUMBER,
    PADDING,
    PAIR,
    SHARE,
    SWITCH,
)

BYTES: Final = 4  # of a float32
SLICES: Final = (BatchNorm, ReLU, LeakyReLU, Tanh, Sigmoid, Dropout)
"""The kinds that leave shapes as they are: drawn as a slice of the block before."""
FORMS: Final = (
    (COUNT, "count"),
    (CHANNELS, "channels"),
    (PAIR, "pair"),
    (BORDER, "border"),
    (PADDING, "padding"),
    (SHARE, "share"),
    (NUMBER, "number"),
    (SWITCH, "switch"),
)


def describe(editing: Editing, image_size: int) -> dict[str, Any]:
    """Say all that an editor draws, in words, numbers, tuples and mappings of them.

    ``memory`` is in bytes of float32; ``shape``, ``field`` and the costs of a layer without an
    output are None.
    """
    planned = plan(editing.layers, image_size)
    steps = [*planned.steps, *[None] * (len(editing.layers) - len(planned.steps))]
    typed = editing.typed
    return {
        "image_size": image_size,
        "layers": tuple(
            describe_layer(layer, step) for layer, step in zip(editing.layers, steps, strict=True)
        ),
        "kinds": KINDS_OF_LAYERS,
        "text": editing.text,
        "typed": typed and typed.text,
        "mistake": typed and {"sentence": typed.sentence, "line": typed.line},
        "complaint": editing.complaint,
        "rewritten": editing.rewritten,
        "problem": describe_problem(editing, planned),
        "totals": {
            "parameters": planned.parameters,
            "multiply_adds": planned.multiply_adds,
            "memory": BYTES * planned.numbers,
        },
        "can_undo": bool(editing.history.past or typed),
        "can_redo": bool(editing.history.future),
    }


def describe_layer(layer: Layer, step: Step | None) -> dict[str, Any]:
    """Say what a block shows, and each value of the layer as in its text."""
    names = [field.name for field in dataclasses.fields(layer)]
    return {
        "word": layer.word,
        "line": write_layer(layer),
        "slice": isinstance(layer, SLICES),
        "heading": heading(layer),
        "numbers": tuple(important_numbers(layer)),
        "values": {name: write_value(layer, name) for name in names},
        "shape": step and step.shape,
        "field": step and step.field,
        "parameters": step and step.parameters,
        "multiply_adds": step and step.multiply_adds,
        "memory": step and BYTES * step.numbers,
    }


def heading(layer: Layer) -> str:
    """Name a layer with its first number: "conv 16", "leaky relu"."""
    if not layer.leading:
        return layer.word
    field = next(each for each in dataclasses.fields(layer) if each.name == layer.leading)
    if getattr(layer, field.name) == field.default:
        return layer.word
    return f"{layer.word} {write_value(layer, field.name)}"


def important_numbers(layer: Layer) -> list[str]:
    """List what else decides a layer's output: its kernel, and a stride that is not the usual."""
    fields = [
        field
        for field in dataclasses.fields(layer)
        if field.name in ("kernel", "stride") and field.name != layer.leading
    ]
    return [
        f"{field.name} {write_value(layer, field.name)}"
        for field in fields
        if getattr(layer, field.name) != field.default
    ]


def describe_problem(editing: Editing, planned: Plan) -> dict[str, Any] | None:
    """Say where a network cannot work, why, and each way out with the text it leads to."""
    problem = planned.problem
    if problem is None:
        return None
    return {
        "place": problem.place,
        "sentence": problem.sentence,
        "ways": tuple(
            {"label": name_way_out(editing.layers, problem, way), "text": write(way)}
            for way in problem.ways_out
        ),
    }


def describe_kind(kind: type[Layer]) -> dict[str, Any]:
    """Say which values a kind of layer has, and of which form each is."""
    return {
        "word": kind.word,
        "fields": tuple(
            {
                "name": field.name,
                "form": next(name for form, name in FORMS if form is field.metadata["form"]),
                "optional": field.default is None,
            }
            for field in dataclasses.fields(kind)
        ),
    }


KINDS_OF_LAYERS: Final = tuple(describe_kind(kind) for kind in every_kind())
