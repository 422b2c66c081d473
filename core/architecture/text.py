"""The text of a network: one layer a line, in the field's words.

    conv 16 kernel 11 stride 3
    batchnorm
    relu
    maxpool 2

A line begins with a layer's words; a layer's first number may follow at once, all others follow
their names in any order, and what is left out has its default. ``#`` begins a remark, letters may
be large or small, and empty lines mean nothing. ``write`` gives the one text of a network that
leaves out every default, so that ``write(read(text)) == text`` for such a text.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from core.architecture.layer import Layer
from core.architecture.layers import KINDS
from core.errors import ArchitectureError
from core.wording import listed

Layers = tuple[Layer, ...]
MOST_LAYERS = 100


def read(text: str) -> Layers:
    """Read a network's layers; ``ArchitectureError`` names the line that cannot be read."""
    layers = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].lower().split()
        if words:
            layers.append(read_layer(words, number))
        if len(layers) > MOST_LAYERS:
            raise ArchitectureError(
                f"Line {number}: a network may have at most {MOST_LAYERS} layers.", number
            )
    return tuple(layers)


def read_layer(words: list[str], line: int) -> Layer:
    """Read one layer from the words of its line."""
    kind = kind_of(words, line)
    rest = words[len(kind.word.split()) :]
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if kind.leading and rest and rest[0] not in fields:
        rest = [kind.leading, *rest]
    values: dict[str, Any] = {}
    while rest:
        name, *rest = rest
        if name not in fields:
            is_told = f"is told {listed([*fields])}" if fields else "is told nothing more"
            raise ArchitectureError(f"Line {line}: {kind.word} {is_told}, not {name!r}.", line)
        if name in values:
            raise ArchitectureError(f"Line {line}: {kind.word} is told its {name} twice.", line)
        form, word = fields[name].metadata["form"], rest[0] if rest else ""
        value = form.read(word) if rest else None
        if value is None:
            came = repr(word) if rest else "nothing"
            raise ArchitectureError(
                f"Line {line}: the {name} of {kind.word} must be {form.expected}, not {came}.", line
            )
        values[name], rest = value, rest[1:]
    for name, field in fields.items():
        if name not in values and field.default is dataclasses.MISSING:
            raise ArchitectureError(
                f"Line {line}: {kind.word} must be told its {name}, such as {example(kind)!r}.",
                line,
            )
    return kind(**values)


def kind_of(words: list[str], line: int) -> type[Layer]:
    """Find the layer that a line begins with."""
    for kind in KINDS.values():
        if words[: len(kind.word.split())] == kind.word.split():
            return kind
    raise ArchitectureError(
        f"Line {line}: a line must begin with {', '.join(KINDS)}, not {words[0]!r}.", line
    )


def example(kind: type[Layer]) -> str:
    """Give a line that is complete."""
    numbers = {"channels": 16, "outputs": 1, "kernel": (3, 3), "size": (1, 1)}
    needed = {
        field.name: numbers[field.name]
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING
    }
    return write_layer(kind(**needed))


def write(layers: Iterable[Layer]) -> str:
    """Write a network, a layer a line, without what is the default anyway."""
    return "".join(f"{write_layer(layer)}\n" for layer in layers)


def write_layer(layer: Layer) -> str:
    """Write one layer's line."""
    words = [layer.word]
    for field in dataclasses.fields(layer):
        if getattr(layer, field.name) != field.default:
            written = write_value(layer, field.name)
            words += [written] if field.name == layer.leading else [field.name, written]
    return " ".join(words)


def write_value(layer: Layer, name: str) -> str:
    """Write one of a layer's values."""
    form = next(f for f in dataclasses.fields(layer) if f.name == name).metadata["form"]
    value = getattr(layer, name)
    return "none" if value is None else form.write(value)


def write_changed(old: Layer, new: Layer) -> list[str]:
    """Write the values that a layer has otherwise than one of its kind: "kernel 5", "padding 2"."""
    names = [field.name for field in dataclasses.fields(new)]
    changed = [name for name in names if getattr(old, name) != getattr(new, name)]
    return [f"{name} {write_value(new, name)}" for name in changed]
