"""Which photos a folder holds, of which class and split, found without opening one of them."""

import hashlib
import os
import random
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.data.decode import decode_photo, read_file
from core.data.plan import Made, Plan, PlannedGroup
from core.data.report import DataError

MAX_ENTRIES = 500_000
MAX_DEPTH = 16
LITTER = {".ds_store", "thumbs.db", "desktop.ini", "icon\r"}
LITTER_FOLDERS = {"__macosx", "$recycle.bin", "@eadir"}
PHOTO_SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl"),  # refused later, with a reason
}
TRAIN_NAMES = {"train", "training", "training_set", "train_set", "trainset", "train_data"}
TEST_NAMES = {"test", "testing", "test_set", "testset", "test_data"}
VALIDATION_NAMES = {"val", "valid", "validation", "validation_set", "val_set", "eval", "dev"}
KNOWN_CLASSES = {"cat": "cat", "cats": "cat", "dog": "dog", "dogs": "dog"}
FLAT_NAME = re.compile(r"(?P<name>[^\W\d_]+(?:[ _-][^\W\d_]+)*)[ ._(-]*\d")
UNDERSTOOD = (
    "Understood are: training_set/ and test_set/ (or train/ and test/ or val/) with one folder a "
    "class in each; two class folders such as cats/ and dogs/; files named like cat.0.jpg and "
    "dog.0.jpg."
)


@dataclass(frozen=True)
class FoundFile:
    """A regular file: path below the folder, size in bytes, time of last change in ns."""

    path: str
    size: int
    changed: int


@dataclass
class Walk:
    """The regular files below a folder, in sorted order, and what was skipped unopened."""

    files: list[FoundFile] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def walk(root: Path) -> Walk:
    """List all regular files below ``root``.

    Links to files count as files. A linked folder is entered once and only after all real ones,
    so that a link can bring in a class folder but never loops or counts a photo twice.
    """
    result = Walk()
    seen: set[tuple[int, int]] = set()
    folders: list[tuple[str, int]] = [("", 0)]
    linked: list[tuple[str, int]] = []
    entries = 0
    while folders or linked:
        folder, depth = folders.pop() if folders else linked.pop(0)
        try:
            status = os.stat(root / folder)
            if (status.st_dev, status.st_ino) in seen:
                result.skipped["links to folders seen elsewhere"] += 1
                continue
            seen.add((status.st_dev, status.st_ino))
            listing = os.scandir(root / folder)
        except OSError as error:
            if not folder:
                raise DataError(f"The folder {root} cannot be read: {error.strerror}.") from error
            result.skipped["folders that cannot be read"] += 1
            continue
        with listing:
            for entry in listing:
                entries += 1
                if entries > MAX_ENTRIES:
                    raise DataError(
                        f"The folder {root} holds more than {MAX_ENTRIES:,} files and folders; "
                        "name the folder of the photos itself."
                    )
                look_at(entry, f"{folder}/{entry.name}" if folder else entry.name, result)
                if is_open_folder(entry):
                    if depth == MAX_DEPTH:
                        result.skipped[f"folders more than {MAX_DEPTH} deep"] += 1
                    else:
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        (linked if entry.is_symlink() else folders).append((path, depth + 1))
    result.files.sort(key=lambda file: file.path)
    return result


def is_open_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder, or a link to one, that is neither hidden nor litter."""
    name = entry.name.lower()
    if name.startswith(".") or name in LITTER_FOLDERS:
        return False
    try:
        return entry.is_dir()
    except OSError:
        return False


def look_at(entry: os.DirEntry[str], path: str, result: Walk) -> None:
    """Note one entry that is no folder to enter: a file, litter, or something else."""
    name = entry.name.lower()
    try:
        if entry.is_dir():
            if name.startswith(".") or name in LITTER_FOLDERS:
                result.skipped["hidden folders"] += 1
            return
        status = entry.stat()
    except OSError:  # a broken link or a loop of links
        result.skipped["links that lead nowhere"] += 1
        return
    if not stat.S_ISREG(status.st_mode):
        result.skipped["pipes, devices and other things that are no files"] += 1
    elif name.startswith(".") or name in LITTER:
        result.skipped["litter files (.DS_Store, Thumbs.db, ._* and the like)"] += 1
    else:
        result.files.append(FoundFile(path, status.st_size, status.st_mtime_ns))


def split_of(part: str) -> str | None:
    """Return "train", "test" or "val" when a folder's name says so."""
    name = re.sub(r"[ -]+", "_", part.strip().lower())
    for split, names in (("train", TRAIN_NAMES), ("test", TEST_NAMES), ("val", VALIDATION_NAMES)):
        if name in names:
            return split
    return None


