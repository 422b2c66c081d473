"""Which class and which split a photo belongs to, told by the names of folders and files."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.data.report import printable
from core.data.walk import FoundFile
from core.errors import DataError
from core.wording import plain

SPLITS = {
    "train": {"train", "training", "training_set", "train_set", "trainset", "train_data"},
    "test": {"test", "testing", "test_set", "testset", "test_data"},
    "val": {"val", "valid", "validation", "validation_set", "val_set", "eval", "dev"},
}
KNOWN_CLASSES = {"cat": "cat", "cats": "cat", "dog": "dog", "dogs": "dog"}
PHOTO_SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl"),  # refused later, with a reason
}
# cat.0.jpg, cat_001.jpg, cat (7).jpg, cat12.jpg
NUMBERED_NAME = re.compile(r"(?P<name>[^\W\d_]+(?:[ _-][^\W\d_]+)*)[ ._(-]*\d")
UNDERSTOOD = (
    "Understood are: training_set and test_set folders (or train, test, val) with one folder for "
    "each class inside; two class folders such as cats and dogs; files named like cat.0.jpg and "
    "dog.0.jpg."
)


@dataclass(frozen=True)
class Labelled:
    """A file with the name of its class, and the split its folders name ("" if none)."""

    file: FoundFile
    split: str
    name: str


def shown_name(name: str) -> str:
    """Return what pages show of a class's name, which is somebody's: plain characters alone."""
    return plain(printable(name))


def class_key(name: str) -> str:
    """Fold spellings of one class together: "Cats" and "cat", "Apples" and "apples".

    A name and what people see of it are one, too.
    """
    folded = shown_name(name).strip().casefold()
    return KNOWN_CLASSES.get(folded, folded)


def split_of(folder: str) -> str:
    """Return "train", "test" or "val" when a folder's name says so, else ""."""
    name = re.sub(r"[ -]+", "_", folder.strip().lower())
    return next((split for split, names in SPLITS.items() if name in names), "")


def is_photo_name(path: str) -> bool:
    """Whether a file's ending is that of a picture."""
    return os.path.splitext(path)[1].lower() in PHOTO_SUFFIXES


def recognise(files: list[FoundFile], root: str) -> tuple[str, list[Labelled]]:
    """Return the layout in words and the files that have a class, of exactly two classes.

    Where cats and dogs are among more classes, these two are taken. Raises ``DataError`` with the
    layouts that are understood.
    """
    root = printable(root)
    if not files:
        raise DataError(f"There are no files in {root}. {UNDERSTOOD}")
    attempts: tuple[tuple[str, Callable[[list[FoundFile]], Iterator[Labelled]]], ...] = (
        ("Class folders inside split folders.", in_split_folders),
        ("Class folders.", in_class_folders),
        ("Folders named cats and dogs.", in_known_folders),
        ("Files named after their class.", by_file_name),
    )
    seen: dict[int, list[str]] = {}
    for words, attempt in attempts:
        labelled = list(attempt(files))
        names = {class_key(item.name): shown_name(item.name) for item in labelled}
        if {"cat", "dog"} <= names.keys():
            return words, [item for item in labelled if class_key(item.name) in KNOWN_CLASSES]
        if len(names) == 2:
            return words, labelled
        seen.setdefault(len(names), sorted(names.values()))
    most = seen[max(seen)]
    if len(most) > 2:
        shown = ", ".join(most[:6]) + (", ..." if len(most) > 6 else "")
        raise DataError(f"{root} holds {len(most)} classes ({shown}); exactly two are needed.")
    came = f"only one class, {most[0]}" if most else "no classes"
    raise DataError(f"The {len(files)} files in {root} have {came}. {UNDERSTOOD}")


def in_split_folders(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files below a split folder, the innermost if several; the class is a folder inside it."""
    inside = []
    for file in files:
        folders = file.path.split("/")[:-1]
        places = [place for place, folder in enumerate(folders) if split_of(folder)]
        if places:
            inside.append((file, split_of(folders[places[-1]]), folders[places[-1] + 1 :]))
    return by_first_difference(inside)


def in_class_folders(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files whose class is a folder, with a split folder somewhere above or below it or nowhere."""
    inside = []
    for file in files:
        folders = file.path.split("/")[:-1]
        others = [folder for folder in folders if not split_of(folder)]
        inside.append((file, innermost_split(folders), others))
    return by_first_difference(inside)


def by_first_difference(inside: list[tuple[FoundFile, str, list[str]]]) -> Iterator[Labelled]:
    """Take as class the outermost folder that is not the same for all photos."""
    photos = [folders for file, _, folders in inside if folders and is_photo_name(file.path)]
    photos = photos or [folders for _, _, folders in inside if folders]
    depth = 0
    while len({folders[depth] for folders in photos}) == 1:
        deeper = [folders for folders in photos if len(folders) > depth + 1]
        if not deeper:
            break
        photos, depth = deeper, depth + 1
    names = {folders[depth] for folders in photos}
    for file, split, folders in inside:
        if len(folders) > depth and folders[depth] in names:
            yield Labelled(file, split, folders[depth])


def in_known_folders(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files below folders named like cats and dogs, wherever these are."""
    for file in files:
        folders = file.path.split("/")[:-1]
        name = next((f for f in reversed(folders) if class_key(f) in KNOWN_CLASSES), None)
        if name is not None:
            yield Labelled(file, innermost_split(folders), name)


def by_file_name(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files named like cat.0.jpg; a split folder around them counts."""
    for file in files:
        *folders, name = file.path.split("/")
        match = NUMBERED_NAME.match(name)
        if match and is_photo_name(name):
            yield Labelled(file, innermost_split(folders), match["name"])


def innermost_split(folders: list[str]) -> str:
    """The split that the innermost split folder names, "" if there is none."""
    return next((split for f in reversed(folders) if (split := split_of(f))), "")


def name_classes(labelled: list[Labelled]) -> tuple[str, str]:
    """Name label 0 and label 1: a cat is 1, a dog is 0, other names go in sorted order."""
    names: dict[str, str] = {}
    for item in labelled:
        key = class_key(item.name)
        names.setdefault(key, key if key in KNOWN_CLASSES else shown_name(item.name))
    first, second = in_label_order(*names)
    return names[first], names[second]


def in_label_order(*keys: str) -> tuple[str, str]:
    """Put the keys of two classes into the order of their labels, 0 and 1."""
    first, second = sorted(keys)
    return (second, first) if first == "cat" or second == "dog" else (first, second)
