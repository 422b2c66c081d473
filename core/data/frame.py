"""One frame of a live camera: from what a browser sent to the bytes of a small picture.

A browser can be made to send anything, several times a second; so a frame is small, and its size
is read before a pixel of it is decoded. Nothing here keeps a frame.
"""

import base64
import re
from collections.abc import Mapping

from core.data.decode import open_image
from core.errors import PhotoError

MOST_SIDE = 1024
"""Pixels a side of a frame: twice those that the largest network gets."""
MOST_BYTES = 2**20
"""Bytes of a frame's file."""
MOST_NUMBER = 2**53
"""Up to here JavaScript counts without a gap."""

_BEGINNING = re.compile(r"data:image/(?:jpeg|png);base64,")


def number_of(sent: object) -> int:
    """Return the number by which the browser knows this frame again, 0 where it gave none."""
    number = sent.get("number") if isinstance(sent, Mapping) else None
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MOST_NUMBER:
        return number
    return 0


def picture_of(sent: object) -> bytes:
    """Return the JPEG or PNG file of a frame, ``{"picture": "data:image/jpeg;base64,..."}``.

    ``PhotoError`` for everything else, for a file of more than ``MOST_BYTES`` and for a picture
    with a side of more than ``MOST_SIDE``. Whether it can be decoded shows when it is.
    """
    address = sent.get("picture") if isinstance(sent, Mapping) else None
    beginning = _BEGINNING.match(address) if isinstance(address, str) else None
    if not isinstance(address, str) or beginning is None:
        raise PhotoError(
            "not_image", "This is not a frame of a camera: expected a JPEG or PNG picture."
        )
    coded = len(address) - beginning.end()
    if coded > MOST_BYTES * 4 // 3 + 4:
        raise too_large(f"about {coded * 3 / 4 / 2**20:.1f} MB")
    try:
        picture = base64.b64decode(address[beginning.end() :], validate=True)
    except ValueError as error:
        raise PhotoError("corrupt", "This frame came damaged: it is not base64.") from error
    if len(picture) > MOST_BYTES:
        raise too_large(f"{len(picture)} bytes")
    image = open_image(picture)
    if image.format not in ("JPEG", "PNG"):
        raise PhotoError("format", f"This frame is a {image.format}; expected a JPEG or a PNG.")
    if max(image.size) > MOST_SIDE:
        raise too_large(f"{image.size[0]} x {image.size[1]} pixels")
    return picture


def too_large(size: str) -> PhotoError:
    """Say how large a frame is and may be."""
    return PhotoError(
        "too_large",
        f"This frame has {size}; a frame of the camera has at most {MOST_SIDE} pixels a side and "
        f"{MOST_BYTES // 2**20} MB.",
    )
