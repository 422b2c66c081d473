import os

import pytest

from core.data.typed_source import typed_source
from core.data.zips.conftest import make_zip, photos_in
from core.errors import DataError


def test_what_is_understood_is_one_absolute_path(photos, tmp_path, monkeypatch):
    path = tmp_path / "pets.zip"
    path.write_bytes(make_zip(photos_in()))
    monkeypatch.chdir(tmp_path)
    assert typed_source(" drawn ") == "drawn"
    for typed in (str(photos), "photos", "./photos/", "'photos'", f"file://{photos}"):
        assert typed_source(typed) == str(photos)
    for typed in (str(path), "pets.zip", '"pets.zip"', f"file://{path}"):
        assert typed_source(typed) == str(path)
    assert typed_source(typed_source("photos")) == str(photos)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("photos/dogs", "There is no folder or zip .*/photos/dogs; the nearest .* is .*/photos."),
        ("gone/pets.zip", "There is no zip .*/gone/pets.zip; the nearest folder"),
        ("photos/readme.txt", "a file that is no zip; expected is a folder .*, perhaps .*/photos"),
        (
            "photos/training_set/cats/cat.0.jpg",
            "is a single photo; expected is a folder .*, perhaps .*/photos.$",
        ),
        ("pets.7z", "is a 7z archive; unpack it and give the folder"),
        ("pets.tar.gz", "is a gzip archive; unpack it"),
        ("photos/picture.tif", "is a TIFF picture; expected is a folder"),
        ("https://example.org/pets.zip", "an address on the web"),
        ("x" * 5000, "cannot be read: File name too long"),
    ],
)
def test_what_is_wrong_is_one_sentence_that_fits(photos, tmp_path, monkeypatch, typed, sentence):
    (photos / "readme.txt").write_text("hello")
    (photos / "picture.tif").write_bytes(b"II*\0")
    (tmp_path / "pets.7z").write_bytes(b"7z\xbc\xaf\x27\x1c")
    (tmp_path / "pets.tar.gz").write_bytes(b"\x1f\x8b")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=sentence) as caught:
        typed_source(typed)
    assert str(caught.value).count(". ") == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_told_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="a device or a pipe"):
        typed_source(str(tmp_path / "pipe"))
