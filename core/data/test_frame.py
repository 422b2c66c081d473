import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.conftest import JSON, examples
from core.data.decode import decode_photo
from core.data.frame import MOST_BYTES, MOST_NUMBER, MOST_SIDE, number_of, picture_of
from core.data.test_decode import encoded, textured
from core.errors import PhotoError


def sent(picture: bytes, kind: str = "jpeg") -> dict[str, object]:
    """A frame as a browser sends it."""
    address = f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
    return {"number": 7, "picture": address}


def refusal(frame: object) -> PhotoError:
    with pytest.raises(PhotoError) as refused:
        picture_of(frame)
    assert str(refused.value).endswith(".")
    return refused.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_frame_is_the_file_that_the_browser_made(kind):
    file = encoded(textured(192), kind)
    assert picture_of(sent(file, kind.lower())) == file
    assert decode_photo(picture_of(sent(file, kind.lower())), 96).pixels.shape == (96, 96, 3)


@pytest.mark.parametrize(
    "frame",
    [
        *(None, 7, "hello", [], {}, {"picture": None}, {"picture": 7}, {"picture": ["data:"]}),
        {"picture": "data:text/html;base64,PGI+"},
        {"picture": "http://192.0.2.7/cat.jpeg"},
        {"picture": "/etc/passwd"},
    ],
)
def test_what_is_no_frame_is_refused(frame):
    assert refusal(frame).code == "not_image"


def test_what_is_not_base64_is_refused():
    for coded in ("%%%", "AAA", "né", "AAAA\n"):
        assert refusal({"picture": f"data:image/png;base64,{coded}"}).code == "corrupt"


def test_the_picture_is_judged_by_its_bytes_not_by_its_address():
    assert refusal(sent(b"hello")).code == "not_image"
    assert refusal(sent(b"")).code == "empty"
    assert refusal(sent(b"%PDF-1.7")).code == "format"
    assert refusal(sent(encoded(textured(24), "GIF"))).code == "format"
    assert refusal(sent(encoded(textured(24), "JPEG")[:30])).code in ("truncated", "corrupt")


def test_a_frame_with_too_many_pixels_is_refused_before_they_are_decoded():
    largest = io.BytesIO()
    Image.new("L", (MOST_SIDE, 1)).save(largest, "PNG")
    assert picture_of(sent(largest.getvalue())) == largest.getvalue()
    for size in ((MOST_SIDE + 1, 1), (1, MOST_SIDE + 1), (20_000, 2_000)):
        bomb = io.BytesIO()
        Image.new("1", size).save(bomb, "PNG")
        assert len(bomb.getvalue()) < MOST_BYTES
        said = refusal(sent(bomb.getvalue()))
        assert said.code == "too_large"
        assert f"{size[0]} x {size[1]} pixels" in str(said)


def test_a_frame_with_too_many_bytes_is_refused():
    file = encoded(textured(24), "JPEG")
    whole = file + bytes(MOST_BYTES - len(file))
    assert picture_of(sent(whole)) == whole
    for more in (1, 2, 3, 5_000_000):
        assert refusal(sent(whole + bytes(more))).code == "too_large"


@pytest.mark.parametrize("number", [0, 7, MOST_NUMBER])
def test_a_frame_has_the_number_that_it_was_given(number):
    assert number_of({"number": number}) == number


@pytest.mark.parametrize(
    "frame",
    [
        *({"number": number} for number in (-1, MOST_NUMBER + 1, True, 1.5, "7", None, [7])),
        *(None, 7, "7", [], {}),
    ],
)
def test_a_frame_without_a_number_has_number_zero(frame):
    assert number_of(frame) == 0


@pytest.mark.parsers
@examples(200)
@given(
    frame=JSON
    | st.fixed_dictionaries(
        {"number": JSON, "picture": JSON | st.text().map("data:image/png;base64,".__add__)}
    )
)
def test_any_message_is_a_frame_or_a_sentence(frame):
    assert 0 <= number_of(frame) <= MOST_NUMBER
    refusal(frame)


@pytest.mark.parsers
@examples(200)
@given(
    place=st.integers(0, 2_000),
    piece=st.binary(max_size=40),
    kind=st.sampled_from(["JPEG", "PNG"]),
)
def test_a_damaged_frame_is_a_picture_or_a_sentence(place, piece, kind):
    file = encoded(textured(24), kind)
    damaged = file[: place % len(file)] + piece + file[place % len(file) + len(piece) :]
    outcome: PhotoError | np.ndarray
    try:
        outcome = decode_photo(picture_of(sent(damaged)), 24).pixels
    except PhotoError as error:
        outcome = error
    if isinstance(outcome, PhotoError):
        assert outcome.code in PhotoError.CODES and str(outcome).endswith(".")
    else:
        assert outcome.shape == (24, 24, 3) and outcome.dtype == np.uint8
