"""Photos in a report: small JPEGs of pixels that the network saw, and evidence laid over them.

They are made anew from pixels: nothing that a photo's file holds beside them, such as where it was
taken, can come along.
"""

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

from core.exchange.report.page import text
from core.pictures.colour import CLASS_COLOURS

QUALITY = 82
STRONGEST = 0.8
"""How far full evidence covers the photo."""

Pixels = NDArray[np.uint8]


def image(pixels: Pixels, side: int, alt: str, kind: str = "") -> str:
    """Write a picture (H, W, 3) uint8 RGB, shrunk to ``side`` pixels where it is larger."""
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = pixels if scale == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    data = base64.b64encode(encoded.tobytes()).decode("ascii")
    look = f' class="{kind}"' if kind else ""
    return f'<img{look} alt="{text(alt)}" src="data:image/jpeg;base64,{data}">'


def over_photo(pixels: Pixels, values: NDArray[np.floating], scale: float) -> Pixels:
    """Lay evidence (S, S) over a photo (S, S, 3) in grey: class 1's colour above zero.

    NaN, about which nothing is said, leaves the grey photo as it is.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64)[..., None]
    strength = np.nan_to_num(np.clip(np.abs(values) / scale, 0, 1))[..., None] * STRONGEST
    zero, one = (hex_rgb(colour) for colour in CLASS_COLOURS)
    colour = np.where((values > 0)[..., None], one, zero)
    return np.asarray(np.rint((1 - strength) * grey + strength * colour), np.uint8)


def hex_rgb(colour: str) -> NDArray[np.float64]:
    """Return "#D55E00" as (3,) of 0..255."""
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float64)
