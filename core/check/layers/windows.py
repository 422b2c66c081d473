"""The windows of a pooling one by one, for what comes out when they are read in a wrong way."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.check.layers.layer import Case, Facts
from core.check.layers.truth import number_reason, spoken
from core.comparison.rounding import Array

HeightWidth = tuple[int, int]

REASONS = {
    "images": lambda n: f"the batch has {n} images",
    "channels": lambda n: f"there are {n} channels",
    "size": lambda pair: f"the maps are {spoken(pair)}",
    "kernel_size": lambda pair: f"kernel_size is {spoken(pair)}",
    "stride": lambda pair: f"stride is {spoken(pair)}",
    "padding": lambda pair: f"padding is {spoken(pair)}",
    "ceil_mode": lambda _: "ceil_mode is True",
    "dtype": number_reason,
}
"""Say of a case what sets it apart, for what both poolings have."""


@dataclass(frozen=True)
class Window:
    """One window: its place in the result, and the cells of the image that it sees.

    ``cells`` counts those of the padding too, ``inside`` those of the padded image: what hangs over
    the edge in ceil mode is not among them.
    """

    row: int
    column: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    cells: int
    inside: int


def output_side(size: int, extent: int, stride: int, padding: int, ceil_mode: bool) -> int:
    """Count the windows along one side, as torch does."""
    room = size + 2 * padding - extent
    if not ceil_mode:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count


def output_size(f: Facts, ceil_mode: bool | None = None) -> HeightWidth:
    """Count the windows below and beside each other."""
    ceil = f["ceil_mode"] if ceil_mode is None else ceil_mode
    kernel, stride, padding, dilation = settings(f)
    height, width = (
        output_side(
            f["x"].shape[2 + k], dilation[k] * (kernel[k] - 1) + 1, stride[k], padding[k], ceil
        )
        for k in (0, 1)
    )
    return height, width


def settings(f: Facts) -> tuple[HeightWidth, HeightWidth, HeightWidth, HeightWidth]:
    """Return kernel, stride, padding and dilation as pairs."""
    names = ("kernel_size", "stride", "padding", "dilation")
    kernel, stride, padding, dilation = (pair(f.given.get(name, 1)) for name in names)
    return kernel, stride, padding, dilation


def pair(value: Any) -> HeightWidth:  # noqa: ANN401 - a number or a pair
    """Read a number or a pair."""
    return value if isinstance(value, tuple) else (value, value)


def windows(f: Facts, ceil_mode: bool | None = None) -> Iterator[Window]:
    """Yield the windows, row by row."""
    height, width = output_size(f, ceil_mode)
    kernel, stride, padding, dilation = settings(f)
    size = f["x"].shape[2:]
    for row, column in np.ndindex(height, width):
        seen, inside = [], 1
        for k, place in ((0, row), (1, column)):
            start = place * stride[k] - padding[k]
            cells = [start + step * dilation[k] for step in range(kernel[k])]
            seen.append(tuple(cell for cell in cells if 0 <= cell < size[k]))
            inside *= sum(cell < size[k] + padding[k] for cell in cells)
        yield Window(row, column, seen[0], seen[1], kernel[0] * kernel[1], inside)


def pooled(f: Facts, one: Callable[[Array, Window], Array], ceil_mode: bool | None = None) -> Array:
    """Put together what ``one`` makes of the cells (N, C, rows, columns) of each window."""
    y = np.zeros((*f["x"].shape[:2], *output_size(f, ceil_mode)))
    for window in windows(f, ceil_mode):
        cells = f["x"][:, :, window.rows][:, :, :, window.columns]
        y[:, :, window.row, window.column] = one(cells, window)
    return y


def spread(
    f: Facts,
    shares: Callable[[Array, Window], Array],
    overwrite: bool = False,
) -> Array:
    """Give each dy to the cells of its window by their ``shares``, (N, C, rows, columns).

    With ``overwrite`` a later window takes the place of an earlier one instead of being added.
    """
    dx = np.zeros(f["x"].shape)
    for window in windows(f):
        cells = f["x"][:, :, window.rows][:, :, :, window.columns]
        dy = f["dy"][:, :, window.row, window.column, np.newaxis, np.newaxis]
        given = dy * shares(cells, window)
        for (i, row), (j, column) in itertools.product(
            enumerate(window.rows), enumerate(window.columns)
        ):
            before = 0 if overwrite else dx[:, :, row, column]
            dx[:, :, row, column] = before + given[:, :, i, j]
    return dx


def fits(case: Case) -> bool:
    """Tell whether torch pools so: a window fits, and the padding is at most half of it."""
    dilation = dict(case.values).get("dilation", (1, 1))
    kernel, padding = case["kernel_size"], case["padding"]
    return all(
        2 * padding[k] <= kernel[k]
        and case["size"][k] + 2 * padding[k] >= dilation[k] * (kernel[k] - 1) + 1
        for k in (0, 1)
    )
