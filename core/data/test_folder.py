import os
from collections import Counter
from pathlib import Path

import pytest

from core.data import walk as walk_module
from core.data.folder import OUTSIDE, VALIDATION
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.data.walk import (
    CLOSED_FOLDER,
    DEAD_LINK,
    DEEP_FOLDER,
    FAR_FOLDER,
    HIDDEN_FOLDER,
    LITTER_FILE,
    NO_FILE,
    SEEN_FOLDER,
    walk,
)
from core.errors import DataError, GlassError


def make_tree(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"a planner opens none of them")
    return root


def plan(root: Path, train: int = 1000, test: int = 200, seed: int = 0):
    return plan_source(DataRequest(str(root), 32, train, test, seed))


def found(root: Path) -> dict[tuple[str, int], list[str]]:
    return {(g.split, g.label): sorted(g.candidates) for g in plan(root).groups}


SPLIT_LAYOUTS = [
    (
        "training_set/cats/{}.jpg",
        "training_set/dogs/{}.jpg",
        "test_set/cats/{}.jpg",
        "test_set/dogs/{}.jpg",
    ),
    (
        "training_set/training_set/cats/cat.{}.jpg",
        "training_set/training_set/dogs/dog.{}.jpg",
        "test_set/test_set/cats/cat.{}.jpg",
        "test_set/test_set/dogs/dog.{}.jpg",
    ),
    ("a/b/Train/Cat/{}.png", "a/b/Train/Dog/{}.png", "a/b/Test/Cat/{}.png", "a/b/Test/Dog/{}.png"),
    ("train/cat/{}.jpg", "train/dog/{}.jpg", "val/cat/{}.jpg", "val/dog/{}.jpg"),
    ("training-set/cats/{}", "training-set/dogs/{}", "validation/cats/{}", "validation/dogs/{}"),
    (
        "train/images/cats/{}.jpg",
        "train/images/dogs/{}.jpg",
        "test/images/cats/{}.jpg",
        "test/images/dogs/{}.jpg",
    ),
    ("train/cat.{}.jpg", "train/dog.{}.jpg", "test/cat.{}.jpg", "test/dog.{}.jpg"),
    ("train/cats/tabby/{}.jpg", "train/dogs/{}.jpg", "test/CATS/{}.jpg", "test/dogs/pug/{}.jpg"),
    ("cats/train/{}.jpg", "dogs/train/{}.jpg", "cats/test/{}.jpg", "dogs/test/{}.jpg"),
]


@pytest.mark.parametrize("layout", SPLIT_LAYOUTS)
def test_layouts_with_a_split(tmp_path, layout):
    cats, dogs, test_cats, test_dogs = layout
    train_cats = [cats.format(i) for i in range(4)]
    train_dogs = [dogs.format(i) for i in range(3)]
    paths = [*train_cats, *train_dogs, test_cats.format(7), test_dogs.format(8)]
    result = plan(make_tree(tmp_path, *paths, "readme.txt"))
    assert result.classes == ("dog", "cat")
    assert found(tmp_path) == {
        ("train", 1): train_cats,
        ("train", 0): train_dogs,
        ("test", 1): [test_cats.format(7)],
        ("test", 0): [test_dogs.format(8)],
    }
    assert result.skipped == {OUTSIDE: 1}


UNSPLIT_LAYOUTS = [
    ("cats/{}.jpg", "dogs/{}.jpg"),
    ("PetImages/Cat/{}.jpg", "PetImages/Dog/{}.jpg"),
    ("deep/er/still/cats/{}.jpg", "deep/er/still/dogs/{}.jpg"),
    ("cat.{}.jpg", "dog.{}.jpg"),
    ("all/cat_{}.jpeg", "all/dog_{}.jpeg"),
    ("cat ({}).png", "Dog ({}).png"),
    ("train/cats/{}.jpg", "train/dogs/{}.jpg"),
    ("some/cats/{}.jpg", "other/place/dogs/{}.jpg"),
]


