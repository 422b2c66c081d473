import io
import multiprocessing
import os
import shutil
import signal
import threading
import time
import zipfile
from pathlib import Path

import pytest

from core.conftest import wait_for
from core.data.zips import unpack
from core.data.zips.conftest import make_zip, photos_in, picture
from core.data.zips.room import make_room
from core.data.zips.store import unpacked
from core.errors import ArchiveError, DataError
from core.folders import unpacked_folder


def folders() -> list[str]:
    return sorted(path.name for path in unpacked_folder().iterdir() if path.is_dir())


def test_the_same_zip_is_unpacked_once_wherever_it_lies(pets, tmp_path, counted):
    first = unpacked(pets)
    assert {file.path: (first.root / file.path).read_bytes() for file in first.found.files} == (
        photos_in()
    )
    copied = shutil.copy(pets, tmp_path / "copy.zip")
    assert unpacked(pets).root == unpacked(Path(copied)).root == first.root
    assert counted["unpacked"] == 1


def test_a_changed_zip_is_unpacked_anew(pets, counted):
    first = unpacked(pets)
    times = pets.stat().st_atime_ns, pets.stat().st_mtime_ns
    other = bytearray(make_zip(photos_in() | {"cats/9.png": picture(number=9)}))
    pets.write_bytes(other)
    second = unpacked(pets)
    assert second.root != first.root and len(second.found.files) == 7
    pets.write_bytes(other.replace(b"cats/9.png", b"cats/8.png"))  # as long, and as old
    os.utime(pets, ns=times)
    assert "cats/8.png" in {file.path for file in unpacked(pets).found.files}
    assert counted["unpacked"] == 3


@pytest.mark.parametrize("damage", ["a file is gone", "a file is cut", "no facts", "odd facts"])
def test_what_is_not_whole_is_unpacked_again(pets, counted, damage):
    root = unpacked(pets).root
    if damage == "a file is gone":
        (root / "cats" / "0.png").unlink()
    elif damage == "a file is cut":
        os.truncate(root / "cats" / "0.png", 10)
    elif damage == "no facts":
        (root.parent / "zip.json").unlink()
    else:
        (root.parent / "zip.json").write_text("[]")
    again = unpacked(pets)
    assert counted["unpacked"] == 2 and (again.root / "cats" / "0.png").read_bytes() == picture()


def test_a_refused_zip_leaves_nothing_behind(tmp_path):
    path = tmp_path / "bad.zip"
    data = make_zip(photos_in())
    path.write_bytes(data.replace(picture("dog", 2), bytes(len(picture("dog", 2)))))
    with pytest.raises(ArchiveError, match="damaged"):
        unpacked(path)
    assert folders() == []


def stall(path: str) -> None:
    """Unpack, and stop for ever once a file was written."""
    chunks_of = unpack.chunks_of

    def stalling(archive, info, *names):
        yield from chunks_of(archive, info, *names)
        if info.filename == "dogs/1.png":
            time.sleep(1000)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpack, "chunks_of", stalling)
        unpacked(Path(path))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_process_killed_half_way_leaves_nothing_that_looks_finished(pets):
    process = multiprocessing.get_context("spawn").Process(target=stall, args=(str(pets),))
    process.start()
    folder = unpacked_folder()
    wait_for(lambda: [*folder.glob("*.building/photos/dogs/0.png")], "half of it is unpacked", 60)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    assert len(folders()) == 1 and folders()[0].endswith(".building")
    make_room(set())
    assert folders() == []
    assert len(unpacked(pets).found.files) == 6


def unpack_elsewhere(path: str, answers) -> None:
    there = unpacked(Path(path))
    answers.put({file.path: file.size for file in there.found.files})


def test_two_processes_at_once_do_no_harm(pets):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    workers = [
        context.Process(target=unpack_elsewhere, args=(str(pets), answers)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    expected = {name: len(content) for name, content in photos_in().items()}
    assert [answers.get(timeout=60) for _ in workers] == [expected, expected]
    for worker in workers:
        worker.join(60)
    assert len(folders()) == 1


def test_threads_at_once_unpack_once(pets, counted):
    found = []
    threads = [threading.Thread(target=lambda: found.append(unpacked(pets))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counted["unpacked"] == 1 and len(found) == 4


def test_a_disk_without_room_for_it_is_told(pets, monkeypatch):
    usage = shutil.disk_usage(pets)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(ArchiveError, match="only 0 MB are free") as caught:
        unpacked(pets)
    assert caught.value.code == "too_large" and folders() == []


def test_a_folder_that_cannot_be_written_is_told(pets, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"cannot be unpacked to .*file"):
        unpacked(pets)


def test_a_zip_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(DataError, match=r"gone\.zip cannot be read: No such file"):
        unpacked(tmp_path / "gone.zip")


class Stream(io.BytesIO):
    """A file that can only be written from its beginning to its end."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError

    def seek(self, *_: int) -> int:
        raise OSError


@pytest.mark.parametrize("how", ["streamed", "of more than 4 GB", "behind a program"])
def test_the_other_ways_to_write_a_zip_are_understood(tmp_path, how):
    file = Stream() if how == "streamed" else io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in photos_in().items():
            with archive.open(name, "w", force_zip64=how == "of more than 4 GB") as entry:
                entry.write(content)
    data = b"MZ program" * (how == "behind a program") + file.getvalue()
    (tmp_path / "pets.zip").write_bytes(data)
    there = unpacked(tmp_path / "pets.zip")
    assert {each.path: (there.root / each.path).read_bytes() for each in there.found.files} == (
        photos_in()
    )
