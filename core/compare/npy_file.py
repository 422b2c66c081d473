"""One array out of a .npy file that somebody brought: its header is checked before it is believed.

A .npy file begins with six bytes of its own, a version, and a header that says the dtype, the order
and the shape (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html); behind that
are the numbers and nothing else. Objects would come as pickle, which is never opened here.
"""

import io
from math import prod
from pathlib import Path
from typing import Final

import numpy as np
from numpy.lib import format as npy

from core.comparison.rounding import Array
from core.errors import ComparisonError
from core.wording import shape_words, spoken_size

MOST_BYTES: Final = 128 * 2**20
MOST_AXES: Final = 8
FLOATS: Final = {2: "float16", 4: "float32", 8: "float64"}
"""The dtypes that are compared, by the bytes of a number."""
MAGICS: Final = (
    (b"PK\x03\x04", "a zip, as np.savez writes it for several arrays: np.save writes one alone"),
    (b"\x89HDF", "an HDF5 file: np.save writes an array of it as .npy"),
    (b"\x80", "a file of pickle, which is not opened since it can run any program"),
)


def load_npy(path: Path) -> Array:
    """Read one array from a file; ``ComparisonError`` when it cannot be read or used."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise too_large(path.name, size)
        return read_npy(path.read_bytes(), path.name)
    except OSError as error:
        raise ComparisonError(f"{path} cannot be read: {error.strerror}.") from error


def read_npy(content: bytes, name: str) -> Array:
    """Read one array of float16, float32 or float64, in this machine's order of bytes.

    ``ComparisonError`` says what of the file cannot be used.
    """
    if len(content) > MOST_BYTES:
        raise too_large(name, len(content))
    shape, by_columns, dtype, start = read_header(content, name)
    check_dtype(dtype, name)
    if len(shape) > MOST_AXES:
        raise ComparisonError(f"{name} has {len(shape)} axes; up to {MOST_AXES} are compared.")
    if not prod(shape):
        raise ComparisonError(f"{name} is empty, {shape_words(shape)}: it has nothing to compare.")
    told, held = prod(shape) * dtype.itemsize, len(content) - start
    if told > held:
        raise ComparisonError(
            f"{name} is cut off: {shape_words(shape)} numbers of {dtype.name} take "
            f"{spoken_size(told)}, and the last {spoken_size(told - held)} are missing."
        )
    if told < held:
        raise ComparisonError(
            f"{name} holds {spoken_size(held - told)} behind its array: one file is for one array."
        )
    flat = np.frombuffer(content, dtype, offset=start)
    array = flat.reshape(shape, order="F" if by_columns else "C")
    return array.astype(dtype.newbyteorder("="), order="C")


def read_header(content: bytes, name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Return shape, whether columns come first, dtype, and where the numbers begin."""
    for magic, what in MAGICS:
        if content.startswith(magic):
            raise ComparisonError(f"{name} is {what}.")
    file = io.BytesIO(content)
    try:
        version = npy.read_magic(file)
    except ValueError as error:
        raise ComparisonError(
            f"{name} is no .npy file: it does not begin as np.save begins one."
        ) from error
    if version not in ((1, 0), (2, 0)):
        raise ComparisonError(
            f"{name} is of version {version[0]}.{version[1]} of .npy, which is not for plain "
            "numbers: 1.0 and 2.0 are."
        )
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, by_columns, dtype = read(file)
    except Exception as error:  # the header is Python's text: NumPy lets its tokenizer's through
        raise ComparisonError(f"{name} is damaged: its header cannot be read.") from error
    if not all(type(size) is int and 0 <= size < 2**63 for size in shape):
        raise ComparisonError(f"{name} is damaged: its shape is {str(shape)[:40]}.")
    return shape, by_columns, dtype, file.tell()


def check_dtype(dtype: np.dtype, name: str) -> None:
    """Raise ``ComparisonError`` for an array of anything but floating-point numbers."""
    if dtype.kind == "f" and dtype.itemsize in FLOATS:
        return
    *others, last = FLOATS.values()
    wanted = f"{', '.join(others)} or {last}"
    if dtype.hasobject:
        raise ComparisonError(
            f"{name} holds Python objects, which are pickle and are not opened: expected are "
            f"numbers of {wanted}."
        )
    raise ComparisonError(
        f"{name} holds {dtype.name}{way_out(dtype)}; expected are numbers of {wanted}."
    )


def way_out(dtype: np.dtype) -> str:
    """Say in brackets how numbers of such a dtype can be compared; nothing where they are none."""
    if dtype.str[1:] == "V2":
        return " (bfloat16 is written so: save it as float32)"
    return " (save it with .astype('float64'))" if dtype.kind in "biu" else ""


def too_large(name: str, size: int) -> ComparisonError:
    """Say that a file is too large."""
    return ComparisonError(
        f"{name} has {spoken_size(size)}; up to {spoken_size(MOST_BYTES)} are compared."
    )
