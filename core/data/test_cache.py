import errno
import multiprocessing
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import cache, load
from core.data.conftest import load_data
from core.errors import DataError, WriteError
from core.files import UNFINISHED
from core.folders import ROOT


def count_builds(monkeypatch) -> Counter:
    counted: Counter = Counter()
    build = load.build

    def counting(*arguments):
        counted["builds"] += 1
        return build(*arguments)

    monkeypatch.setattr(load, "build", counting)
    return counted


def test_warm_loads_decode_nothing_and_are_equal(photos, monkeypatch):
    cold = load_data(photos, 32)
    counted = count_builds(monkeypatch)
    warm = load_data(str(photos), 32)
    assert counted["builds"] == 0
    assert np.array_equal(cold.train.pixels, warm.train.pixels)
    assert (cold.train.names, cold.report) == (warm.train.names, warm.report)


@pytest.mark.parametrize("change", ["touch", "rewrite", "add", "remove", "size", "count"])
def test_any_change_builds_anew(photos, monkeypatch, change):
    load_data(photos, 32)
    counted = count_builds(monkeypatch)
    photo = photos / "training_set" / "cats" / "cat.0.jpg"
    image_size, train_per_class = 32, 1000
    if change == "touch":
        os.utime(photo, ns=(1, photo.stat().st_mtime_ns + 1))
    elif change == "rewrite":
        Image.new("RGB", (50, 50), "red").save(photo)
    elif change == "add":
        shutil.copy(photo, photo.with_name("cat.99.jpg"))
    elif change == "remove":
        photo.unlink()
    elif change == "size":
        image_size = 24
    else:
        train_per_class = 4
    data = load_data(photos, image_size, train_per_class)
    assert counted["builds"] == 1
    if change == "rewrite":
        place = data.train.names.index("training_set/cats/cat.0.jpg")
        assert np.abs(data.train.pixels[place].astype(int) - (255, 0, 0)).max() < 3


def damage_pixels(pack: Path) -> None:
    with open(pack / "pixels.bin", "r+b") as file:
        file.seek(5000)
        value = file.read(1)[0]
        file.seek(5000)
        file.write(bytes([value ^ 1]))


def damage_facts(pack: Path) -> None:
    text = (pack / "pack.json").read_text()
    (pack / "pack.json").write_text(text.replace("cat.1.jpg", "cat.2.jpg", 1))


