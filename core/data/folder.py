"""Which photos of a folder to load, of which class and split, before one of them is opened."""

import hashlib
import random
from collections import Counter
from pathlib import Path

from core.data.decode import FILLED, decode_photo, read_file
from core.data.folder_layout import Labelled, class_key, name_classes, recognise
from core.data.plan import LoadedPhoto, Plan, PlannedGroup
from core.data.request import DataRequest
from core.data.walk import Walk, walk
from core.errors import DataError

OUTSIDE = "files outside the class folders"
VALIDATION = "files of the validation split, which is not needed beside the test split"
Chosen = dict[tuple[str, int], list[str]]


def plan_folder(request: DataRequest, root: Path) -> Plan:
    """Plan what to load from a folder; raises ``DataError`` when its layout is not understood."""
    root = root.resolve()
    return plan_files(request, root, walk(root), str(root))


def plan_files(request: DataRequest, root: Path, found: Walk, name: str) -> Plan:
    """Plan what to load of the files ``found`` below ``root``, which people know by ``name``."""
    layout, labelled = recognise(found.files, name)
    classes = name_classes(labelled)
    wanted = request.wanted
    chosen, words = choose_splits(labelled, classes, wanted, request.seed)
    groups = tuple(
        PlannedGroup(split, classes[label], label, wanted[split], tuple(chosen[split, label]))
        for split in ("train", "test")
        for label in (0, 1)
    )
    skipped = found.skipped
    skipped[OUTSIDE] = len(found.files) - len(labelled)
    skipped[VALIDATION] = len(labelled) - sum(len(paths) for paths in chosen.values())
    files = {item.file.path: item.file for item in labelled}
    same_size = Counter(file.size for file in files.values())

    def make(group: PlannedGroup, name: str) -> LoadedPhoto:
        data = read_file(root / name)
        # Only files of one size can be equal, so that few need to go through a hash.
        alone = same_size[files[name].size] == 1
        digest = "" if alone else hashlib.sha256(data).hexdigest()
        photo = decode_photo(data, request.image_size)
        return LoadedPhoto(photo.pixels, digest, FILLED in photo.notes, photo.size)

    identity = [str(root), {path: [file.size, file.changed] for path, file in files.items()}]
    return Plan(f"{layout} {words}", classes, groups, identity, make, +skipped)


def choose_splits(
    labelled: list[Labelled], classes: tuple[str, str], wanted: dict[str, int], seed: int
) -> tuple[Chosen, str]:
    """Return the paths for every (split, label), and in words where the splits come from."""
    found: Chosen = {}
    for item in labelled:
        label = int(class_key(item.name) == class_key(classes[1]))
        found.setdefault((item.split, label), []).append(item.file.path)
    whole = {split for split, _ in found if (split, 0) in found and (split, 1) in found}
    tests = [split for split in ("test", "val") if split in whole]
    if "train" in whole and tests:
        words = "Train and test are as the folders say."
        if tests[0] == "val":
            words = "The validation photos serve as test photos."
        sources = {"train": "train", "test": tests[0]}
        return {(s, label): found[sources[s], label] for s in sources for label in (0, 1)}, words
    named = {split for split, _ in found} - {""}
    if len(named) > 1:
        split = next(s for s in ("train", "test", "val") if s in named - whole)
        missing = next(label for label in (0, 1) if (split, label) not in found)
        raise DataError(f"The {split} folder has no {classes[missing]} photos.")
    return make_split(found, classes, wanted, seed), (
        f"There is no test split, so a part of each class was set aside (seed {seed})."
    )


def make_split(
    found: Chosen, classes: tuple[str, str], wanted: dict[str, int], seed: int
) -> Chosen:
    """Split each class in the proportion wanted, in a seeded order.

    Test photos are the first of that order and training photos the last, so that asking for more
    later moves none from test to train as long as there are enough.
    """
    chosen: Chosen = {}
    share = wanted["test"] / (wanted["train"] + wanted["test"])
    for label in (0, 1):
        order = sorted(
            path for (_, which), paths in found.items() for path in paths if which == label
        )
        if len(order) < 2:
            raise DataError(
                f"There is only one {classes[label]} photo and no split into train and test; "
                "at least two of each class are needed."
            )
        random.Random(seed).shuffle(order)
        cut = min(max(1, round(len(order) * share)), len(order) - 1)
        chosen["train", label] = order[cut:][::-1]
        chosen["test", label] = order[:cut]
    return chosen
