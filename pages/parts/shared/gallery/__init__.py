"""A row of pictures to click, reachable by keyboard, each with a caption and a coloured edge."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.data.resize import fitted
from pages.parts.web import hear, register


@dataclass(frozen=True)
class Picture:
    """One picture: ``pixels`` (H, W, 3) uint8 RGB; ``alt`` describes it for a screen reader.

    ``is_chosen`` tells of one that is chosen by a click whether it is; None where a click acts.
    ``before`` is the picture that it was made from, shown at its left.
    """

    pixels: NDArray[np.uint8]
    caption: str
    alt: str
    colour: str = "transparent"
    is_chosen: bool | None = None
    before: NDArray[np.uint8] | None = None


_component = register(__file__)


def picture_address(pixels: NDArray[np.uint8]) -> str:
    """Encode (H, W, 3) uint8 RGB as a PNG in a ``data:`` address."""
    _, encoded = cv2.imencode(".png", pixels[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode()


def thumbnail_address(pixels: NDArray[np.uint8], side: int) -> str:
    """Encode a picture in a ``data:`` address, shrunk to what a dense screen shows of ``side``.

    What is larger than it is shown becomes a JPEG: eight drawn pets are 50 kB and not 1.5 MB to
    send, and made in a quarter of the time.
    """
    if max(pixels.shape[:2]) <= side:
        return picture_address(pixels)
    small = fitted(pixels, 2 * side)
    _, encoded = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


def gallery(
    pictures: Sequence[Picture],
    *,
    key: str,
    side: int = 84,
    clickable: bool = True,
    on_click: Callable[[int], None] = lambda index: None,
) -> int | None:
    """Show ``pictures`` with ``side`` pixels each; return the index of the one just clicked.

    ``on_click`` is told the index before the script runs anew.
    """
    result = _component(
        key=key,
        data={
            "side": side,
            "clickable": clickable,
            "pictures": tuple(
                {
                    "source": thumbnail_address(picture.pixels, side),
                    "before": ""
                    if picture.before is None
                    else thumbnail_address(picture.before, side),
                    "caption": picture.caption,
                    "alt": picture.alt,
                    "colour": picture.colour,
                }
                for picture in pictures
            ),
            "chosen": tuple(picture.is_chosen for picture in pictures),
        },
        on_clicked_change=hear(key, "clicked", lambda index: on_click(int(index))),
    )
    clicked = result.clicked
    return None if clicked is None else int(clicked)
