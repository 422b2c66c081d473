import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.conftest import examples
from core.data.decode import decode_photo
from core.data.test_decode import FORMATS, code_of, encoded, quarters, textured
from core.errors import PhotoError


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_anywhere_is_truncated_never_half_grey(kind):
    data = encoded(textured(48), kind)
    for end in (*range(16, len(data) - 20, 61), len(data) - 20, len(data) - 3):
        if kind == "BMP" and end < 54:  # too short even for its header
            continue
        assert code_of(data[:end]) in {"truncated"} | ({"corrupt"} if kind == "GIF" else set())


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_ends_in_zeros_is_truncated(progressive):
    data = encoded(textured(200), "JPEG", progressive=progressive)
    half = len(data) // 2
    assert code_of(data[:half] + bytes(len(data) - half)) == "truncated"


def test_a_jpeg_with_bytes_after_its_end_is_fine():
    data = encoded(quarters(), "JPEG")
    assert np.array_equal(decode_photo(data + bytes(500)).pixels, decode_photo(data).pixels)


def survives(data: bytes) -> None:
    """Decoding gives pixels or a ``PhotoError``, nothing else."""
    outcome: PhotoError | np.ndarray
    try:
        outcome = decode_photo(data, 24).pixels
    except PhotoError as error:
        outcome = error
    if isinstance(outcome, PhotoError):
        assert outcome.code in PhotoError.CODES
    else:
        assert outcome.shape == (24, 24, 3) and outcome.dtype == np.uint8


MAGIC = st.sampled_from(
    [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8 ", b"BM", b""]
)
SAMPLES = [
    *(encoded(textured(24), kind) for kind in FORMATS),
    encoded(textured(24), "JPEG", progressive=True, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
    encoded(Image.fromarray(textured(24)).quantize(16), "PNG", transparency=0),
    encoded(
        Image.fromarray(textured(24)),
        "PNG",
        save_all=True,
        append_images=[Image.fromarray(quarters(24, 24))],
    ),
    encoded(
        Image.fromarray(textured(24)),
        "GIF",
        save_all=True,
        append_images=[Image.fromarray(quarters(24, 24))],
    ),
]


@pytest.mark.parsers
@examples(150)
@given(MAGIC, st.binary(max_size=200))
def test_no_bytes_crash_it(magic, rest):
    survives(magic + rest)


@pytest.mark.parsers
@examples(300)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
def test_no_damage_to_a_photo_crashes_it(sample, seed):
    chance = random.Random(seed)
    data = bytearray(sample)
    for _ in range(chance.choice((1, 2, 8, 40))):
        data[chance.randrange(len(data) if chance.random() < 0.5 else min(120, len(data)))] = (
            chance.randrange(256)
        )
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    if chance.random() < 0.2:
        place = chance.randrange(len(data) + 1)
        data[place:place] = chance.randbytes(chance.randrange(40))
    survives(bytes(data))


def test_damage_is_not_remarked_on_stderr(capfd):
    chance = random.Random(3)
    for _ in range(60):
        data = bytearray(chance.choice(SAMPLES[:2]))
        for _ in range(5):
            data[chance.randrange(200, len(data))] = chance.randrange(256)
        survives(bytes(data))
    captured = capfd.readouterr()
    assert captured.err == "" and captured.out == ""
