"""Zips made by hand, good ones and crafted ones."""

import io
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image

from core.data.drawn import draw_pet
from core.data.zips import store
from core.data.zips import unpack as unpacking
from core.data.zips.listing import list_entries, open_zip
from core.data.zips.store import MAX_PHOTO_BYTES
from core.data.zips.unpack import unpack


@lru_cache
def picture(kind: str = "cat", number: int = 0, side: int = 24) -> bytes:
    """Encode a drawn pet as PNG."""
    file = io.BytesIO()
    Image.fromarray(draw_pet(kind, side, 0, number)).save(file, "PNG")
    return file.getvalue()


def make_zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED, mode: int = 0) -> bytes:
    """Write a zip whose entries are called exactly as they are here."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo("photo", (2024, 5, 6, 7, 8, 10))
            info.filename = name
            info.compress_type = method
            info.external_attr = (mode or stat.S_IFREG | 0o644) << 16
            archive.writestr(info, content)
    return file.getvalue()


def photos_in(top: str = "", count: int = 3) -> dict[str, bytes]:
    """Return files of two class folders."""
    return {
        f"{top}{kind}s/{number}.png": picture(kind, number)
        for kind in ("cat", "dog")
        for number in range(count)
    }


def patched(data: bytes, number: int, place: int, kind: str, value: int) -> bytes:
    """Change a field of the ``number``-th entry in the list at a zip's end (APPNOTE.TXT 4.3.12)."""
    changed = bytearray(data)
    start = -1
    for _ in range(number + 1):
        start = data.index(b"PK\1\2", start + 1)
    struct.pack_into(kind, changed, start + place, value)
    return bytes(changed)


FLAGS, METHOD, CHECK_SUM, PACKED, SIZE, OFFSET = (
    *((8, "<H"), (10, "<H"), (16, "<I"), (20, "<I"), (24, "<I")),
    (42, "<I"),
)


def unpack_bytes(data: bytes, into: Path, largest: int = MAX_PHOTO_BYTES) -> None:
    """Unpack a zip as the store does, without the store."""
    with open_zip(io.BytesIO(data), "pets.zip") as archive:
        unpack(archive, list_entries(archive, "pets.zip", largest), into, "pets.zip")


@pytest.fixture
def into(tmp_path) -> Path:
    """An empty folder within another, so that a way out of it would be seen."""
    folder = tmp_path / "outside" / "deep" / "photos"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def pets(tmp_path) -> Path:
    """A good zip."""
    path = tmp_path / "pets.zip"
    path.write_bytes(make_zip(photos_in()))
    return path


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    """Keep dropped zips in a folder of the test's own."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def counted(monkeypatch) -> Counter:
    """Count how often something is unpacked."""
    counter: Counter = Counter()

    def counting(*arguments):
        counter["unpacked"] += 1
        unpacking.unpack(*arguments)

    monkeypatch.setattr(store, "unpack", counting)
    return counter
