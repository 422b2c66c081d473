"""A network's layers with weights, each with the activation behind it: what is measured together.

Every way in which the program holds a network will do, torch's modules, the NumPy engine's layers
or those of its text: only the names of their types are read.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.wording import numbered

WEIGHTED = ("Conv", "Linear")
ACTIVATIONS = ("ReLU", "LeakyReLU", "Tanh", "Sigmoid")


@dataclass(frozen=True)
class Block:
    """One layer with weights, called ``name`` as everywhere: "Conv 1", or "Linear" when alone.

    ``place`` is its index, ``output`` that of the layer whose result is what the block gives out:
    its ``activation`` ("ReLU", ..., "" without one), else its batch norm, else itself. The last
    block gives the ``answers``.
    """

    name: str
    place: int
    output: int
    activation: str
    normalised: bool
    answers: bool = False


def blocks_of(network: Iterable[object]) -> list[Block]:
    """Return a network's blocks in order."""
    kinds = [type(layer).__name__.removesuffix("2d") for layer in network]
    places = [place for place, kind in enumerate(kinds) if kind in WEIGHTED]
    names, blocks = numbered(kinds), []
    for place, end in zip(places, [*places[1:], len(kinds)], strict=True):
        behind = range(place + 1, end)
        norm = next((index for index in behind if kinds[index] == "BatchNorm"), None)
        activation = next((index for index in behind if kinds[index] in ACTIVATIONS), None)
        blocks.append(
            Block(
                name=names[place],
                place=place,
                output=next(index for index in (activation, norm, place) if index is not None),
                activation="" if activation is None else kinds[activation],
                normalised=norm is not None,
                answers=end == len(kinds),
            )
        )
    return blocks
