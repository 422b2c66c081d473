"""Each guard against a crafted zip."""

import stat
import zipfile
import zlib
from pathlib import Path

import pytest

from core.data.zips import listing, names
from core.data.zips.conftest import (
    CHECK_SUM,
    FLAGS,
    METHOD,
    OFFSET,
    PACKED,
    SIZE,
    make_zip,
    patched,
    photos_in,
    picture,
    unpack_bytes,
)
from core.data.zips.store import MAX_PHOTO_BYTES
from core.errors import ArchiveError

GOOD = photos_in()


def refusal(data: bytes, into: Path, largest: int = MAX_PHOTO_BYTES) -> ArchiveError:
    """Return why a zip is refused; nothing may have been written outside ``into``."""
    with pytest.raises(ArchiveError) as caught:
        unpack_bytes(data, into, largest)
    outside = into.parent.parent
    assert [path for path in outside.rglob("*") if not path.is_relative_to(into.parent)] == []
    assert list(into.parent.iterdir()) == [into]
    assert str(caught.value).startswith("pets.zip cannot be used: ")
    return caught.value


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.png", "leads out of the zip"),
        ("cats/../../evil.png", "leads out of the zip"),
        ("cats/..", "leads out of the zip"),
        ("__MACOSX/../../evil.png", "leads out of the zip"),
        ("/tmp/evil.png", "a place on the whole disk"),
        ("//host/evil.png", "a place on the whole disk"),
        ("..\\evil.png", "backslash"),
        ("cats\\1.png", "backslash"),
        ("C:evil.png", "names a drive"),
        ("C:/evil.png", "names a drive"),
        ("cats/c:1.png", "names a drive"),
        ("cats/1.png\0.txt", "NUL"),
        ("cats/" + "x" * 256, "more than 255 bytes"),
        ("cats/" + "ä" * 128, "more than 255 bytes"),
        ("/".join(["x" * 200] * 6), "1000 in all"),
        ("a/" * 40 + "1.png", "more than 32 folders deep"),
    ],
)
def test_a_path_that_leads_elsewhere(name, reason, into):
    error = refusal(make_zip(GOOD | {name: picture()}), into)
    assert error.code == "path" and reason in str(error)
    assert name[:8].replace("\0", "\N{REPLACEMENT CHARACTER}") in str(error)
    assert list(into.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (stat.S_IFLNK | 0o777, "is a link"),
        (stat.S_IFIFO | 0o644, "a device or a pipe"),
        (stat.S_IFCHR | 0o644, "a device or a pipe"),
    ],
)
@pytest.mark.parametrize("name", ["cats/9.png", "cats/", "inner.zip"])
def test_links_and_devices(mode, reason, name, into):
    error = refusal(make_zip({name: b"/etc/passwd" * (name[-1] != "/")}, mode=mode), into)
    assert error.code == "link" and reason in str(error) and name in str(error)


def test_too_many_entries_are_counted_before_they_are_objects(into, monkeypatch):
    data = make_zip({f"{number}.png": b"" for number in range(6)})
    monkeypatch.setattr(listing, "MAX_ENTRIES", 5)
    monkeypatch.setattr(zipfile, "ZipInfo", lambda *_: pytest.fail("an object was made"))
    error = refusal(data, into)
    assert error.code == "too_many" and "more than 5 files and folders" in str(error)


def test_fifty_thousand_are_the_most():
    assert listing.MAX_ENTRIES == 50_000


def test_folders_count_too(into, monkeypatch):
    monkeypatch.setattr(listing, "MAX_ENTRIES", 5)
    assert refusal(make_zip({"a/b/c/d/1.png": b"", "e/2.png": b""}), into).code == "too_many"
    unpack_bytes(make_zip({"a/b/c/1.png": picture()}), into)


def test_a_list_of_entries_that_is_too_long_is_not_read(into, monkeypatch):
    monkeypatch.setattr(listing, "MAX_LIST_BYTES", 200)
    assert refusal(make_zip(GOOD), into).code == "too_many"


