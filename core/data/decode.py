"""One photo, from bytes to RGB pixels: the same function for training and for dropped files.

What is accepted is checked before a single pixel is decoded. What cannot be decoded raises
``PhotoError`` with a code and a sentence, whatever the bytes are.
"""

import io
import os
import stat
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from core.data.pillow_memory import rgb_memory
from core.data.resize import stretch
from core.data.sniff import looks_cut_off, sniff_format, sniff_other, webp_size
from core.errors import PhotoError

Pixels = NDArray[np.uint8]

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 20_000
# Part of the cache's key: raise it whenever the same file would give other pixels.
DECODER_VERSION = 4

FORMATS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}
ACCEPTED = "JPEG, PNG, WebP, BMP or GIF"

FILLED = "its transparent parts are filled with white"

# Where Pillow keeps what may name an orientation
EXIF_KEYS = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")

# What Pillow's parsers were seen to raise on damaged files; Warning for runs with -W error.
PARSER_ERRORS = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, SyntaxError),
    *(TypeError, ValueError, Warning, struct.error, zlib.error, Image.DecompressionBombError),
)
# Pillow remarks on damaged files go to the caller as PhotoError or not at all, never to stderr.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Photo:
    """Decoded pixels, (H, W, 3) uint8 RGB, and notes on what was done to them.

    ``size`` is the width and the height, upright, before anything was stretched.
    """

    pixels: Pixels
    notes: tuple[str, ...] = ()
    size: tuple[int, int] = (0, 0)


def decode_photo(source: bytes | Path, image_size: int | None = None) -> Photo:
    """Decode one photo, upright, in RGB, alpha laid on white; the first frame if it is animated.

    With ``image_size`` it is stretched to a square of that many pixels, as the article does;
    without, it keeps its size. Raises ``PhotoError`` for anything that is not a whole photo.
    """
    data = source if isinstance(source, bytes) else read_file(source)
    image = open_image(data)
    width, height = image.size
    if image_size is not None and image.format == "JPEG":
        # Decode at 1/2, 1/4 or 1/8 of the size where that leaves enough.
        image.draft(None, (image_size, image_size))
    try:
        image.load()
        animated = bool(getattr(image, "is_animated", False))
        pixels, filled = rgb_pixels(image)
    except PARSER_ERRORS as error:
        raise damaged(image.format or "", data, error) from error
    if image.format in ("JPEG", "PNG") and looks_cut_off(image.format, data):
        raise damaged(image.format, data, None)  # zeros to the end decode without a complaint
    if image_size is not None:
        pixels = stretch(pixels, image_size)
    if pixels.shape[2] == 4:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), np.uint8)
    notes = ["only its first frame is used"] if animated else []
    notes += [FILLED] if filled else []
    orientation = read_orientation(image)
    if orientation in TURNS:
        pixels = np.ascontiguousarray(TURNS[orientation](pixels))
        width, height = (height, width) if orientation in TURNED_ASIDE else (width, height)
        notes.append(f"{'mirrored' if orientation in (2, 4) else 'rotated'} as its EXIF says")
    if not pixels.flags.writeable:  # still Pillow's own bytes, which nobody may write to
        pixels = pixels.copy()
    return Photo(pixels, tuple(notes), (width, height))


def read_file(path: Path) -> bytes:
    """Read a regular file of at most ``MAX_BYTES``; anything else (a FIFO, a device) is refused."""
    try:
        # Without O_NONBLOCK, opening a FIFO that nobody writes to would wait forever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PhotoError("not_image", f"This file cannot be opened: {reason.lower()}.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError("not_image", "This is not a regular file, so it cannot be a photo.")
        check_bytes(status.st_size)
        with open(descriptor, "rb", buffering=0, closefd=False) as file:
            return file.read(status.st_size)
    except OSError as error:
        sentence = f"This file cannot be read: {(error.strerror or str(error)).lower()}."
        raise PhotoError("not_image", sentence) from error
    finally:
        os.close(descriptor)


def check_bytes(size: int) -> None:
    """Raise ``PhotoError`` for an empty file and for one of more than ``MAX_BYTES`` bytes."""
    if size == 0:
        raise PhotoError("empty", "This file is empty: it has 0 bytes.")
    if size > MAX_BYTES:
        raise PhotoError(
            "too_large",
            f"This file has {size / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB are accepted.",
        )


def open_image(data: bytes) -> ImageFile.ImageFile:
    """Recognise the format by its first bytes, read the header and check the size in pixels."""
    check_bytes(len(data))
    name = sniff_format(data)
    if name is None:
        other = sniff_other(data)
        what = other or "not a picture"
        raise PhotoError(
            "format" if other else "not_image", f"This is {what}; expected {ACCEPTED}."
        )
    if name == "WebP" and (size := webp_size(data)) is not None:
        check_size(*size)  # before Pillow allocates the canvas
    try:
        image = FORMATS[name](io.BytesIO(data))
    except PARSER_ERRORS as error:
        raise damaged(name, data, error) from error
    check_size(*image.size)
    return image


def check_size(width: int, height: int) -> None:
    """Raise ``PhotoError`` when a photo has more pixels, or a longer side, than is accepted."""
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise PhotoError(
            "too_large",
            f"This photo has {width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} million "
            f"pixels and {MAX_SIDE} a side are accepted.",
        )


def damaged(name: str, data: bytes, error: BaseException | None) -> PhotoError:
    """Tell a file that ends too early from one whose content is broken."""
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return PhotoError("too_large", f"This {name} unpacks to more pixels than are accepted.")
    if looks_cut_off(name, data) or "truncated" in str(error).lower():
        return PhotoError("truncated", f"This {name} file ends too early: a part of it is missing.")
    return PhotoError("corrupt", f"This {name} file is damaged and cannot be decoded.")


def read_orientation(image: ImageFile.ImageFile) -> object:
    """Read the EXIF orientation of a loaded picture, 1 if it has none that can be read."""
    # Asking first is what keeps the parser away from most photos.
    if not any(key in image.info for key in EXIF_KEYS):
        return 1
    try:
        return image.getexif().get(0x0112, 1)
    except PARSER_ERRORS:
        return 1


def rgb_pixels(image: Image.Image) -> tuple[Pixels, bool]:
    """Convert a loaded picture of any mode to (H, W, 3) uint8 RGB, transparent parts on white, and
    tell whether there were such parts.

    The pixels may have a fourth channel, which means nothing, and be read-only.
    """
    filled = False
    if image.mode.startswith("I"):  # 16-bit grey: keep the high byte, as Pillow does for 16-bit RGB
        values = np.asarray(image)
        grey = (values >> 8).clip(0, 255).astype(np.uint8)
        clear = values == image.info.get("transparency", -1)
        grey[clear] = 255
        return np.repeat(grey[..., None], 3, axis=2), bool(clear.any())
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        filled = alpha.getextrema() != (255, 255)
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=alpha)
        image = paper
    return rgb_memory(image if image.mode == "RGB" else image.convert("RGB")), filled


# EXIF orientation -> how to turn the stored pixels upright (Exif 2.32, tag 0x0112)
TURNS = {
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: p[::-1].swapaxes(0, 1),
    7: lambda p: p[::-1, ::-1].swapaxes(0, 1),
    8: lambda p: p[:, ::-1].swapaxes(0, 1),
}
TURNED_ASIDE = (5, 6, 7, 8)  # those that turn width into height
