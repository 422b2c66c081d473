"""Where two arrays are apart, as a picture: the largest difference at each row and column."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.compare.places import axis_names

MOST_CELLS: Final = 200
"""The most cells of a picture along an axis; one of a longer axis stands for several numbers."""


@dataclass(frozen=True)
class DifferenceMap:
    """Units of rounding ``units`` (rows, columns), each the largest of what its cell stands for.

    ``rows`` and ``columns`` name the axes, ``steps`` is how many places of each a cell spans;
    ``rows`` is "" where there is but one row. ``over`` names the axes of which each cell shows the
    largest.
    """

    units: NDArray[np.float64]
    rows: str
    columns: str
    steps: tuple[int, int]
    over: tuple[str, ...]


def difference_maps(units: NDArray[np.float64]) -> tuple[DifferenceMap, ...]:
    """Return the maps of units of rounding of any shape.

    That is rows and columns, the last two axes, and for three axes and more also the channels in a
    row of their own; one row for a list, and none for a single number.
    """
    names = axis_names(units.ndim)
    if not units.size or units.ndim == 0:
        return ()
    if units.ndim == 1:
        return (shrunk(units[np.newaxis], "", names[0], ()),)
    if units.ndim == 2:
        return (shrunk(units, names[0], names[1], ()),)
    others = tuple(range(units.ndim - 2))
    maps = [shrunk(units.max(axis=others), names[-2], names[-1], names[:-2])]
    channel = units.ndim - 3
    if units.shape[channel] > 1:
        rest = tuple(axis for axis in range(units.ndim) if axis != channel)
        over = tuple(names[axis] for axis in rest)
        maps.append(shrunk(units.max(axis=rest)[np.newaxis], "", names[channel], over))
    return tuple(maps)


def shrunk(
    units: NDArray[np.float64], rows: str, columns: str, over: tuple[str, ...]
) -> DifferenceMap:
    """Let a cell stand for several places where there are more than a picture can show."""
    down, across = (max(1, ceil(size / MOST_CELLS)) for size in units.shape)
    cells = np.maximum.reduceat(units, range(0, units.shape[0], down), axis=0)
    cells = np.maximum.reduceat(cells, range(0, units.shape[1], across), axis=1)
    return DifferenceMap(cells, rows, columns, (down, across), over)
