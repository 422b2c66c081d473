import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from core.data import batches, decode_photo
from core.data.conftest import load_data
from core.errors import ConfigError, DataError


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


def test_transparent_photos_are_counted_in_the_report(photos):
    cats = photos / "training_set" / "cats"
    for number in range(2):
        Image.new("RGBA", (40, 40), (200, 30, 30, 255 * number)).save(cats / f"{number}.png")
    words = "1 photo has transparent parts, which are filled with white."
    assert words in load_data(photos, 32).report.sentences()
    assert words in load_data(photos, 32).report.notes  # from the cache
    Image.new("RGBA", (40, 40), (200, 30, 30, 0)).save(photos / "test_set" / "dogs" / "9.png")
    notes = load_data(photos, 32).report.notes
    assert "2 photos have transparent parts, which are filled with white." in notes


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
