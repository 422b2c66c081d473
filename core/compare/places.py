"""Where numbers of an array differ: on its border, in some channels, in every second row.

A mistake sits where its code runs; rounding is everywhere. A place is named when numbers spread by
chance would hardly ever lie in it together.
"""

from itertools import combinations
from math import lgamma, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.wording import listed

Mask = NDArray[np.bool_]

BY_CHANCE: Final = 0.01
"""A place that numbers spread by chance fill as often as this, is none."""
MOST_BORDER: Final = 0.75
"""A border that takes a larger share of the array than this is none."""
MOST_NAMED: Final = 4
AXES: Final = {
    1: ("place",),
    2: ("row", "column"),
    3: ("channel", "row", "column"),
    4: ("image", "channel", "row", "column"),
}
SIDES: Final = ("top", "bottom", "left", "right")


def axis_names(axes: int) -> tuple[str, ...]:
    """Return what the axes of an array are called: (N, C, H, W), (C, H, W), (rows, columns)."""
    return AXES.get(axes, tuple(f"place on axis {axis}" for axis in range(axes)))


def place_of(wrong: Mask) -> str:
    """Say in a sentence where the numbers of ``wrong`` lie, of which there are some; or ""."""
    if wrong.all() or wrong.sum() == 1:
        return ""
    return border_of(wrong) or slice_of(wrong)


def border_of(wrong: Mask) -> str:
    """Say that all lie on the border of two neighbouring axes, the last two of at least three.

    The two before, of (H, W, C), are looked at too; there it takes three sides.
    """
    for last, least in ((wrong.ndim - 1, 1), (wrong.ndim - 2, 3)):
        if wrong.ndim < 3 or last < 1:
            continue
        others = tuple(axis for axis in range(wrong.ndim) if axis not in (last - 1, last))
        found = border_sides(np.asarray(wrong.any(axis=others)), least)
        if found:
            return border_words(*found)
    return ""


def border_words(depth: int, sides: tuple[str, ...]) -> str:
    """Say on which sides all lie, and where to look."""
    where = "all four sides" if len(sides) == 4 else listed(sides)
    look = (
        "look at the padding"
        if {"top", "left"} & set(sides)
        else "look at padding that is not the same on both sides, and at a stride that does not "
        "divide the size"
    )
    within = "the outermost cell" if depth == 1 else f"{depth} cells"
    return f"All of them lie on the border, within {within} ({where}): {look}."


def border_sides(hit: Mask, least: int = 1) -> tuple[int, tuple[str, ...]] | None:
    """Return how deep a border of (H, W) holds all that is hit, and the fewest sides for it.

    Each side of the border is hit along a third of its length at least.
    """
    rows, columns = (np.arange(size) for size in hit.shape)
    away = {  # of every cell from each side
        "top": np.broadcast_to(rows[:, None], hit.shape),
        "bottom": np.broadcast_to(rows[::-1, None], hit.shape),
        "left": np.broadcast_to(columns, hit.shape),
        "right": np.broadcast_to(columns[::-1], hit.shape),
    }
    for sides in (each for count in range(least, 5) for each in combinations(SIDES, count)):
        nearest = np.min([away[side] for side in sides], axis=0)
        depth = int(nearest[hit].max()) + 1
        share = float((nearest < depth).mean())
        if share > MOST_BORDER or hit.sum() * log(share) > log(BY_CHANCE / 15):
            continue
        along = [
            (hit & (away[side] < depth)).any(axis=1 if side in ("left", "right") else 0).mean()
            for side in sides
        ]
        if min(along) >= 1 / 3:
            return depth, sides
    return None


def slice_of(wrong: Mask) -> str:
    """Say that all lie at few places along an axis, or several, if they do."""
    found = []
    for axis, name in enumerate(axis_names(wrong.ndim)):
        others = tuple(other for other in range(wrong.ndim) if other != axis)
        hit = np.flatnonzero(wrong.any(axis=others))
        share = len(hit) / wrong.shape[axis]
        if share > 0.5:
            continue
        chance = wrong.sum() * log(share) + log_ways(wrong.shape[axis], hit)
        if chance < log(BY_CHANCE / wrong.ndim):
            found.append(places_text(hit, wrong.shape[axis], name))
    return f"All of them lie in {listed(found)} (counted from 0)." if found else ""


def log_ways(length: int, places: NDArray[np.intp]) -> float:
    """Return the logarithm of how many ways there are to choose as many places of ``length``.

    Places in a row, or evenly spaced, are one of as many ways as there are beginnings and steps.
    """
    if len(set(np.diff(places))) <= 1:
        return 2 * log(length)
    chosen = len(places)
    return lgamma(length + 1) - lgamma(chosen + 1) - lgamma(length - chosen + 1)


def places_text(places: NDArray[np.intp], length: int, name: str) -> str:
    """Name places along an axis: "channel 3 of 16", "channels 1 and 4 of 16", "every 2nd row"."""
    plural = name.replace("place", "places", 1) if name.startswith("place") else f"{name}s"
    if len(places) == 1:
        return f"{name} {places[0]} of {length}"
    steps = np.diff(places)
    step = int(steps[0])
    if step > 1 and (steps == step).all() and len(places) >= length // step >= 3:
        ordinal = {2: "2nd", 3: "3rd"}.get(step, f"{step}th")
        return f"every {ordinal} {name}, from {name} {places[0]} on"
    if step == 1 and (steps == 1).all() and len(places) > 2:
        return f"{plural} {places[0]} to {places[-1]} of {length}"
    if len(places) <= MOST_NAMED:
        return f"{plural} {listed([str(place) for place in places])} of {length}"
    return f"{len(places)} of {length} {plural}, the first {places[0]}"
