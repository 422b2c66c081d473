"""Collections on disk: a folder each, in it a folder for each class, in that a PNG for each photo.

    My pets/cat/IMG_0412-3fa41b2c9d04e7aa.png

A photo is there or it is not, and its name holds the check sum of its pixels, by which the same one
is known again. Beside the classes ``.owner`` says whose it is, on a server that knows visitors.
"""

import contextlib
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from core.data.cache import forget_photos
from core.data.collection.names import checked_classes, checked_name, is_taken
from core.data.folder_layout import class_key, in_label_order
from core.errors import DataError
from core.files import make_folder, write_atomically, writing
from core.folders import collections_folder
from core.wording import listed

ENOUGH = 10
"""Photos of each class from which a network can be trained."""
MAX_COLLECTIONS = 20
"""So many are kept of each owner's."""
OWNER = ".owner"
UNSEEN = ("making", "deleted")
"""Begin the hidden names of folders that are not collections yet, or no longer."""


@dataclass(frozen=True)
class Collection:
    """Photos of two classes below ``path``; its name is that of the folder."""

    path: Path
    classes: tuple[str, str]

    @property
    def owner(self) -> str:
        """The mark of the browser that made it (``core.visitors``), empty where none is known."""
        try:
            return (self.path / OWNER).read_text()
        except OSError:
            return ""

    @property
    def name(self) -> str:
        """What its owner called it."""
        return self.path.name

    def photos(self, class_name: str) -> list[Path]:
        """Return the photos of a class, the newest first."""
        found: list[tuple[int, Path]] = []
        with contextlib.suppress(OSError):  # somebody deletes the collection just now
            photos = (self.path / class_name).glob("*.png")
            found = [(path.stat().st_mtime_ns, path) for path in photos]
        return [path for _, path in sorted(found, reverse=True)]

    def label(self, class_name: str) -> int:
        """Return the label that photos of a class get in a training, 0 or 1."""
        return in_label_order(*map(class_key, self.classes)).index(class_key(class_name))

    def missing(self) -> str:
        """Say how many photos are still needed before a training can begin; "" when none are."""
        counts = {name: max(0, ENOUGH - len(self.photos(name))) for name in self.classes}
        lacking = [f"{count} of {name}" for name, count in counts.items() if count]
        if not lacking:
            return ""
        return (
            f"A training needs at least {ENOUGH} photos of each class: in {self.name} "
            f"{listed(lacking)} {'is' if sum(counts.values()) == 1 else 'are'} missing."
        )


def collections() -> list[Collection]:
    """Return all collections, by their names."""
    folder = collections_folder()
    found = []
    if folder.is_dir():
        for path in sorted(folder.iterdir(), key=lambda path: path.name.casefold()):
            with contextlib.suppress(DataError):
                found.append(open_collection(path))
    return found


def open_collection(path: Path) -> Collection:
    """Return the collection at ``path``; ``DataError`` when it was deleted, or is none."""
    try:
        classes = sorted(each.name for each in path.iterdir() if each.is_dir())
    except OSError as error:
        raise DataError(
            f"The photos that were dropped here as {path.name} were deleted; dropped again under "
            "the same names, they can be trained on again."
        ) from error
    if len(classes) != 2 or path.name.startswith("."):
        raise DataError(f"{path.name} holds no photos dropped here: expected are two boxes.")
    return Collection(path, (classes[0], classes[1]))


def collection_named(name: str) -> Collection:
    """Return the collection of a name, in small letters or large; ``DataError`` lists those there.

    The name is only compared, never made a path.
    """
    known = collections()
    wanted = " ".join(name.split()).casefold()
    for each in known:
        if each.name.casefold() == wanted:
            return each
    names = listed([each.name for each in known])
    there = f"there {'is' if len(known) == 1 else 'are'} {names}" if known else "there are none yet"
    raise DataError(f"No photos were dropped here under the name {name.strip()[:60]!r}; {there}.")


def is_collection(source: str) -> bool:
    """Tell whether a source of photos is, or was, a collection."""
    return Path(source).parent == collections_folder()


def make_collection(name: str, classes: tuple[str, str], owner: str = "") -> Collection:
    """Make an empty collection; ``DataError`` when a name cannot be used or is taken.

    ``owner`` is the mark of the browser that makes it.
    """
    name = checked_name(name, "The name of your photos")
    classes = checked_classes(classes)
    folder = collections_folder()
    with changing(folder):
        known = collections()
        if is_taken(name, [each.name for each in known]):
            raise DataError(f"There are photos called {name} already: choose another name.")
        own = sum(each.owner == owner for each in known)
        if own >= MAX_COLLECTIONS:
            raise DataError(
                f"{own} collections of yours are here already, and at most {MAX_COLLECTIONS} are "
                "kept: delete one that is not needed any more."
            )
        unseen = unseen_folder(folder, UNSEEN[0])
        make_folder(unseen)
        for each in classes:
            make_folder(unseen / each)
        if owner:
            write_atomically(unseen / OWNER, owner.encode())
        with writing(folder / name):
            unseen.rename(folder / name)
        remove_unseen(folder)
    return open_collection(folder / name)


def delete(collection: Collection) -> None:
    """Delete a collection for good, and what was cached of it; to everybody it is gone at once."""
    folder = collections_folder()
    every = [path for name in collection.classes for path in collection.photos(name)]
    with changing(folder):
        with writing(collection.path), contextlib.suppress(FileNotFoundError):
            collection.path.rename(unseen_folder(folder, UNSEEN[1]))
        remove_unseen(folder)
    forget_photos(names_in_packs(every))


def take_out(collection: Collection, photos: Sequence[Path]) -> None:
    """Delete some of the photos of a collection for good, and what was cached of them."""
    own = [path for path in photos if path.parent.parent == collection.path]
    with changing(collections_folder()):
        for path in own:
            with writing(path):
                path.unlink(missing_ok=True)
    forget_photos(names_in_packs(own))


def names_in_packs(photos: Sequence[Path]) -> list[str]:
    """Return what the loader calls photos of a collection; no others have their check sums."""
    return [f"{path.parent.name}/{path.name}" for path in photos]


def unseen_folder(folder: Path, prefix: str) -> Path:
    """Name a folder that nobody takes for a collection."""
    return folder / f".{prefix}-{uuid.uuid4().hex}"


def remove_unseen(folder: Path) -> None:
    """Remove what is no collection yet, or no longer: also what killed processes left."""
    for prefix in UNSEEN:
        for path in folder.glob(f".{prefix}-*"):
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Let one at a time change what is kept in the folder of all collections."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        yield
