"""A layer that cannot stand where it stands."""

from collections.abc import Sequence
from typing import Any

Shape = tuple[int, ...]
"""What one photo is at one place in a network: maps (C, H, W), or a list of numbers (F,)."""


class Misfit(Exception):
    """Why a layer cannot work on what it gets, and which layers could stand in its place.

    ``reason`` goes on after the layer's name; each of ``repairs`` is a list of layers, empty to
    leave the layer out. They are offers: whoever shows them tries them first.
    """

    def __init__(self, reason: str, repairs: Sequence[Sequence[Any]] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.repairs = [list(repair) for repair in repairs]


def check_maps(word: str, shape: Shape) -> None:
    """Raise ``Misfit`` unless maps come in."""
    if len(shape) != 3:
        raise Misfit(f"needs maps, but a list of {shape[0]} numbers comes in", [[]])
