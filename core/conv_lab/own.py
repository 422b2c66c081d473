"""Numbers and pictures of the user's own, written compactly enough for a page's address.

Numbers are ``n`` + shape + base64url of their deflated float64 bytes; a photo's crop is ``p`` +
base64url of a small WebP picture, which is decoded again wherever the address is opened.
"""

import base64
import binascii
import io
import math
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import NumbersError

LARGEST_PICTURE = 64  # pixels a side
_LARGEST_TEXT = 40_000
_LARGEST_COUNT = 8 * 64 * 64
Array = NDArray[np.float64]


def encode_numbers(values: NDArray[np.floating]) -> str:
    """Write an array of finite numbers as text of letters, digits, ``-``, ``_`` and ``.``."""
    values = np.asarray(values, dtype="<f8")
    if values.size > _LARGEST_COUNT or not np.isfinite(values).all():
        raise NumbersError("Own numbers must be finite, and not more than 32,768.")
    packed = zlib.compress(values.tobytes(), 9)
    return "n" + "x".join(map(str, values.shape)) + "." + _to_text(packed)


def encode_picture(pixels: NDArray[np.uint8]) -> str:
    """Write a small RGB picture (H, W, 3), at most 64 pixels a side, as text for an address."""
    if pixels.ndim != 3 or max(pixels.shape[:2]) > LARGEST_PICTURE:
        raise NumbersError(f"A crop must be at most 64 x 64 x 3, not {pixels.shape}.")
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "WEBP", quality=85, method=6)
    return "p" + _to_text(file.getvalue())


def crop_photo(
    pixels: NDArray[np.uint8], across: float, down: float, share: float, cells: int
) -> NDArray[np.uint8]:
    """Cut a square out of a photo (H, W, 3) and shrink it to ``cells`` x ``cells``.

    ``across`` and ``down`` place its middle, ``share`` is its side as a share of the shorter side,
    all from 0 to 1; a crop that would reach over the edge is moved inside.
    """
    height, width = pixels.shape[:2]
    side = max(1, round(share * min(height, width)))
    top = min(max(round(down * height - side / 2), 0), height - side)
    left = min(max(round(across * width - side / 2), 0), width - side)
    cut = np.ascontiguousarray(pixels[top : top + side, left : left + side])
    how = cv2.INTER_AREA if side >= cells else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(cut, (cells, cells), interpolation=how), dtype=np.uint8)


def decode_own(text: str, shape: tuple[int, ...]) -> Array:
    """Read what was encoded and fit it to ``shape``.

    Numbers are cut off or filled up with zeros at the end of every axis; a picture is resized, made
    grey for one channel, and its channels are repeated from the fourth on; pixels become 0..1.
    Raises ``NumbersError`` with a sentence for anything that was not encoded here.
    """
    if len(text) > _LARGEST_TEXT:
        raise NumbersError("The numbers in the address are too long.")
    if text[:1] == "n":
        return _fit_numbers(_read_numbers(text[1:]), shape)
    if text[:1] == "p":
        return _fit_picture(_read_picture(text[1:]), shape)
    raise NumbersError("The numbers in the address were not written by this page.")


def _read_numbers(text: str) -> Array:
    sizes, _, body = text.partition(".")
    try:
        shape = tuple(int(size) for size in sizes.split("x"))
    except ValueError:
        raise NumbersError("The numbers in the address have no readable shape.") from None
    count = math.prod(shape)
    if not 1 <= len(shape) <= 4 or min(shape) < 1 or count > _LARGEST_COUNT:
        raise NumbersError("The numbers in the address have an impossible shape.")
    unpacker = zlib.decompressobj()
    try:  # never unpacks more than the shape can hold, whatever the address claims
        raw = unpacker.decompress(_from_text(body), 8 * count + 1)
    except zlib.error:
        raise NumbersError("The numbers in the address are damaged.") from None
    if len(raw) != 8 * count:
        raise NumbersError("The numbers in the address do not match their shape.")
    values = np.frombuffer(raw, "<f8").astype(np.float64).reshape(shape)
    if not np.isfinite(values).all():
        raise NumbersError("The numbers in the address are not all finite.")
    return values


def _fit_numbers(values: Array, shape: tuple[int, ...]) -> Array:
    if values.ndim != len(shape):
        raise NumbersError(
            f"The numbers in the address must have {len(shape)} dimensions, not {values.ndim}."
        )
    fitted = np.zeros(shape)
    common = tuple(slice(min(a, b)) for a, b in zip(values.shape, shape, strict=True))
    fitted[common] = values[common]
    return fitted


def _read_picture(text: str) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(_from_text(text)), formats=("WEBP",)) as picture:
            if max(picture.size) > LARGEST_PICTURE:
                raise NumbersError("The picture in the address is larger than 64 x 64.")
            return np.asarray(picture.convert("RGB"))
    except OSError:
        raise NumbersError("The picture in the address is damaged.") from None


def _fit_picture(pixels: NDArray[np.uint8], shape: tuple[int, ...]) -> Array:
    if len(shape) != 3:
        raise NumbersError("A picture can only be the input.")
    channels, height, width = shape
    if pixels.shape[:2] != (height, width):
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA))
    if channels == 1:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.float64)[None] / 255
    return np.stack([pixels[:, :, c % 3] for c in range(channels)]).astype(np.float64) / 255


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _from_text(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NumbersError("The numbers in the address are damaged.") from None
