"""Pillow's own pixel memory as an array, without a copy.

``numpy.asarray(image)`` packs the pixels into pieces of bytes and joins them, which for a photo
takes almost as long as decoding its JPEG. Pillow also offers its memory through the Arrow C data
interface, https://arrow.apache.org/docs/format/CDataInterface.html, which needs no further package.
"""

import ctypes

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class ArrowArray(ctypes.Structure):
    """The struct of that name in the Arrow C data interface."""


ArrowArray._fields_ = [
    *((name, ctypes.c_int64) for name in ("length", "null_count", "offset")),
    *((name, ctypes.c_int64) for name in ("n_buffers", "n_children")),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(ArrowArray))),
    *((name, ctypes.c_void_p) for name in ("dictionary", "release", "private_data")),
]
capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
capsule_pointer.restype = ctypes.c_void_p
capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


class Borrowed:
    """What NumPy reads an array from; the array keeps it, and it keeps the image."""

    def __init__(self, image: Image.Image, address: int) -> None:
        self.image = image
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": (image.height, image.width, 4),
            "data": (address, True),
        }


def rgb_memory(image: Image.Image) -> NDArray[np.uint8]:
    """Return the pixels of an RGB image, read-only: (H, W, 4), of which the last channel is idle.

    An image of more than about 4 million pixels lies in several pieces and is copied to (H, W, 3).
    """
    try:
        _, capsule = image.__arrow_c_array__()
    except ValueError:
        return np.asarray(image)
    pixels = ArrowArray.from_address(capsule_pointer(capsule, b"arrow_array"))
    channels = pixels.children[0].contents  # four bytes to a pixel
    address = channels.buffers[1]  # the first buffer would say which bytes are missing
    if (channels.length, channels.offset, pixels.offset) != (image.width * image.height * 4, 0, 0):
        return np.asarray(image)
    return np.asarray(Borrowed(image, address))