@pytest.mark.parametrize("layout", UNSPLIT_LAYOUTS)
def test_layouts_without_a_split_get_a_seeded_stratified_one(tmp_path, layout):
    cats, dogs = ([pattern.format(i) for i in range(10, 22)] for pattern in layout)
    make_tree(tmp_path, *cats, *dogs)
    groups = found(tmp_path)
    assert sorted(groups["train", 1] + groups["test", 1]) == cats
    assert sorted(groups["train", 0] + groups["test", 0]) == dogs
    assert len(groups["test", 0]) == len(groups["test", 1]) == 2  # a sixth, as 200 of 1200
    assert groups == found(tmp_path)
    other = plan(tmp_path, seed=1).groups
    assert {frozenset(g.candidates) for g in other} != {frozenset(g) for g in groups.values()}


def test_more_photos_wanted_later_do_not_move_from_test_to_train(tmp_path):
    make_tree(tmp_path, *(f"{kind}/{i}.jpg" for kind in ("cats", "dogs") for i in range(60)))
    few, more = plan(tmp_path, train=10, test=5), plan(tmp_path, train=30, test=10)
    for a, b in zip(few.groups, more.groups, strict=True):
        assert set(a.candidates[: a.wanted]) <= set(b.candidates[: b.wanted])
    used = [set(g.candidates[: g.wanted]) for g in more.groups]
    assert not used[0] & used[2] and not used[1] & used[3]


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (("cats", "dogs"), ("dog", "cat")),
        (("Cat", "Zebra"), ("Zebra", "cat")),
        (("Aardvark", "Dog"), ("dog", "Aardvark")),
        (("Dogs", "wolves"), ("dog", "wolves")),
        (("bees", "ants"), ("ants", "bees")),
    ],
)
def test_any_two_names_work_and_cat_is_one_and_dog_is_zero(tmp_path, names, classes):
    make_tree(tmp_path, *(f"{name}/{i}.jpg" for name in names for i in range(3)))
    assert plan(tmp_path).classes == classes
    for group in plan(tmp_path).groups:
        assert group.class_name == classes[group.label]


def test_cats_and_dogs_are_taken_from_among_more_classes(tmp_path):
    names = ("cats", "dogs", "birds")
    make_tree(tmp_path, *(f"train/{name}/{i}.jpg" for name in names for i in range(3)))
    result = plan(tmp_path)
    assert result.classes == ("dog", "cat") and result.skipped[OUTSIDE] == 3


def test_with_a_test_split_the_validation_split_is_not_needed(tmp_path):
    splits = ("train", "val", "test")
    make_tree(tmp_path, *(f"{s}/{c}/{i}.jpg" for s in splits for c in "ab" for i in range(2)))
    assert plan(tmp_path).skipped == {VALIDATION: 4}
    assert all(path.startswith("test/") for path in found(tmp_path)["test", 0])


def test_unlabelled_test_photos_do_not_count_as_a_test_split(tmp_path):
    paths = [f"train/{name}.{i}.jpg" for name in ("cat", "dog") for i in range(6)]
    make_tree(tmp_path, *paths, *(f"test1/{i}.jpg" for i in range(5)))
    result = plan(tmp_path)
    assert result.skipped == {OUTSIDE: 5} and "no test split" in result.layout


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        ((), "There are no files"),
        (("cats/1.jpg", "cats/2.jpg"), "only one class, cats"),
        (("holiday.jpg", "garden.jpg"), "have no classes"),
        (("a/1.jpg", "b/1.jpg", "c/1.jpg"), r"3 classes \(a, b, c\); exactly two are needed"),
        (("cats/1.jpg", "dogs/1.jpg", "dogs/2.jpg"), "only one cat photo"),
        (
            ("train/cats/1.jpg", "train/dogs/1.jpg", "test/cats/1.jpg"),
            "The test folder has no dog photos",
        ),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(tmp_path, paths, sentence):
    with pytest.raises(DataError, match=sentence):
        plan(make_tree(tmp_path, *paths))


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", 'must be "drawn", "kaggle:fusicfenta/cat-and-dog" or the path of a folder or zip'),
        ("  ", 'must be "drawn", "kaggle:fusicfenta/cat-and-dog" or the path of a folder or zip'),
        ("/no/such/folder", "There is no folder or zip /no/such/folder; .* exists is /"),
        ("nul\0byte", "NUL character"),
    ],
)
def test_a_source_that_is_no_folder_is_refused(source, sentence):
    with pytest.raises(GlassError, match=sentence):
        plan_source(DataRequest(source))


