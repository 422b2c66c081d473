"""A dropped photo as it is kept: its pixels made anew, and nothing else of its file."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from core.data.decode import decode_photo
from core.data.resize import fitted
from core.errors import PhotoError

LONGEST_SIDE = 768
"""Pixels: of a photo of 3 to 2 the other side has 512 then, the most that training ever uses."""
DIGITS = 16


@dataclass(frozen=True)
class KeptPhoto:
    """A photo as a PNG, and the beginning of the SHA-256 of its pixels in hexadecimal."""

    png: bytes
    digest: str


def kept_photo(content: bytes) -> KeptPhoto:
    """Decode a file as every photo is decoded, and make a new one of its pixels.

    So where and when it was taken, which cameras write into their files, is not kept. PNG loses
    nothing: the network sees the pixels that were decoded, not those of a second JPEG. Raises
    ``PhotoError`` as ``decode_photo``.
    """
    pixels = fitted(decode_photo(content).pixels, LONGEST_SIDE)
    done, encoded = cv2.imencode(".png", np.ascontiguousarray(pixels[..., ::-1]))
    if not done:
        raise PhotoError("corrupt", "This photo could not be kept as a PNG.")
    sums = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes())
    return KeptPhoto(encoded.tobytes(), sums.hexdigest()[:DIGITS])
