"""Photos added to a collection: each once, in one of its boxes, as long as there is room."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.data.collection.kept_photo import KeptPhoto, kept_photo
from core.data.collection.store import Collection, changing, open_collection
from core.data.report import printable
from core.errors import DataError, PhotoError, WriteError
from core.files import plain_name, remove_unfinished, write_atomically
from core.folders import collections_folder
from core.system import free_bytes
from core.wording import listed, spoken_memory

MAX_PHOTOS = 1000
"""Of each class."""
MAX_BYTES = 10**9
"""Of both classes together."""
SPARE_BYTES = 2 * 10**9
"""What is left free on the disk, for everything else."""
LONGEST_STEM = 40
SHOWN = 3
"""Of the names of photos that are left out for the same reason."""


@dataclass(frozen=True)
class Added:
    """How many photos a class has more, and which were left out: (name, why) each."""

    count: int
    left_out: tuple[tuple[str, str], ...]

    def sentences(self) -> list[str]:
        """Tell why photos were left out, those of one reason together."""
        names: dict[str, list[str]] = {}
        for name, why in self.left_out:
            names.setdefault(why, []).append(printable(name))
        return [f"{spoken(each)} not added. {why}" for why, each in names.items()]


def spoken(names: Sequence[str]) -> str:
    """Name the first few, with the verb for one or for several."""
    more = [f"{len(names) - SHOWN:,} more"] if len(names) > SHOWN else []
    return f"{listed([*names[:SHOWN], *more])} {'was' if len(names) == 1 else 'were'}"


class LeftOutError(DataError):
    """A photo that is not taken, though it is one."""


def add_photos(
    collection: Collection,
    class_name: str,
    files: Iterable[tuple[str, bytes]],
    progress: Callable[[int], None] = lambda done: None,
) -> Added:
    """Keep photos in one of the boxes: files by the names that their owner gave them.

    Each one that cannot be used, or that is there already, is left out with its reason.
    ``DataError`` when the collection was deleted meanwhile. ``progress`` is told how many are done.
    """
    count, left_out = 0, []
    for number, (name, content) in enumerate(files):
        progress(number)
        try:
            photo = kept_photo(content)
            with changing(collections_folder()):
                keep(open_collection(collection.path), class_name, name, photo)
            count += 1
        except (LeftOutError, PhotoError, WriteError) as error:
            left_out.append((name, str(error)))
    return Added(count, tuple(left_out))


def keep(collection: Collection, class_name: str, name: str, photo: KeptPhoto) -> None:
    """Write one photo, unless it is there already or there is no room; the lock is to be held."""
    for box in collection.classes:
        if any((collection.path / box).glob(f"*-{photo.digest}.png")):
            raise LeftOutError(
                "The same picture is in this box already, and is kept once."
                if box == class_name
                else f"The same picture is in the box {box} already, and can only be in one of "
                f"them: take it out there if it belongs to {class_name}."
            )
    check_room(collection, class_name, len(photo.png))
    folder = collection.path / class_name
    remove_unfinished(folder, "*")
    stem = plain_name(name.rpartition(".")[0] or name, LONGEST_STEM) or "photo"
    write_atomically(folder / f"{stem}-{photo.digest}.png", photo.png)


def check_room(collection: Collection, class_name: str, needed: int) -> None:
    """Refuse what is too much for a box, for both, or for the disk."""
    if len(collection.photos(class_name)) >= MAX_PHOTOS:
        raise LeftOutError(f"A box holds at most {MAX_PHOTOS:,} photos, and {class_name} is full.")
    every = [path for box in collection.classes for path in collection.photos(box)]
    if sum(path.stat().st_size for path in every) + needed > MAX_BYTES:
        most = spoken_memory(MAX_BYTES)
        raise LeftOutError(f"Both boxes together may take at most {most}, and are full.")
    free = free_bytes(collection.path)
    if needed + SPARE_BYTES > free:
        raise LeftOutError(
            f"Only {spoken_memory(free)} are free on the server's disk, too little to keep photos."
        )
