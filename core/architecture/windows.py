"""Where a window that moves over maps fits, and what to change where it does not."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Protocol

from core.architecture.misfit import Misfit, Shape, check_maps
from core.architecture.values import SAME, Pair, write_pair


class Windowed(Protocol):
    """A layer whose window spans ``extent`` pixels, holes included, and moves by ``steps``."""

    word: str
    kernel: Pair
    padding: Any  # a pair, or for convolutions "same"

    @property
    def steps(self) -> Pair:
        """How far the window moves."""

    @property
    def extent(self) -> Pair:
        """How many pixels it spans."""


def border(layer: Windowed) -> Pair:
    """Return the rows and the columns of padding on both sides together."""
    if layer.padding == SAME:
        return layer.extent[0] - 1, layer.extent[1] - 1
    return 2 * layer.padding[0], 2 * layer.padding[1]


def map_size(layer: Any, shape: Shape) -> Pair:  # noqa: ANN401 - a Windowed that is a dataclass
    """Return height and width of the maps that go out: floor((n + padding - extent) / stride) + 1.

    ``Misfit`` where the window is larger than the padded map; it could stand there with more
    padding, with a smaller kernel, or without holes.
    """
    check_maps(layer.word, shape)
    room = [shape[1 + i] + border(layer)[i] - layer.extent[i] for i in (0, 1)]
    if min(room) < 0:
        holes = layer.extent != layer.kernel
        name = f"kernel {write_pair(layer.kernel)}" + (" with its dilation" if holes else "")
        raise Misfit(
            f"{name} does not fit a {shape[1]} x {shape[2]} map",
            [[fitting] for fitting in fittings(layer, shape)],
        )
    rows, columns = (room[i] // layer.steps[i] + 1 for i in (0, 1))
    return rows, columns


def fittings(layer: Any, shape: Shape) -> Iterator[Any]:  # noqa: ANN401
    """Offer the layer with more padding, a smaller kernel, or no holes; not all of them may fit."""
    if layer.padding != SAME:
        missing = [max(layer.extent[i] - shape[1 + i], 0) for i in (0, 1)]
        yield dataclasses.replace(layer, padding=(-(-missing[0] // 2), -(-missing[1] // 2)))
    free = [shape[1 + i] + border(layer)[i] for i in (0, 1)]
    kernel = (min(layer.kernel[0], free[0]), min(layer.kernel[1], free[1]))
    yield dataclasses.replace(layer, kernel=kernel)
    if layer.extent != layer.kernel:
        yield dataclasses.replace(layer, dilation=(1, 1))