def test_litter_is_skipped_unopened_and_counted(tmp_path):
    make_tree(
        tmp_path,
        *(f"{name}/{i}.jpg" for name in ("cats", "dogs") for i in range(3)),
        *("cats/.DS_Store", "dogs/Thumbs.db", "dogs/._1.jpg", "desktop.ini"),
        *(".git/cats/1.jpg", "__MACOSX/cats/1.jpg"),
    )
    result = walk(tmp_path)
    assert len(result.files) == 6
    assert result.skipped == {LITTER_FILE: 4, HIDDEN_FOLDER: 2}


def test_links_pipes_and_loops_neither_hang_nor_count_twice(tmp_path):
    outside = make_tree(tmp_path / "outside", "1.jpg", "2.jpg")
    root = make_tree(tmp_path / "root", "dogs/1.jpg", "dogs/2.jpg", "real.jpg")
    (root / "cats").symlink_to(outside, target_is_directory=True)
    (root / "dogs" / "up").symlink_to(root, target_is_directory=True)
    (root / "again").symlink_to(root / "dogs", target_is_directory=True)
    (root / "dogs" / "3.jpg").symlink_to(outside / "1.jpg")
    (root / "dogs" / "dead.jpg").symlink_to(root / "missing.jpg")
    (root / "dogs" / "self.jpg").symlink_to(root / "dogs" / "self.jpg")
    (outside / "on").symlink_to(tmp_path / "further", target_is_directory=True)
    make_tree(tmp_path / "further", "1.jpg")
    expected = Counter({SEEN_FOLDER: 1, FAR_FOLDER: 2, DEAD_LINK: 2})
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "dogs" / "pipe.jpg")
        expected[NO_FILE] = 1
    result = walk(root)
    assert [file.path for file in result.files] == [
        *("cats/1.jpg", "cats/2.jpg", "dogs/1.jpg", "dogs/2.jpg", "dogs/3.jpg", "real.jpg")
    ]
    assert result.skipped == expected


def test_a_folder_that_cannot_be_read_is_counted(tmp_path, monkeypatch):
    make_tree(tmp_path, "cats/1.jpg", "dogs/1.jpg")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("cats"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(walk_module.os, "scandir", refuse)
    result = walk(tmp_path)
    assert result.skipped == {CLOSED_FOLDER: 1} and len(result.files) == 1
    with pytest.raises(DataError, match="cats cannot be read: Permission denied"):
        walk(tmp_path / "cats")


def test_far_too_deep_and_far_too_many_end_soon(tmp_path, monkeypatch):
    make_tree(tmp_path, "/".join("abcdefghijklmnopqrst") + "/1.jpg", "1.jpg")
    result = walk(tmp_path)
    assert [file.path for file in result.files] == ["1.jpg"] and result.skipped == {DEEP_FOLDER: 1}
    monkeypatch.setattr(walk_module, "MAX_ENTRIES", 5)
    with pytest.raises(DataError, match="more than 5 files and folders"):
        walk(tmp_path)


def test_names_of_classes_neither_draw_nor_link_anything(tmp_path):
    for name in ("![x](https:a.b)", "<b>`dog`"):
        make_tree(tmp_path, *(f"{name}/{number}.jpg" for number in range(3)))
    assert set(plan(tmp_path).classes) == {"!_x_(https:a.b)", "_b__dog_"}