def test_too_large_together(into, monkeypatch):
    monkeypatch.setattr(listing, "MAX_TOTAL_BYTES", 3000)
    error = refusal(make_zip(GOOD | {"1.txt": bytes(3000)}), into)
    assert error.code == "too_large" and "together" in str(error)
    assert list(into.iterdir()) == []


def test_one_too_large(into):
    error = refusal(make_zip(GOOD | {"cats/big.bmp": bytes(2001)}), into, largest=2000)
    assert error.code == "too_large" and "cats/big.bmp" in str(error)


def test_a_bomb(into):
    data = make_zip(GOOD | {"cats/flat.bmp": bytes(5_000_000)}, zipfile.ZIP_DEFLATED)
    assert len(data) < 20_000
    error = refusal(data, into)
    assert error.code == "too_large" and "times its size" in str(error)
    assert list(into.iterdir()) == []


def test_a_small_flat_picture_is_no_bomb(into):
    unpack_bytes(make_zip({"flat.bmp": bytes(900_000), "1.png": picture()}, 8), into)
    assert (into / "flat.bmp").stat().st_size == 900_000


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("change", [-300, -1, 1, 5000])
def test_a_size_that_lies(method, change, into):
    size = len(GOOD["cats/0.png"])
    error = refusal(patched(make_zip(GOOD, method), 0, *SIZE, size + change), into)
    assert error.code == "corrupt" and "cats/0.png" in str(error)
    assert f"says that it has {size + change:,} bytes" in str(error)
    assert sum(path.stat().st_size for path in into.rglob("*.png")) <= size + max(change, 0)


def test_a_size_that_lies_with_a_check_sum_that_fits(into):
    # zipfile itself hands out the first thousand zeros and finds nothing wrong.
    data = make_zip(GOOD | {"zeros": bytes(900_000)}, zipfile.ZIP_DEFLATED)
    data = patched(patched(data, 6, *SIZE, 1000), 6, *CHECK_SUM, zlib.crc32(bytes(1000)))
    error = refusal(data, into)
    assert error.code == "corrupt" and "has more" in str(error)
    assert (into / "zeros").stat().st_size <= 1000


def test_entries_that_overlap(into):
    data = make_zip(GOOD)
    second = data.index(b"PK\3\4", 10)
    for number, offset in ((1, 0), (0, second), (2, second + 5), (5, len(data) - 80)):
        error = refusal(patched(data, number, *OFFSET, offset), into)
        assert error.code == "corrupt" and "overlaps" in str(error)
    error = refusal(patched(data, 0, *PACKED, second), into)
    assert error.code == "corrupt" and "overlaps" in str(error)


def test_encryption(into):
    for flag in (0x1, 0x40, 0x2000):
        error = refusal(patched(make_zip(GOOD), 2, *FLAGS, flag), into)
        assert error.code == "encrypted" and "cats/2.png" in str(error)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_whose_output_cannot_be_bounded(method, into):
    assert "compressed by method" in str(refusal(make_zip(GOOD, method), into))


def test_unknown_methods(into):
    for method in (1, 9, 93, 99):
        error = refusal(patched(make_zip(GOOD), 0, *METHOD, method), into)
        assert error.code == "corrupt" and f"method {method};" in str(error)


def test_a_check_sum_that_does_not_fit(into):
    data = make_zip(GOOD)
    place = data.index(GOOD["dogs/1.png"]) + 100
    damaged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    error = refusal(damaged, into)
    assert error.code == "corrupt" and "dogs/1.png" in str(error) and "damaged" in str(error)


