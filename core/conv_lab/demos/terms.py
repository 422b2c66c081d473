"""Which numbers meet in each number of an array, as places: the browser writes the sums of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.integer]


@dataclass(frozen=True)
class Terms:
    """The sums behind an array: each of its numbers adds up terms.

    A term is a number of the first of ``factors``, arrays by name, times a number of the second if
    there are two; with ``quotient`` it is divided by that. ``places`` has a row for each term: the
    place of the sum in its array, then the place of each factor in its own, all counted through the
    flattened arrays. ``bias`` names an array of one number that every sum begins with, ``divisor``
    one with a number for each sum, by which that is divided. ``nothing`` says why a sum without
    terms is 0.
    """

    factors: tuple[str, ...]
    places: Places
    bias: str = ""
    divisor: str = ""
    quotient: bool = False
    nothing: str = "0"


@dataclass(frozen=True)
class Part:
    """A number in a line of text, which stands at ``place`` of the flattened array ``name``."""

    text: str
    name: str
    place: int


@dataclass(frozen=True)
class Line:
    """A formula with numbers, written for one number of an array, and that number as it comes out.

    ``parts`` that are numbers of a panel say where they stand.
    """

    parts: tuple[str | Part, ...]
    result: str

    @property
    def text(self) -> str:
        """The formula and its result."""
        return f"{formula_text(self.parts)} = {self.result}"


def formula_text(parts: Sequence[str | Part]) -> str:
    """Join the parts of a formula."""
    return "".join(part.text if isinstance(part, Part) else part for part in parts)


def window_places(
    image: tuple[int, int], windows: tuple[int, int], kernel: int, stride: int, padding: int
) -> Places:
    """List where windows lie over an image: rows (window, kernel cell, image cell), flattened.

    ``windows`` are the rows and columns of windows, one for each place that a ``kernel`` x
    ``kernel`` window stops at. What of a window lies outside the ``image`` has no row.
    """
    rows, columns = windows
    at = np.indices((rows, columns, kernel, kernel)).reshape(4, -1)
    down = at[0] * stride - padding + at[2]
    along = at[1] * stride - padding + at[3]
    inside = (down >= 0) & (down < image[0]) & (along >= 0) & (along < image[1])
    places = np.stack(
        [at[0] * columns + at[1], at[2] * kernel + at[3], down * image[1] + along], axis=1
    )
    return np.ascontiguousarray(places[inside])


def each_alone(size: int, factors: int) -> Places:
    """List the terms of an array whose every number is one term, of the numbers at its place."""
    return np.repeat(np.arange(size)[:, np.newaxis], 1 + factors, axis=1)
