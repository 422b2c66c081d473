"""A layer as three small pictures: NumPy's maps, torch's on the same scale, and the difference."""

from dataclasses import dataclass
from math import ceil, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from core.comparison.rounding import differences
from core.pictures.colour import colour_signed
from core.pictures.tiles import fold, scale_of, shrink

MAPS = 4
SIDE = 40
"""Pixels of one map in a strip, and the number of maps."""
GAP = 2


@dataclass(frozen=True)
class Strips:
    """PNGs of the same size; ``scale`` is shared by both engines, the difference has its own.

    ``shown`` of ``total`` maps are drawn, the first ones; a layer without maps shows all of its
    numbers as one.
    """

    numpy: bytes
    torch: bytes
    difference: bytes
    scale: float
    difference_scale: float
    shown: int
    total: int


def draw_strips(numpy: NDArray[np.floating], torch: NDArray[np.floating]) -> Strips:
    """Draw what both engines gave out, (C, H, W) or (F,)."""
    shown, total = maps_of(torch), len(torch) if torch.ndim == 3 else 1
    difference = maps_of(differences(numpy, torch))
    scale = max(scale_of(torch), scale_of(numpy))
    difference_scale = scale_of(difference) if np.any(difference) else 0.0
    return Strips(
        strip_png(maps_of(numpy), scale),
        strip_png(shown, scale),
        strip_png(difference, difference_scale or 1.0),
        scale,
        difference_scale,
        len(shown),
        total,
    )


def maps_of(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the first maps, thinned out to fit; a list of numbers folded into one wide map."""
    if values.ndim == 3:
        return shrink(values[:MAPS], SIDE)
    return fold(values, columns=max(1, ceil(sqrt(len(values) * MAPS))))


def strip_png(maps: NDArray[np.floating], scale: float) -> bytes:
    """Lay maps (C, H, W) side by side, all cells of one size, transparent between them."""
    room = SIDE if len(maps) > 1 else SIDE * MAPS
    cell = max(1, min(room // maps.shape[2], SIDE // maps.shape[1]))
    colours = colour_signed(maps, scale).repeat(cell, axis=1).repeat(cell, axis=2)
    opaque = np.concatenate([colours, np.full_like(colours[..., :1], 255)], axis=-1)
    parts = [opaque[0]]
    for picture in opaque[1:]:
        parts += [np.zeros((len(picture), GAP, 4), np.uint8), picture]
    strip = cv2.cvtColor(np.concatenate(parts, axis=1), cv2.COLOR_RGBA2BGRA)
    _, encoded = cv2.imencode(".png", strip, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return encoded.tobytes()