def test_names_that_are_not_utf8():
    odd = make_zip({"caf\xe9.png": picture()})  # the flag for UTF-8 is set
    name = "caf\xe9".encode()
    with pytest.raises(ArchiveError) as caught:
        unpack_bytes(odd.replace(name, b"caf\xff\xfe"), Path("unused"))
    assert caught.value.code == "corrupt" and "says it is UTF-8" in str(caught.value)
    assert "caf" in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "shown"), [("é".encode(), "é"), (b"\x82x", "éx"), (b"\xff\xfe", "\xa0■")]
)
def test_names_without_a_flag_are_utf8_or_else_code_page_437(raw, shown, into):
    stand_in = b"~" * len(raw)
    data = make_zip({stand_in.decode() + ".png": picture()}).replace(stand_in, raw)
    unpack_bytes(data, into)
    assert [path.name for path in into.iterdir()] == [f"{shown}.png"]


def test_a_name_that_the_system_cannot_write(into, monkeypatch):
    monkeypatch.setattr(names.os, "fsencode", lambda name: name.encode("ascii"))
    error = refusal(make_zip({"kätzchen.png": picture()}), into)
    assert error.code == "path" and "file names cannot have here" in str(error)


def test_a_name_that_the_disk_cannot_tell_from_another(into):
    (into / "1.png").write_bytes(b"as where large and small letters are alike")
    with pytest.raises(ArchiveError, match="cannot tell from another") as caught:
        unpack_bytes(make_zip({"1.png": picture()}), into)
    assert caught.value.code == "path"


def test_names_that_are_there_twice(into):
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = make_zip_twice("cats/1.png")
    error = refusal(data, into)
    assert error.code == "corrupt" and "is there twice" in str(error)
    error = refusal(make_zip({"cats/1.png": b"", "cats//./1.png": b""}), into)
    assert error.code == "corrupt" and "is there twice" in str(error)
    error = refusal(make_zip({"cats": b"", "cats/1.png": b""}), into)
    assert error.code == "corrupt" and "a file and a folder" in str(error)


def make_zip_twice(name: str) -> bytes:
    return make_zip(Twice(name))


class Twice(dict[str, bytes]):
    """A mapping that says one name twice."""

    def __init__(self, name: str) -> None:
        super().__init__({name: picture()})

    def items(self):
        return [*super().items(), *super().items()]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no zip"),
        (b"hello, world", "no zip"),
        (picture(), "a PNG picture"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "a 7z archive"),
        (b"Rar!\x1a\7\1\0" + bytes(40), "a RAR archive"),
    ],
)
def test_what_is_no_zip(data, what, into):
    error = refusal(data, into)
    assert error.code == "not_zip" and f"it is {what};" in str(error)


def test_a_zip_that_broke_off(into):
    data = make_zip(GOOD)
    for end in (len(data) // 2, len(data) - 10):
        error = refusal(data[:end], into)
        assert error.code == "corrupt" and "download broke off" in str(error)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "it is empty"),
        ({"cats/": b"", "dogs/": b""}, "it is empty"),
        ({"__MACOSX/1.png": picture(), ".DS_Store": b"1"}, "it is empty"),
        ({"readme.txt": b"hello"}, "only readme.txt;"),
        ({"1.txt": b"hello", "2.tif": b"II*\0"}, "only 1.txt and 1 more;"),
        ({"cats.zip": b"PK", "dogs.zip": b"PK"}, "other archives, cats.zip and dogs.zip; unpack"),
        ({"cats.tar.gz": b""}, "another archive, cats.tar.gz; unpack that"),
    ],
)
def test_a_zip_without_pictures(files, sentence, into):
    error = refusal(make_zip(files), into)
    assert error.code == "no_images" and sentence in str(error)


def test_clutter_is_passed_over_and_archives_are_left_out(into):
    clutter = {"__MACOSX/cats/._1.png": b"", "cats/.DS_Store": b"", "dogs/Thumbs.db": b""}
    data = make_zip(GOOD | clutter | {"old/cats.zip": make_zip(GOOD), "cats/": b""})
    unpack_bytes(data, into)
    files = {str(path.relative_to(into)): path.read_bytes() for path in into.rglob("*.*")}
    assert files == GOOD
