import os
import shutil
from pathlib import Path

import pytest

from core.data.sources import spoken_source
from core.data.zips import room, uploads
from core.data.zips.conftest import make_zip, photos_in
from core.data.zips.room import make_room
from core.data.zips.store import unpacked
from core.data.zips.uploads import is_upload, keep_upload, name_in_address, upload_of
from core.errors import ArchiveError
from core.folders import unpacked_folder, uploads_folder


def filled_store(tmp_path, count: int = 3) -> list[Path]:
    """Unpack zips, the first used longest ago."""
    paths = []
    for number in range(count):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(make_zip(photos_in(f"{number}/")))
        folder = unpacked(path).root.parent
        os.utime(folder, (1000 + number, 1000 + number))
        paths.append(path)
    return paths


def unpacked_now(paths: list[Path]) -> list[Path]:
    """Return which of the zips are unpacked."""
    texts = "".join(path.read_text() for path in unpacked_folder().glob("*/zip.json"))
    return [path for path in paths if str(path) in texts]


def test_while_there_is_room_everything_stays(tmp_path):
    paths = filled_store(tmp_path)
    make_room(set())
    assert unpacked_now(paths) == paths


def test_the_budget_removes_what_was_used_longest_ago_and_no_run_names(tmp_path, monkeypatch):
    first, second, third = paths = filled_store(tmp_path)
    size = sum(map(len, photos_in().values()))
    monkeypatch.setattr(room, "LIMIT_BYTES", 2 * size)
    make_room({str(first)})
    assert unpacked_now(paths) == [first, third]
    monkeypatch.setattr(room, "LIMIT_BYTES", 0)
    make_room({str(first)})
    assert unpacked_now(paths) == [first]
    assert len(unpacked(second).found.files) == 6


def test_a_disk_that_is_nearly_full_counts_as_short(tmp_path, monkeypatch):
    paths = filled_store(tmp_path)
    free = shutil.disk_usage(tmp_path).free
    monkeypatch.setattr(room, "FREE_BYTES", free + 10**12)
    make_room({str(paths[1])})
    assert unpacked_now(paths) == [paths[1]]


def test_what_is_in_use_stays_until_it_is_let_go(tmp_path, monkeypatch):
    paths = filled_store(tmp_path, 2)
    user = unpacked(paths[0])
    monkeypatch.setattr(room, "LIMIT_BYTES", 0)
    make_room(set())
    assert unpacked_now(paths) == paths[:1]
    del user
    make_room(set())
    assert unpacked_now(paths) == []


def test_of_a_changed_zip_that_a_run_names_the_old_content_goes(pets, monkeypatch):
    old = unpacked(pets).root
    os.utime(old.parent, (1000, 1000))
    pets.write_bytes(make_zip(photos_in("new/")))
    new = unpacked(pets).root
    monkeypatch.setattr(room, "LIMIT_BYTES", 0)
    make_room({str(pets)})
    assert new.is_dir() and not old.exists()


def test_a_dropped_zip_is_kept_once_under_its_name(counted):
    data = make_zip(photos_in())
    path = keep_upload("My pets.ZIP", data)
    assert path.name == "My pets.zip" and path.read_bytes() == data
    assert path.is_relative_to(uploads_folder())
    assert keep_upload("again.zip", memoryview(data)) == path
    assert counted["unpacked"] == 1
    assert is_upload(str(path)) and upload_of(name_in_address(str(path))) == path
    assert upload_of("0" * 32) is None and upload_of("../" * 10 + "ab") is None
    assert spoken_source(str(path)) == "My pets.zip, dropped here"
    assert spoken_source("/home/me/pets.zip") == "/home/me/pets.zip"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../evil.zip", "_.._evil.zip"),
        ("/etc/passwd", "_etc_passwd.zip"),
        ("a\\b\0c.zip", "a_b_c.zip"),
        ("Überkatzen 2.zip", "Überkatzen 2.zip"),
        ("...zip", "photos.zip"),
        ("", "photos.zip"),
        ("x" * 300 + ".zip", "x" * 60 + ".zip"),
    ],
)
def test_no_path_is_made_of_a_visitors_name(name, kept):
    path = keep_upload(name, make_zip(photos_in()))
    assert path.name == kept and path.parent.parent == uploads_folder()


def test_a_bad_zip_that_was_dropped_is_not_kept():
    with pytest.raises(ArchiveError, match="no zip"):
        keep_upload("pets.zip", b"hello")
    assert list(uploads_folder().iterdir()) == []


def test_a_dropped_zip_stays_as_long_as_a_run_needs_it(monkeypatch):
    needed, old, fresh = (
        keep_upload(f"{name}.zip", make_zip(photos_in(f"{name}/"))) for name in ("a", "b", "c")
    )
    for path in (needed, old):
        os.utime(path.parent, (1000, 1000))
    make_room({str(needed)})
    assert old.exists()
    monkeypatch.setattr(room, "LIMIT_BYTES", 0)
    make_room({str(needed)})
    assert needed.exists() and fresh.exists() and not old.exists()


def test_a_kept_zip_survives_a_full_disk(monkeypatch):
    path = keep_upload("pets.zip", make_zip(photos_in()))
    shutil.rmtree(unpacked_folder())
    usage = shutil.disk_usage(path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    with pytest.raises(ArchiveError, match="are free"):
        keep_upload("pets.zip", path.read_bytes())
    assert path.exists()
    monkeypatch.setattr(uploads, "unpacked", lambda _: None)
    with pytest.raises(ArchiveError, match="are free here"):
        keep_upload("other.zip", b"other")
