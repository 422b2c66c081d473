"""Which photos are alike, and which are of odd size."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.data import DataRequest
from core.errors import DataError
from core.review import alike
from core.review.compare import compare
from core.review.conftest import scene
from core.review.findings import Findings, Likeness

PHOTOS = os.environ.get("GLASS_CNN_PHOTOS")


def look(
    source: Path, left_out: tuple[str, ...] = (), turned_over: tuple[str, ...] = ()
) -> Findings:
    return compare(DataRequest(str(source), left_out=left_out, turned_over=turned_over))


def found(source: Path) -> list[tuple[Likeness, list[str]]]:
    return [(each.likeness, [p.name for p in each.photos]) for each in look(source).alike]


def test_where_nothing_is_odd_nothing_is_found(source):
    findings = look(source)
    assert findings == Findings(("dog", "cat"), 24)


def test_a_copied_file_is_found_byte_for_byte(source):
    shutil.copy(source / "train/cats/3.jpg", source / "train/cats/copy.jpg")
    assert found(source) == [(Likeness.FILE, ["train/cats/3.jpg", "train/cats/copy.jpg"])]


def test_the_same_pixels_in_another_file_are_found(source):
    with Image.open(source / "train/cats/3.jpg") as photo:
        photo.save(source / "train/cats/copy.png")
    assert found(source) == [(Likeness.PICTURE, ["train/cats/3.jpg", "train/cats/copy.png"])]


def pressed(photo: Image.Image, path: Path) -> None:
    photo.save(path, quality=30)


def shrunk(photo: Image.Image, path: Path) -> None:
    photo.resize((77, 58)).save(path)


def brighter(photo: Image.Image, path: Path) -> None:
    Image.fromarray((np.asarray(photo) * 0.8 + 40).astype(np.uint8)).save(path)


def grey(photo: Image.Image, path: Path) -> None:
    photo.convert("L").save(path)


def a_little_cropped(photo: Image.Image, path: Path) -> None:
    photo.crop((1, 1, photo.width - 2, photo.height - 1)).save(path)


@pytest.mark.parametrize("change", [pressed, shrunk, brighter, grey, a_little_cropped])
@pytest.mark.parametrize("seed", [2, 3])
def test_a_photo_that_went_through_a_program_is_nearly_the_same(source, change, seed):
    change(scene(seed), source / "train/cats/other.jpg")
    assert found(source) == [
        (Likeness.NEAR, [f"train/cats/{seed}.jpg", "train/cats/other.jpg"]),
    ]


def test_a_mirrored_photo_is_found(source):
    ImageOps.mirror(scene(2)).save(source / "train/cats/other.jpg", quality=80)
    assert found(source) == [(Likeness.MIRRORED, ["train/cats/2.jpg", "train/cats/other.jpg"])]


def test_flat_pictures_are_not_taken_for_each_other(source):
    for number, shade in enumerate((0, 90, 255)):
        Image.new("RGB", (120, 90), (shade, shade, shade)).save(
            source / f"train/cats/f{number}.png"
        )
    assert found(source) == []


def test_the_worst_is_told_first_and_in_words(source):
    cats, dogs = source / "train/cats", source / "train/dogs"
    shutil.copy(cats / "0.jpg", cats / "again.jpg")
    shutil.copy(cats / "1.jpg", source / "test/cats/tested.jpg")
    shutil.copy(cats / "2.jpg", dogs / "both.jpg")
    shutil.copy(cats / "2.jpg", dogs / "both2.jpg")
    assert [each.words for each in look(source).alike] == [
        "The same file, 3 times, with both labels.",
        "The same file, twice, to train and to test on.",
        "The same file, twice.",
    ]


def test_who_is_left_out_is_no_more_alike_and_labels_are_those_after_the_changes(source):
    shutil.copy(source / "train/cats/2.jpg", source / "train/dogs/both.jpg")
    assert look(source).alike[0].both_labels
    assert not look(source, left_out=("train/dogs/both.jpg",)).alike
    turned = look(source, turned_over=("train/dogs/both.jpg",)).alike
    assert [each.words for each in turned] == ["The same file, twice."]


def test_odd_sizes_are_told_with_their_reason(source):
    folder = source / "train/cats"
    scene(100, 22, 20).save(folder / "small.png")
    scene(101, 300, 40).save(folder / "wide.png")
    scene(102, 40, 124).save(folder / "high.png")
    scene(103, 700, 600).save(folder / "large.png")
    assert {each.photo.name: each.why for each in look(source).odd} == {
        "train/cats/small.png": "has 22 x 20 pixels; usual here are about 104 x 104",
        "train/cats/wide.png": "has 300 x 40 pixels: 7.5 times as wide as high, and a square "
        "squeezes it",
        "train/cats/high.png": "has 40 x 124 pixels: 3.1 times as high as wide, and a square "
        "squeezes it",
        "train/cats/large.png": "has 700 x 600 pixels; usual here are about 104 x 104",
    }


def test_sizes_are_those_of_the_upright_photo(source):
    exif = Image.Exif()
    exif[0x0112] = 6
    scene(100, 300, 40).save(source / "train/cats/turned.jpg", exif=exif)
    (odd,) = look(source).odd
    assert (odd.photo.width, odd.photo.height) == (40, 300)


def test_small_photos_among_small_ones_are_not_odd(tmp_path, runs_folder):
    for kind in ("cats", "dogs"):
        (tmp_path / kind).mkdir()
        for number in range(5):
            scene(number, 28, 28).save(tmp_path / kind / f"{number}.png")
    assert look(tmp_path).odd == ()


def test_files_that_are_no_photos_are_counted(source):
    (source / "train/cats/broken.jpg").write_bytes(b"no photo")
    findings = look(source)
    assert (findings.looked, findings.unreadable) == (24, 1)


def test_one_class_alone_is_a_sentence(source):
    for split in ("train", "test"):
        shutil.rmtree(source / split / "dogs")
    with pytest.raises(DataError, match="only one class, cats"):
        look(source)


def test_copies_of_one_photo_are_one_group_and_stop_at_a_limit(source, monkeypatch):
    for number in range(12):
        scene(2).save(source / f"train/cats/near{number}.jpg", quality=40 + 4 * number)
    findings = look(source)
    assert [len(each.photos) for each in findings.alike] == [13] and not findings.cut
    monkeypatch.setattr(alike, "MOST_PAIRS", 5)
    assert look(source).cut


def test_pairs_are_found_across_blocks(monkeypatch):
    random = np.random.default_rng(0)
    grey = random.uniform(0, 255, (40, 16, 17)).astype(np.float32)
    grey[37], grey[25] = grey[3], grey[4, :, ::-1]
    monkeypatch.setattr(alike, "BLOCK", 7)
    assert alike.near_pairs(grey) == [(3, 37)]
    assert alike.near_pairs(grey, mirrored=True) == [(4, 25)]


def test_findings_come_back_from_json_as_they_were(source):
    shutil.copy(source / "train/cats/2.jpg", source / "train/dogs/both.jpg")
    scene(101, 300, 40).save(source / "train/cats/wide.png")
    findings = look(source)
    assert findings.alike and findings.odd
    assert Findings.from_dict(findings.as_dict()) == findings


@pytest.mark.photos
@pytest.mark.skipif(not PHOTOS, reason="GLASS_CNN_PHOTOS names no folder of real photos")
def test_among_real_photos_the_two_that_are_alike_are_found_and_no_others(runs_folder):
    findings = look(Path(str(PHOTOS)))
    assert [[photo.name for photo in each.photos] for each in findings.alike] == [
        ["training_set/dogs/dog.180.jpg", "training_set/dogs/dog.74.jpg"]
    ]
    odd = {each.photo.name for each in findings.odd}
    assert {"training_set/dogs/dog.630.jpg", "training_set/cats/cat.728.jpg"} <= odd
    assert len(odd) < 30