def class_key(name: str) -> str:
    """Fold the spellings of one class together: "Cats" and "cat", "Apples" and "apples"."""
    folded = name.strip().casefold()
    return KNOWN_CLASSES.get(folded, folded)


@dataclass(frozen=True)
class Labelled:
    """A file with the split that its folders name ("" if none) and the name of its class."""

    file: FoundFile
    split: str
    name: str


def plan_folder(
    root: Path, image_size: int, train_per_class: int, test_per_class: int, seed: int
) -> Plan:
    """Plan what to load from a folder; raises ``DataError`` when its layout is not understood."""
    if not root.is_dir():
        came = "is not a folder" if root.exists() else "does not exist"
        raise DataError(f'The source must be "drawn" or a folder of photos; {root} {came}.')
    root = root.resolve()
    found = walk(root)
    skipped = found.skipped
    words, labelled = recognise(found.files, root)
    classes = name_classes(labelled)
    notes: list[str] = []
    outside = len(found.files) - len(labelled)
    if outside:
        skipped["files outside the class folders"] += outside
    by_split: dict[tuple[str, int], list[FoundFile]] = {}
    for item in labelled:
        label = int(class_key(item.name) == class_key(classes[1]))
        by_split.setdefault((item.split, label), []).append(item.file)
    wanted = {"train": train_per_class, "test": test_per_class}
    groups, split_words, unused = choose_splits(by_split, classes, wanted, seed)
    if unused:
        skipped[unused[0]] += unused[1]
    identity = [str(root), {f.path: [f.size, f.changed] for f in found.files}]

    def make(group: PlannedGroup, name: str) -> Made:
        data = read_file(root / name)
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        return Made(decode_photo(data, image_size).pixels, digest)

    return Plan(f"{words} {split_words}", classes, groups, identity, make, skipped, tuple(notes))


def recognise(files: list[FoundFile], root: Path) -> tuple[str, list[Labelled]]:
    """Recognise the layout: return it in words, and the files that have a class."""
    if not files:
        raise DataError(f"There are no photos in {root}. {UNDERSTOOD}")
    attempts: list[tuple[str, list[Labelled]]] = [
        ("Class folders inside split folders.", list(in_split_folders(files))),
        ("Class folders.", list(in_known_folders(files))),
        ("Class folders.", list(in_class_folders(files))),
        ("Files named after their class.", list(by_file_name(files))),
    ]
    crowded: set[str] = set()
    for words, labelled in attempts:
        names = {class_key(item.name) for item in labelled}
        if len(names) == 2:
            return words, labelled
        if len(names) > 2 and not crowded:
            crowded = {item.name for item in labelled}
    if crowded:
        shown = ", ".join(sorted(crowded)[:8]) + (", ..." if len(crowded) > 8 else "")
        raise DataError(f"{root} holds {len(crowded)} classes ({shown}); exactly two are needed.")
    names = {item.name for _, labelled in attempts for item in labelled}
    came = f"only one class ({', '.join(sorted(names))})" if names else "no classes"
    raise DataError(f"Among {len(files)} files in {root} there are {came}. {UNDERSTOOD}")


