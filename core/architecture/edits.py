"""Changes of a network, each a pure function of its layers, and the history that undoes them.

``place`` counts layers from 0. A place that is not there raises ``IndexError``.
"""

import dataclasses
from dataclasses import dataclass
from itertools import takewhile

from core.architecture.layer import Layer
from core.architecture.layers import Linear, Sigmoid
from core.architecture.plan import Problem, difference
from core.architecture.text import MOST_LAYERS, Layers, write_layer
from core.architecture.window_layers import AdaptiveAvgPool, Conv, Pool
from core.errors import ArchitectureError

MOST_STEPS = 200
"""How many steps can be undone."""


def insert(layers: Layers, place: int, layer: Layer) -> Layers:
    """Add a layer before the one at ``place``, or at the end; ``ArchitectureError`` if too many."""
    if not 0 <= place <= len(layers):
        raise IndexError(place)
    return limited((*layers[:place], layer, *layers[place:]))


def limited(layers: Layers) -> Layers:
    """Return the layers; ``ArchitectureError`` when they are too many."""
    if len(layers) > MOST_LAYERS:
        raise ArchitectureError(
            f"A network must have at most {MOST_LAYERS} layers, not {len(layers)}."
        )
    return layers


def remove(layers: Layers, place: int) -> Layers:
    """Take a layer out."""
    inside(layers, place)
    return (*layers[:place], *layers[place + 1 :])


def move(layers: Layers, place: int, to: int) -> Layers:
    """Take a layer out and put it in again, so that ``to`` is its place then."""
    inside(layers, place)
    inside(layers, to)
    return insert(remove(layers, place), to, layers[place])


def change(layers: Layers, place: int, name: str, word: str) -> Layers:
    """Give one of a layer's values as in its text, or "none" for a stride as large as the kernel.

    ``ArchitectureError`` when it is no such value.
    """
    inside(layers, place)
    layer = layers[place]
    field = next((field for field in dataclasses.fields(layer) if field.name == name), None)
    if field is None:
        raise ArchitectureError(f"A layer {layer.word} has no {name}.")
    form, word = field.metadata["form"], word.strip().lower()
    value = None if word == "none" else form.read(word)
    if value is None and not (word == "none" and field.default is None):
        came = repr(word) if word else "nothing"
        raise ArchitectureError(f"The {name} of {layer.word} must be {form.expected}, not {came}.")
    changed = dataclasses.replace(layer, **{name: value})
    return (*layers[:place], changed, *layers[place + 1 :])


def inside(layers: Layers, place: int) -> None:
    """Raise ``IndexError`` unless a layer is there."""
    if not 0 <= place < len(layers):
        raise IndexError(place)


def default_layer(kind: type[Layer], layers: Layers, place: int) -> Layer:
    """Return a layer of a kind as one would want it first at a place.

    A convolution keeps the maps' size and has as many channels as the one before it; the last
    linear layer gives one number.
    """
    if issubclass(kind, Conv):
        return kind(channels_near(layers, place), (3, 3), padding=(1, 1))
    if issubclass(kind, Pool):
        return kind((2, 2))
    if issubclass(kind, AdaptiveAvgPool):
        return kind((1, 1))
    if issubclass(kind, Linear):
        last = all(isinstance(layer, Sigmoid) for layer in layers[place:])
        return kind(1 if last else 64)
    return kind()


def channels_near(layers: Layers, place: int) -> int:
    """Count the channels of the nearest convolution, before rather than after; else 16."""
    near = (*reversed(layers[:place]), *layers[place:])
    counts = (layer.channels for layer in near if isinstance(layer, Conv))
    return next((count for count in counts if isinstance(count, int)), 16)


def name_way_out(layers: Layers, problem: Problem, way: Layers) -> str:
    """Say in a few words what one of a problem's ways out changes: "Use padding 1"."""
    if problem.place == len(layers):
        *some, last = map(write_layer, way[beginning(layers, way) :])
        return f"End in {', '.join(some)} and {last}" if some else f"End in {last}"
    behind = len(layers) - problem.place - 1
    repair = way[problem.place : len(way) - behind]
    offer = difference(layers[problem.place], repair)
    if not repair:
        return "Leave it out"
    return f"Put {offer}" if len(repair) > 1 else f"Use {offer}"


def beginning(some: Layers, others: Layers) -> int:
    """Count the layers with which both begin."""
    pairs = zip(some, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@dataclass(frozen=True)
class History:
    """A network with what it was before, and what it was before it was undone.

    Steps of one ``gesture``, such as a word that is typed, are undone together.
    """

    present: Layers
    past: tuple[Layers, ...] = ()
    future: tuple[Layers, ...] = ()
    gesture: str = ""

    def then(self, layers: Layers, gesture: str = "") -> "History":
        """Go on to another network."""
        if layers == self.present:
            return self
        if not gesture or gesture != self.gesture:
            return History(layers, (*self.past, self.present)[-MOST_STEPS:], (), gesture)
        if self.past and self.past[-1] == layers:  # back where the gesture began: no step at all
            return History(layers, self.past[:-1])
        return History(layers, self.past, (), gesture)

    def undone(self) -> "History":
        """Go back a step, if there is one."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redone(self) -> "History":
        """Take back the last ``undone``, if nothing came between."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
