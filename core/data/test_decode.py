import io
import os
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from core.data.decode import FILLED, MAX_BYTES, decode_photo
from core.errors import PhotoError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
QUARTERS = ((200, 30, 30), (30, 200, 30), (30, 30, 200), (220, 220, 60))


def quarters(height: int = 40, width: int = 60) -> np.ndarray:
    """A picture whose four quarters have four colours, so that every turn shows."""
    pixels = np.zeros((height, width, 3), np.uint8)
    middle, centre = height // 2, width // 2
    pixels[:middle, :centre], pixels[:middle, centre:] = QUARTERS[:2]
    pixels[middle:, :centre], pixels[middle:, centre:] = QUARTERS[2:]
    return pixels


def encoded(picture: np.ndarray | Image.Image, kind: str = "PNG", **options: object) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def textured(side: int = 64) -> np.ndarray:
    noise = np.random.default_rng(5).integers(0, 256, (side // 4, side // 4, 3), dtype=np.uint8)
    return cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)


def code_of(source) -> str:
    with pytest.raises(PhotoError) as caught:
        decode_photo(source, 32)
    sentence = str(caught.value)
    assert sentence == str(caught.value)
    assert sentence[0].isupper() and sentence.endswith(".") and "\n" not in sentence
    return caught.value.code


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_its_pixels_in_rgb(kind):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    photo = decode_photo(encoded(quarters(), kind, **options))
    assert photo.pixels.shape == (40, 60, 3) and photo.pixels.dtype == np.uint8
    assert photo.notes == ()
    for (row, column), colour in zip(((5, 5), (5, 50), (35, 5), (35, 50)), QUARTERS, strict=True):
        assert np.abs(photo.pixels[row, column].astype(int) - colour).max() < 20


@pytest.mark.parametrize("kind", FORMATS)
def test_a_path_gives_the_same_pixels_as_its_bytes(kind, tmp_path):
    data = encoded(textured(), kind)
    path = tmp_path / "photo.any"
    path.write_bytes(data)
    from_path, from_bytes = decode_photo(path, 48), decode_photo(data, 48)
    assert np.array_equal(from_path.pixels, from_bytes.pixels)
    assert from_path.pixels.shape == (48, 48, 3)


STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda upright: upright.transpose(Image.Transpose.ROTATE_180),
    4: lambda upright: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda upright: upright.transpose(Image.Transpose.TRANSPOSE),
    6: lambda upright: upright.transpose(Image.Transpose.ROTATE_90),
    7: lambda upright: upright.transpose(Image.Transpose.TRANSVERSE),
    8: lambda upright: upright.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_turns_the_photo_upright(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = STORED[orientation](Image.fromarray(quarters()))
    photo = decode_photo(encoded(stored, kind, exif=exif))
    assert photo.pixels.shape == (40, 60, 3)
    assert np.abs(photo.pixels.astype(int) - quarters()).mean() < 6
    notes = {1: (), 2: ("mirrored as its EXIF says",), 4: ("mirrored as its EXIF says",)}
    assert photo.notes == notes.get(orientation, ("rotated as its EXIF says",))
    square = decode_photo(encoded(stored, kind, exif=exif), 20).pixels
    assert np.abs(square.astype(int) - decode_photo(encoded(quarters()), 20).pixels).mean() < 8


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # as core.data.decode sets it for programs
def test_a_broken_exif_does_not_cost_the_photo():
    for exif in (b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0no TIFF header at all"):
        photo = decode_photo(encoded(quarters(), "JPEG", exif=exif))
        assert np.abs(photo.pixels.astype(int) - quarters()).mean() < 6


def test_transparent_parts_lie_on_white():
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[..., 0] = 255
    rgba[:4, :, 3], rgba[4:, :, 3] = 0, 128
    pixels = decode_photo(encoded(rgba)).pixels
    assert (pixels[:4] == 255).all()
    assert np.abs(pixels[4:].astype(int) - (255, 127, 127)).max() <= 1


@pytest.mark.parametrize(
    "picture",
    [
        Image.fromarray(quarters()).convert("P"),
        Image.fromarray(quarters()).quantize(16),
        Image.merge("LA", (Image.new("L", (60, 40), 90), Image.new("L", (60, 40), 0))),
        Image.new("1", (60, 40), 1),
    ],
)
def test_other_modes_of_png_become_rgb(picture):
    expected = np.asarray(picture.convert("RGB"))
    if picture.mode == "LA":
        expected = np.full((40, 60, 3), 255)
    assert np.array_equal(decode_photo(encoded(picture)).pixels, expected)


def test_transparency_named_by_colour_is_white_too():
    grey = Image.fromarray(np.array([[10, 20], [30, 10]], np.uint8))
    assert decode_photo(encoded(grey, transparency=10)).pixels[..., 0].tolist() == [
        [255, 20],
        [30, 255],
    ]
    palette = Image.fromarray(quarters()).quantize(4)
    clear = decode_photo(encoded(palette, transparency=bytes([0, 255, 255, 255]))).pixels
    assert (clear == 255).all(axis=2).sum() == 600


def test_grey_and_cmyk_jpegs_become_rgb():
    grey = decode_photo(encoded(Image.new("L", (30, 20), 77), "JPEG")).pixels
    assert grey.shape == (20, 30, 3) and (np.abs(grey.astype(int) - 77) <= 1).all()
    cmyk = decode_photo(encoded(Image.fromarray(quarters()).convert("CMYK"), "JPEG")).pixels
    assert np.abs(cmyk.astype(int) - quarters()).mean() < 12


def test_sixteen_bits_are_scaled_not_cut():
    values = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    grey = cv2.imencode(".png", values)[1].tobytes()
    assert np.abs(decode_photo(grey).pixels[..., 1].astype(int) - values // 257).max() <= 1
    colour = np.stack((values, values // 2, values // 4), axis=2)
    encoded_colour = cv2.imencode(".png", colour[..., ::-1])[1].tobytes()
    assert np.abs(decode_photo(encoded_colour).pixels.astype(int) - colour // 257).max() <= 1


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_used_and_said(kind):
    frames = [Image.new("RGB", (20, 10), colour) for colour in QUARTERS]
    photo = decode_photo(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert np.abs(photo.pixels.astype(int) - QUARTERS[0]).max() < 20
    assert photo.notes == ("only its first frame is used",)


@pytest.mark.parametrize("side", [100, 447, 448, 900])
def test_a_large_jpeg_decoded_at_a_fraction_looks_the_same(side):
    picture = textured(side)
    whole = decode_photo(encoded(picture, "PNG"), 224).pixels.astype(int)
    jpeg = decode_photo(encoded(picture, "JPEG", quality=98, subsampling=0), 224).pixels
    assert np.abs(jpeg - whole).mean() < 3


def forged(kind: str, width: int, height: int) -> bytes:
    """A small file whose header announces a picture of this size."""
    data = bytearray(encoded(textured(32), kind))
    if kind == "PNG":
        data[16:24] = struct.pack(">II", width, height)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif kind == "GIF":
        data[6:10] = struct.pack("<HH", width, height)
    elif kind == "BMP":
        data[18:26] = struct.pack("<ii", width, height)
    elif kind == "WEBP":
        data[26:30] = struct.pack("<HH", width, height)
    else:
        start = data.index(b"\xff\xc0")
        data[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("size", [(16000, 16000), (6400, 6400), (30000, 2)])
def test_too_many_pixels_are_refused_before_they_are_decoded(kind, size):
    if kind == "WEBP" and max(size) > 16383:
        pytest.skip("WebP cannot say so much")
    assert code_of(forged(kind, *size)) == "too_large"


def test_the_sentence_says_what_came_and_what_was_expected():
    with pytest.raises(PhotoError, match="6400 x 6400 pixels; at most 40 million"):
        decode_photo(forged("PNG", 6400, 6400))
    with pytest.raises(PhotoError, match=r"25\.0 MB; at most 25 MB"):
        decode_photo(b"\xff\xd8\xff" + bytes(MAX_BYTES))
    with pytest.raises(PhotoError, match="a TIFF picture; expected JPEG, PNG, WebP, BMP or GIF"):
        decode_photo(encoded(quarters(), "TIFF"))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        *(
            (b"P%d\n# by hand\n4 4\n255\n" % kind, f"a {name} picture")
            for kind, name in (
                *((1, "PBM"), (2, "PGM"), (3, "PPM"), (4, "PBM"), (5, "PGM"), (6, "PPM")),
            )
        ),
        (b"P7\nWIDTH 4\n", "a PAM picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "an EPS picture or other PostScript"),
        (b"\xc5\xd0\xd3\xc6" + bytes(28), "an EPS picture"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "a HEIC picture"),
        (b"\0\0\0\x18ftypheix" + bytes(40), "a HEIC picture"),
        (b"\0\0\0\x18ftypavif" + bytes(40), "an AVIF picture"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "a video"),
        (b"II*\0" + bytes(40), "a TIFF picture"),
        (b"8BPS\0\1" + bytes(40), "a PSD picture of Photoshop"),
        (b"<?xml version='1.0'?><svg/>", "an SVG picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PK\3\4" + bytes(40), "a zip archive"),
    ],
)
def test_other_formats_are_named_whatever_the_file_is_called(tmp_path, data, what):
    (tmp_path / "photo.jpg").write_bytes(data)
    with pytest.raises(PhotoError) as caught:
        decode_photo(tmp_path / "photo.jpg")
    assert caught.value.code == "format"
    assert str(caught.value) == f"This is {what}; expected JPEG, PNG, WebP, BMP or GIF."


@pytest.mark.parametrize("kind", ["PPM", "EPS", "TIFF", "TGA", "ICO"])
def test_files_of_other_formats_are_not_decoded(kind):
    with pytest.raises(PhotoError, match=r"expected JPEG, PNG, WebP, BMP or GIF\.") as caught:
        decode_photo(encoded(quarters(), kind))
    named = {"EPS": "an EPS picture", "ICO": "an icon"}.get(kind, f"a {kind} picture")
    assert caught.value.code == "format" and f"This is {named}" in str(caught.value)


@pytest.mark.parametrize("text", [b"P6", b"P3 apples", b"P9\n4 4\n", b"P6" + b" " * 5000, b"PS"])
def test_texts_that_begin_like_a_picture_are_none(text):
    assert code_of(text) == "not_image"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_shines_through_is_filled_with_white_and_noted(kind):
    picture = Image.fromarray(quarters()).convert("RGBA")
    assert decode_photo(encoded(picture, kind)).notes == ()
    picture.putpixel((0, 0), (10, 20, 30, 90))
    assert decode_photo(encoded(picture, kind)).notes == (FILLED,)


def test_one_transparent_colour_is_noted_where_it_is_there():
    grey = Image.fromarray(quarters()).convert("L")
    here = grey.getpixel((0, 0))
    assert decode_photo(encoded(grey, "PNG", transparency=here)).notes == (FILLED,)
    unused = next(value for value in range(256) if value not in np.asarray(grey))
    assert decode_photo(encoded(grey, "PNG", transparency=unused)).notes == ()
    deep = Image.fromarray(np.full((8, 8), 5000, np.uint16))
    assert decode_photo(encoded(deep, "PNG", transparency=5000)).notes == (FILLED,)
    assert decode_photo(encoded(deep, "PNG", transparency=1)).notes == ()


def test_the_codes(tmp_path):
    assert code_of(b"") == "empty"
    assert code_of(b"hello, world") == "not_image"
    assert code_of(b"BMW is a make of car, not a picture") == "not_image"
    assert code_of(encoded(quarters(), "TIFF")) == "format"
    assert code_of(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>") == "format"
    assert code_of(b"\0\0\0\x18ftypheic" + bytes(40)) == "format"
    broken = bytearray(encoded(textured(), "PNG"))
    broken[len(broken) // 2] ^= 0xFF
    assert code_of(bytes(broken)) == "corrupt"
    assert code_of(tmp_path) == "not_image"
    assert code_of(tmp_path / "missing.jpg") == "not_image"
    assert code_of(tmp_path / "nul\0byte.jpg") == "not_image"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "photo.jpg")
    assert code_of(tmp_path / "photo.jpg") == "not_image"


def test_a_huge_file_is_refused_by_its_size_alone(tmp_path):
    path = tmp_path / "huge.jpg"
    with open(path, "wb") as file:
        file.truncate(40 * 2**30)  # no blocks on the disk
    assert code_of(path) == "too_large"