DAMAGES = {
    "one bit of a photo": damage_pixels,
    "one name": damage_facts,
    "photos cut": lambda pack: os.truncate(pack / "pixels.bin", 10_000),
    "facts cut": lambda pack: os.truncate(pack / "pack.json", 60),
    "facts empty": lambda pack: (pack / "pack.json").write_bytes(b""),
    "facts not text": lambda pack: (pack / "pack.json").write_bytes(b"\xff\xfe\0"),
    "photos missing": lambda pack: (pack / "pixels.bin").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_built_again(photos, cache_folder, monkeypatch, damage):
    whole = load_data(photos, 32)
    expected = np.array(whole.train.pixels)
    del whole
    (pack,) = (path for path in cache_folder.iterdir() if path.is_dir())
    DAMAGES[damage](pack)
    counted = count_builds(monkeypatch)
    again = load_data(photos, 32)
    assert counted["builds"] == 1 and np.array_equal(again.train.pixels, expected)


def test_a_builder_that_fails_or_was_killed_leaves_nothing_behind(photos, cache_folder):
    def fail(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_data(photos, 32, progress=fail)
    assert not [path for path in cache_folder.iterdir() if path.is_dir()]
    load_data(photos, 32)
    (pack,) = (path for path in cache_folder.iterdir() if path.is_dir())
    pack.rename(pack.with_name(pack.name + ".building"))  # as after a kill before the last step
    load_data(photos, 32)
    assert [path for path in cache_folder.iterdir() if path.is_dir()] == [pack]


def test_two_at_once_build_once_and_both_get_the_photos(photos, monkeypatch):
    counted = count_builds(monkeypatch)
    sums = []

    def work() -> None:
        sums.append(int(load_data(photos, 32).train.pixels.astype(int).sum()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counted["builds"] == 1 and len(sums) == 4 and len(set(sums)) == 1


def load_elsewhere(folder: str, answers) -> None:
    answers.put(int(load_data(folder, 32).train.pixels.astype(int).sum()))


def test_two_processes_at_once_get_the_same_photos(photos, cache_folder):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    workers = [
        context.Process(target=load_elsewhere, args=(str(photos), answers)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    sums = {answers.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join(60)
    assert sums == {int(load_data(photos, 32).train.pixels.astype(int).sum())}
    assert len([path for path in cache_folder.iterdir() if path.is_dir()]) == 1


def test_the_cache_forgets_what_was_used_longest_ago(cache_folder, monkeypatch):
    sizes = (16, 17, 18)
    for age, size in enumerate(sizes):
        data = load_data("drawn", size, 2, 1)
        newest = max((p for p in cache_folder.iterdir() if p.is_dir()), key=os.path.getmtime)
        os.utime(newest, (1000 + age, 1000 + age))
    load_data("drawn", sizes[0], 2, 1)  # used again: now 17 is the oldest
    monkeypatch.setattr(cache, "CACHE_LIMIT_BYTES", 6 * 3 * (16**2 + 18**2 + 19**2))
    load_data("drawn", 19, 2, 1)
    counted = count_builds(monkeypatch)
    for size in (16, 18, 19):
        load_data("drawn", size, 2, 1)
    assert counted["builds"] == 0
    assert data.train.pixels[0].any()
    load_data("drawn", 17, 2, 1)
    assert counted["builds"] == 1


def test_the_newest_stays_even_if_it_alone_is_too_large(monkeypatch):
    monkeypatch.setattr(cache, "CACHE_LIMIT_BYTES", 10)
    assert load_data("drawn", 32, 2, 1).train.pixels.any()


def test_a_cache_that_cannot_be_written_is_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match="GLASS_CNN_CACHE"):
        load_data("drawn", 32, 2, 1)


def only_pack(folder: Path) -> Path:
    (pack,) = (path for path in folder.iterdir() if path.is_dir())
    return pack


def elsewhere_in_use(pack: Path) -> subprocess.Popen[str]:
    """Let another process open a pack, and return once it has."""
    code = f"""
        import sys
        from pathlib import Path
        from core.data.cache import read_pack
        pack = read_pack(Path({str(pack)!r}), 16, check_photos=False)
        print("open", flush=True)
        sys.stdin.read()
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "open\n"
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="there the system itself keeps what is mapped")
def test_what_is_in_use_is_never_removed_however_old_it_is(cache_folder, monkeypatch):
    data = load_data("drawn", 16, 2, 1)
    used = only_pack(cache_folder)
    expected = np.array(data.train.pixels)
    del data
    with elsewhere_in_use(used) as other:
        os.utime(used, (1000, 1000))
        monkeypatch.setattr(cache, "CACHE_LIMIT_BYTES", 10)
        load_data("drawn", 17, 2, 1)
        load_data("drawn", 18, 2, 1)
        left = sorted(path.name for path in cache_folder.iterdir() if path.is_dir())
        assert used.name in left and len(left) == 2  # and the newest
        other.kill()
    counted = count_builds(monkeypatch)
    assert np.array_equal(load_data("drawn", 16, 2, 1).train.pixels, expected)
    assert counted["builds"] == 0
    os.utime(used, (1000, 1000))
    load_data("drawn", 19, 2, 1)
    assert not used.exists()  # its last user is gone


def test_a_full_disk_makes_room_in_the_cache_first(cache_folder, small_disk):
    load_data("drawn", 16, 2, 1)
    old = only_pack(cache_folder)
    photo = 40 * 40 * 3
    small_disk.room, small_disk.taken = 2.5 * photo, 0  # it is full in the middle of a photo

    def make_room(folder: Path, keep: str) -> bool:
        removed = remove(folder, keep)
        small_disk.room += 10 * photo if removed else 0
        return removed

    remove = cache.remove_oldest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "remove_oldest", make_room)
        data = load_data("drawn", 40, 2, 1)
    assert not old.exists()
    small_disk.room = float("inf")
    (pixels, _) = cache.read_pack(only_pack(cache_folder), 40, check_photos=True)
    assert np.array_equal(pixels[: len(data.train)], data.train.pixels)


def test_a_full_disk_without_room_to_make_is_a_sentence_and_leaves_what_was_there(
    cache_folder, small_disk
):
    held = load_data("drawn", 16, 2, 1)
    expected, pack = np.array(held.train.pixels), only_pack(cache_folder)
    small_disk.room, small_disk.taken = 5000, 0
    with pytest.raises(DataError, match=r"No space left on device.*Free some space there or name"):
        load_data("drawn", 40, 2, 1)
    assert only_pack(cache_folder) == pack
    assert np.array_equal(load_data("drawn", 16, 2, 1).train.pixels, expected)
    small_disk.room = float("inf")
    assert len(load_data("drawn", 40, 2, 1).train) == 4


def test_a_real_full_disk_is_a_sentence_and_with_room_it_works(tiny_disk, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tiny_disk / "cache"))
    before = load_data("drawn", 16, 2, 1)
    with pytest.raises(DataError, match="No space left on device"):
        load_data("drawn", 224, 4, 4)  # 2.4 MB
    assert len(before.train) == 4
    smaller = load_data("drawn", 160, 4, 2)  # 0.9 MB of a disk of 1
    assert smaller.train.pixels.any()


def test_a_disk_that_is_full_elsewhere_is_not_blamed_on_the_cache(cache_folder, tmp_path):
    def progress(done: int, total: int) -> None:
        raise WriteError(errno.ENOSPC, "No space left on device", str(tmp_path / "run"))

    with pytest.raises(WriteError, match=r"so .*run could not be written"):
        load_data("drawn", 16, 2, 1, progress=progress)


def test_what_killed_builders_left_is_removed_but_not_what_is_being_built(cache_folder):
    load_data("drawn", 16, 2, 1)
    dead, busy = (cache_folder / f"{key}{UNFINISHED}" for key in ("aa11", "bb22"))
    for path in (dead, busy):
        path.mkdir()
        (path / "pixels.bin").write_bytes(bytes(100))
    with cache.build_lock(busy).acquire():
        load_data("drawn", 17, 2, 1)
    assert not dead.exists() and busy.exists()
