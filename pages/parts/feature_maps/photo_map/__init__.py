"""A map of points, each a photo that is shown when pointed at."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.pictures.colour import CLASS_COLOURS
from core.pictures.packing import pack
from pages.parts.web import hear, register

THUMB = 64
QUALITY = 85


_component = register(__file__)


def contact_sheet(photos: list[NDArray[np.uint8]]) -> tuple[NDArray[np.uint8], int]:
    """Lay photos (S, S, 3) out small, as one JPEG; return its bytes and how many lie in a row."""
    across = max(1, int(np.ceil(np.sqrt(len(photos)))))
    sheet = np.zeros((-(-len(photos) // across) * THUMB, across * THUMB, 3), dtype=np.uint8)
    for number, photo in enumerate(photos):
        top, left = number // across * THUMB, number % across * THUMB
        small = cv2.resize(photo, (THUMB, THUMB), interpolation=cv2.INTER_AREA)
        sheet[top : top + THUMB, left : left + THUMB] = small
    _, encoded = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(encoded, dtype=np.uint8).ravel(), across


def photo_map(
    places: NDArray[np.floating],
    sheet: tuple[NDArray[np.uint8], int],
    facts: dict[str, Any],
    *,
    key: str,
    on_open: Callable[[str], None],
) -> None:
    """Show photos at ``places`` (N, 2).

    ``facts`` has a list of N each for names, keys, labels (None: not a test photo), wrong and
    probabilities; besides id, when (the epoch in words), classes, axes (their names) and here, the
    index of the chosen photo.
    ``on_open`` is told the key of the photo that was clicked.
    """
    header = {**facts, "colours": CLASS_COLOURS, "thumb": THUMB, "across": sheet[1]}
    arrays: dict[str, NDArray[Any]] = {
        "places": np.asarray(places, dtype=np.float32),
        "sheet": sheet[0],
    }
    _component(key=key, data=pack(header, arrays), on_open_change=hear(key, "open", on_open))
