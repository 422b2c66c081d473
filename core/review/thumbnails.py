"""Small pictures of some photos of a source: pixels made anew, with nothing else of their files."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.data.report import printable
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.errors import PhotoError
from core.review.findings import FoundPhoto


@dataclass(frozen=True)
class Thumbnail:
    """A photo as its source has it, and ``pixels`` (H, W, 3) uint8 in its own proportions."""

    photo: FoundPhoto
    pixels: NDArray[np.uint8]


def thumbnails(request: DataRequest, names: Collection[str], side: int) -> dict[str, Thumbnail]:
    """Return photos by their names, at most ``side`` pixels a side, with the labels as found.

    Those that are not there any more, or no photos, are left out. ``DataError`` for a source
    without two classes.
    """
    plan = plan_source(replace(request, image_size=side, left_out=(), turned_over=()))
    wanted, found = set(names), {}
    for group in plan.groups:
        for candidate in group.candidates:
            name = printable(candidate)
            if name not in wanted:
                continue
            try:
                made = plan.make(group, candidate)
            except PhotoError:
                continue
            photo = FoundPhoto(name, group.split, group.label, *made.size)
            found[name] = Thumbnail(photo, unstretched(made.pixels, *made.size))
    return found


def unstretched(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Give a square (S, S, 3) the proportions that it had, its longer side as it is."""
    scale = len(pixels) / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
