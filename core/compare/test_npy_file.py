import io
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from core.compare import npy_file
from core.compare.npy_file import load_npy, read_npy
from core.conftest import examples
from core.errors import ComparisonError


def written(array, **options) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


@st.composite
def floats(draw):
    """Draw arrays of every dtype, order of bytes and order of axes that are read."""
    dtype = np.dtype(draw(st.sampled_from(["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"])))
    array = draw(arrays(dtype, array_shapes(min_dims=0, max_dims=5, max_side=4)))
    return np.asfortranarray(array) if draw(st.booleans()) else array


@examples(100)
@given(floats())
def test_what_is_saved_is_read(array):
    read = read_npy(written(array), "a.npy")
    assert read.shape == array.shape and read.dtype == array.dtype.newbyteorder("=")
    assert read.dtype.isnative and read.flags.c_contiguous
    np.testing.assert_array_equal(read, array)


@pytest.mark.parsers
@examples(300)
@given(floats(), st.integers(0, 2**32), st.integers(1, 12))
def test_a_damaged_file_is_a_sentence_or_an_array(array, seed, changes):
    content, chance = bytearray(written(array)), random.Random(seed)
    for _ in range(changes):
        where = chance.randrange(min(len(content), 128) if chance.random() < 0.8 else len(content))
        content[where] = chance.choice([chance.randrange(256), *b"0123456789(),'fO|<>{}L-"])
    content = content[: chance.randrange(len(content) + 1)] if chance.random() < 0.3 else content
    said = ""
    try:
        read = read_npy(bytes(content), "a.npy")
    except ComparisonError as error:
        said = str(error)
    else:
        assert read.dtype.name in ("float16", "float32", "float64")
    assert not said or (said.endswith(".") and said.startswith("a.npy "))


def header(text: str) -> bytes:
    """Return a file whose header says anything, with 8 bytes of numbers."""
    body = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(body).to_bytes(2, "little") + body + bytes(8)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "a.npy is no .npy file: it does not begin as np.save begins one."),
        (b"PK\x03\x04...", "is a zip, as np.savez writes it for several arrays"),
        (b"\x80\x04K\x01.", "is a file of pickle, which is not opened"),
        (b"\x93NUMPY\x03\x00", "is of version 3.0 of .npy"),
        (header("{'descr': '<f4', 'fortran_order': False}"), "its header cannot be read"),
        (header("__import__('os').system('true')"), "its header cannot be read"),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}"),
            "its shape is (-2,).",
        ),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}"),
            "is cut off: 99999999999 numbers of float32 take 400.0 GB, and the last",
        ),
        (
            written(np.ones((2, 128), np.float32))[:-7],
            "2 x 128 numbers of float32 take 1.0 kB, and the last 7 bytes are missing.",
        ),
        (written(np.ones((0, 3))), "is empty, 0 x 3: it has nothing to compare."),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}"),
            "holds 4 bytes behind its array",
        ),
        (
            header(
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 2, 1)}"
            ),
            "has 9 axes; up to 8 are compared",
        ),
        (written(np.arange(3)), "holds int64 (save it with .astype('float64')); expected are"),
        (written(np.ones(2, complex)), "holds complex128; expected"),
        (written(np.zeros(2, "V2")), "(bfloat16 is written so: save it as float32)"),
        (
            written(np.array([{}], object), allow_pickle=True),
            "holds Python objects, which are pickle and are not opened",
        ),
    ],
)
def test_what_cannot_be_used_is_a_sentence(content, sentence):
    with pytest.raises(ComparisonError) as caught:
        read_npy(content, "a.npy")
    said = str(caught.value)
    for part in sentence.split("..."):
        assert part in said, said


def test_too_large_a_file_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "big.npy"
    path.write_bytes(written(np.zeros(100)))
    monkeypatch.setattr(npy_file, "MOST_BYTES", 500)
    with pytest.raises(ComparisonError, match=r"big\.npy has 928 bytes; up to 500 bytes"):
        load_npy(path)
    with pytest.raises(ComparisonError, match="928 bytes"):
        read_npy(path.read_bytes(), "big.npy")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(ComparisonError, match=r"no\.npy cannot be read: No such file"):
        load_npy(tmp_path / "no.npy")
    with pytest.raises(ComparisonError, match="cannot be read: Is a directory"):
        load_npy(tmp_path)
