import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DataError
from core.typed_path import missing, typed_path

posix = pytest.mark.skipif(os.name == "nt", reason="paths of another system")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "my photos"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize(
    "typed",
    [
        "{}",
        "  {} \n",
        "'{}'",
        '"{}"',
        ' "{}" ',
        "' {} '",
        "“{}”",
        "\u202a{}\u202c",
        "{}/",
        "~/my photos",
        "'~/my photos'",
        "my photos",
        "./my photos",
        "file://{}",
        "file://localhost{}",
        "file:{}",
        "FILE://{}",
        "file:///{escaped}",
        '"file:///{escaped}"',
        pytest.param("~/my\\ photos", marks=posix),
    ],
)
def test_every_way_to_write_a_path_is_understood(home, typed):
    escaped = str(home).replace(" ", "%20").lstrip("/")
    assert typed_path(typed.format(home, escaped=escaped)) == home


@posix
@pytest.mark.parametrize("name", ["'quoted'", " blank ", "file:x", "a\\ b", "~", "100%25"])
def test_what_is_there_exactly_as_typed_comes_first(tmp_path, monkeypatch, name):
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert typed_path(name) == tmp_path / name
    assert typed_path(str(tmp_path / name)) == tmp_path / name


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("a\0b", "NUL character"),
        ("file:///a%00b", "NUL character"),
        ("https://example.org/pets.zip", "an address on the web; download"),
        ("'http://example.org'", "an address on the web; download"),
        ("file://server/share/pets", "on another computer, server;"),
        ("file://[bad", "not an address that can be understood"),
        pytest.param(r"C:\Users\me\pets", "a path of Windows", marks=posix),
        pytest.param('"D:/pets"', "a path of Windows", marks=posix),
        pytest.param(r"\\server\pets", "a path of Windows", marks=posix),
    ],
)
def test_what_can_be_no_path_here_is_told(typed, sentence):
    with pytest.raises(DataError, match=sentence):
        typed_path(typed)


def test_missing_names_the_nearest_folder_that_exists(home):
    (home / "file.txt").write_text("")
    said = missing(home / "a" / "b" / "c.zip", "zip")
    assert said == f"There is no zip {home}/a/b/c.zip; the nearest folder that exists is {home}."
    assert missing(home / "file.txt" / "x").endswith(f"exists is {home}.")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=30))
def test_any_text_is_an_absolute_path_or_a_sentence(text):
    try:
        path = typed_path(text)
    except DataError as error:
        assert str(error).endswith(".")  # noqa: PT017
    else:
        assert path.is_absolute() and typed_path(str(path)) == path
