import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import DataRequest, batches, cache, decode_photo, load
from core.data.drawn import draw_pet
from core.errors import ConfigError, DataError


def load_data(source, *numbers, progress=None, **named):
    return load.load_data(DataRequest(str(source), *numbers, **named), progress)


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("GLASS_CNN_CACHE", str(folder))
    return folder


@pytest.fixture
def photos(tmp_path) -> Path:
    """A folder with 6 training and 3 test photos of each class."""
    root = tmp_path / "photos"
    for split, count in (("training_set", 6), ("test_set", 3)):
        for kind in ("cat", "dog"):
            folder = root / split / f"{kind}s"
            folder.mkdir(parents=True)
            for i in range(count):
                picture = draw_pet(kind, 40, len(split), i)
                Image.fromarray(picture).save(folder / f"{kind}.{i}.jpg")
    return root


def count_builds(monkeypatch) -> Counter:
    counted: Counter = Counter()
    build = load.build

    def counting(*arguments):
        counted["builds"] += 1
        return build(*arguments)

    monkeypatch.setattr(load, "build", counting)
    return counted


def test_photos_labels_and_names_belong_together(photos):
    data = load_data(photos, 32)
    assert data.classes == ("dog", "cat")
    assert data.train.pixels.shape == (12, 32, 32, 3) and data.test.pixels.shape == (6, 32, 32, 3)
    assert data.train.pixels.dtype == data.train.labels.dtype == np.uint8
    for part in (data.train, data.test):
        assert isinstance(part.pixels, np.memmap) and not part.pixels.flags.writeable
        for pixels, label, name in zip(part.pixels, part.labels, part.names, strict=True):
            assert np.array_equal(pixels, decode_photo(photos / name, 32).pixels)
            assert data.classes[label] in name
    assert [name.split("/")[0] for name in data.test.names] == ["test_set"] * 6


def test_the_first_that_load_are_used_in_sorted_order(photos):
    broken = photos / "training_set" / "cats" / "cat.1.jpg"
    broken.write_bytes(broken.read_bytes()[:300])
    (photos / "training_set" / "cats" / "cat.0.jpg").write_bytes(b"")
    data = load_data(photos, 32, train_per_class=3, test_per_class=1)
    cats = [name[-9:] for name, y in zip(data.train.names, data.train.labels, strict=True) if y]
    assert cats == ["cat.2.jpg", "cat.3.jpg", "cat.4.jpg"]
    assert len(data.train) == 6 and len(data.test) == 2
    group = next(g for g in data.report.groups if (g.split, g.class_name) == ("train", "cat"))
    assert (group.label, group.found, group.used, group.left_out) == (1, 6, 3, 2)
    assert [(file.file[-9:], file.code) for file in data.report.left_out] == [
        ("cat.0.jpg", "empty"),
        ("cat.1.jpg", "truncated"),
    ]
    assert "train: 3 of 6 cat photos used, 2 left out." in data.report.sentences()


def test_labels_are_counted_from_what_loaded(photos):
    for i in range(4):
        (photos / "training_set" / "dogs" / f"dog.{i}.jpg").write_text("no photo")
    data = load_data(photos, 32, train_per_class=1000)
    assert data.train.labels.tolist() == [0] * 2 + [1] * 6
    assert any("Always answering cat would be right for 75%" in note for note in data.report.notes)


def test_a_class_without_one_usable_photo_is_refused(photos):
    for path in (photos / "test_set" / "dogs").iterdir():
        path.write_text("no photo")
    with pytest.raises(DataError, match=r"None of the 3 dog files for test .*dog.0.jpg: This is"):
        load_data(photos, 32)


def test_equal_files_in_train_and_test_or_with_two_labels_are_told(photos):
    shutil.copy(photos / "training_set/cats/cat.0.jpg", photos / "test_set/cats/cat.9.jpg")
    shutil.copy(photos / "training_set/cats/cat.1.jpg", photos / "training_set/dogs/dog.9.jpg")
    notes = " ".join(load_data(photos, 32).report.notes)
    assert "1 test photo is also among the training photos" in notes
    assert "1 photo carries both labels" in notes


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


def test_progress_counts_to_the_end_and_is_quiet_when_warm(photos):
    seen: list[tuple[int, int]] = []
    load_data(photos, 32, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i + 1, 18) for i in range(18)]
    load_data(photos, 32, progress=lambda *_: pytest.fail("nothing was decoded"))


def test_drawn_train_and_test_share_no_picture_and_follow_the_seed():
    data = load_data("drawn", 32, 20, 10, seed=4)
    assert data.classes == ("dog", "cat") and data.source == "drawn"
    assert Counter(data.train.labels.tolist()) == {0: 20, 1: 20}
    assert Counter(data.test.labels.tolist()) == {0: 10, 1: 10}
    train = {pixels.tobytes() for pixels in data.train.pixels}
    assert len(train) == 40
    assert not train & {pixels.tobytes() for pixels in data.test.pixels}
    other = load_data("drawn", 32, 20, 10, seed=5)
    assert not train & {pixels.tobytes() for pixels in (*other.train.pixels, *other.test.pixels)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"image_size": 8}, r"Image size must be a whole number from 16 to 512, not 8\."),
        ({"image_size": 5000}, "not 5000"),
        ({"train_per_class": 0}, "Train per class must be a whole number from 1 to 1000000, not 0"),
        ({"test_per_class": -3}, "Test per class must be a whole number from 1 to 1000000, not -3"),
        ({"seed": -1}, "Seed must be a whole number from 0 to 2147483647, not -1"),
    ],
)
def test_numbers_that_cannot_work_are_refused(change, sentence):
    with pytest.raises(ConfigError, match=sentence):
        load_data("drawn", **change)


def test_file_names_that_no_screen_can_show_are_made_printable(photos):
    folder = os.fsencode(photos / "test_set" / "cats")
    name = b"cat.\xff\x1b[31m.jpg"
    shutil.copy(folder + b"/cat.0.jpg", folder + b"/" + name)
    (photos / "test_set" / "dogs" / "dog.\n.jpg").write_bytes(b"")
    data = load_data(photos, 32)
    assert len(data.test) == 7
    shown = [*data.test.names, *(file.file for file in data.report.left_out)]
    assert all(name.isprintable() for name in shown)
    json.dumps(data.report.as_dict(), ensure_ascii=False).encode()


@pytest.mark.photos
def test_the_real_photos_load_whole():
    folder = os.environ.get("GLASS_CNN_PHOTOS")
    if not folder:
        pytest.skip("GLASS_CNN_PHOTOS names no folder")
    data = load_data(folder, 64)
    assert (len(data.train), len(data.test)) == (2000, 400)
    assert data.classes == ("dog", "cat") and not data.report.left_out
    x, y = next(batches(data.train, 16, 0, 0))
    assert x.shape == (16, 64, 64, 3) and y.shape == (16,)


def test_loading_needs_no_torch():
    code = "import sys, core.data, core.inspect; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