def in_split_folders(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files below a split folder; the class is the first folder below that differs."""
    rest: list[tuple[FoundFile, str, list[str]]] = []
    for file in files:
        folders = file.path.split("/")[:-1]
        places = [i for i, part in enumerate(folders) if split_of(part)]
        if places:
            rest.append((file, split_of(folders[places[-1]]) or "", folders[places[-1] + 1 :]))
    for file, split, name in first_difference(rest):
        yield Labelled(file, split, name)


def in_known_folders(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files below a folder named like cats or dogs, wherever it is."""
    for file in files:
        for part in reversed(file.path.split("/")[:-1]):
            if class_key(part) in KNOWN_CLASSES:
                yield Labelled(file, "", part)
                break


def in_class_folders(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files below folders without a split: the class is the first folder that differs."""
    rest = [(file, "", file.path.split("/")[:-1]) for file in files]
    for file, split, name in first_difference(rest):
        yield Labelled(file, split, name)


def first_difference(
    rest: list[tuple[FoundFile, str, list[str]]],
) -> Iterator[tuple[FoundFile, str, str]]:
    """Take the class from the first folder that is not the same for all photos."""
    with_photos = [r for r in rest if r[2] and is_photo_name(r[0].path)] or [
        r for r in rest if r[2]
    ]
    if not with_photos:
        return
    depth = 0
    while len({tuple(r[2][: depth + 1]) for r in with_photos}) == 1:
        if any(len(r[2]) <= depth + 1 for r in with_photos):
            break
        depth += 1
    names = {r[2][depth] for r in with_photos if len(r[2]) > depth}
    for file, split, folders in rest:
        if len(folders) > depth and folders[depth] in names:
            yield file, split, folders[depth]


def by_file_name(files: list[FoundFile]) -> Iterator[Labelled]:
    """Files named like cat.0.jpg; a split folder above them still counts."""
    for file in files:
        *folders, name = file.path.split("/")
        match = FLAT_NAME.match(name)
        if match and is_photo_name(name):
            splits = [split for part in folders if (split := split_of(part))]
            yield Labelled(file, splits[-1] if splits else "", match["name"])


def is_photo_name(path: str) -> bool:
    """Whether a file's ending is that of a picture."""
    return os.path.splitext(path)[1].lower() in PHOTO_SUFFIXES


def name_classes(labelled: list[Labelled]) -> tuple[str, str]:
    """Name label 0 and label 1: a cat is 1, a dog is 0, other names go in sorted order."""
    names: dict[str, str] = {}
    for item in labelled:
        key = class_key(item.name)
        names.setdefault(key, key if key in KNOWN_CLASSES else item.name)
    first, second = sorted(names)
    if first == "cat" or second == "dog":
        first, second = second, first
    return names[first], names[second]


def choose_splits(
    by_split: dict[tuple[str, int], list[FoundFile]],
    classes: tuple[str, str],
    wanted: dict[str, int],
    seed: int,
) -> tuple[tuple[PlannedGroup, ...], str, tuple[str, int] | None]:
    """Fill train and test for both labels; return the groups, words, and what is not needed."""
    splits = {split for split, _ in by_split if all((split, label) in by_split for label in (0, 1))}
    unused = None
    if "train" in splits and splits & {"test", "val"}:
        test = "test" if "test" in splits else "val"
        chosen = {
            (name, label): [file.path for file in by_split[split, label]]
            for name, split in (("train", "train"), ("test", test))
            for label in (0, 1)
        }
        words = "Train and test are as the folders say."
        if test == "val":
            words = "The validation photos serve as test photos."
        elif "val" in splits:
            count = len(by_split["val", 0]) + len(by_split["val", 1])
            unused = (
                "files of the validation split, which is not needed beside the test split",
                count,
            )
    else:
        chosen = {}
        for label in (0, 1):
            paths = [
                f.path
                for (_, which), files in sorted(by_split.items())
                for f in files
                if which == label
            ]
            if len(paths) < 2:
                raise DataError(
                    f"There is only one {classes[label]} photo and no split into train and test; "
                    "at least two of each class are needed."
                )
            train, test_paths = split_paths(paths, wanted, seed)
            chosen["train", label], chosen["test", label] = train, test_paths
        words = f"There is no test split, so one is made from seed {seed}."
    groups = tuple(
        PlannedGroup(split, classes[label], label, wanted[split], tuple(chosen[split, label]))
        for split in ("train", "test")
        for label in (0, 1)
    )
    return groups, words, unused


def split_paths(paths: list[str], wanted: dict[str, int], seed: int) -> tuple[list[str], list[str]]:
    """Split one class in the proportion wanted.

    Test photos are taken from the front of a seeded order and training photos from its end, so
    that asking for more photos later moves none from test to train while there are enough.
    """
    order = sorted(paths)
    random.Random(seed).shuffle(order)
    share = wanted["test"] / (wanted["train"] + wanted["test"])
    cut = min(max(1, round(len(order) * share)), len(order) - 1)
    return order[: cut - 1 : -1], order[:cut]
