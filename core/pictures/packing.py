"""Arrays for the browser as one run of bytes: a JSON header, then the numbers as in memory.

Layout: header length (uint32, little endian), header (UTF-8), zeros up to a multiple of 8, arrays.
The header's "arrays" maps each name to its dtype, shape and offset after the zeros. The browser
reads typed arrays straight from it, at a fraction of the cost of JSON or base64.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 8


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Pack a header that JSON can hold and arrays of float32, float64, int32 or uint8."""
    table, chunks, offset = {}, [], 0
    for name, array in arrays.items():
        if array.dtype.newbyteorder("=") not in (np.float32, np.float64, np.int32, np.uint8):
            raise ValueError(f"{name} must be float32, float64, int32 or uint8, not {array.dtype}")
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        chunk = _padded(np.ascontiguousarray(little).tobytes())
        table[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": offset}
        chunks.append(chunk)
        offset += len(chunk)
    text = json.dumps({**header, "arrays": table}, separators=(",", ":"), allow_nan=False).encode()
    start = _padded(struct.pack("<I", len(text)) + text)
    return b"".join([start, *chunks])


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNMENT)
