"""What visitors bring and is kept on the disk, photos, runs and weights: how much, and whose it is.

Whoever sits at the server has no limit, and on a server that only its own computer reaches that is
everybody.
"""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from core.data.change_list import ChangeList
from core.data.collection.store import (
    Collection,
    collections,
    is_collection,
    make_collection,
    open_collection,
)
from core.data.zips.uploads import give_up, keep_upload, uploads_of
from core.errors import DataError
from core.networks.kept_weights import list_kept
from core.runs.listing import every_run
from core.runs.photos import named_sources
from core.runs.rights import check_known
from core.visitors import Visitor, owns
from core.wording import spoken_memory

MOST_BYTES = 10**9
"""How much of what a visitor brings is kept at once."""

MOST_PHOTO_BYTES = 200 * 10**6
"""How much of a visit's photos, which no disk keeps, is held in memory."""


def keep_zip(name: str, content: bytes | memoryview, visitor: Visitor) -> Path:
    """Keep a zip that a visitor dropped; ``GlassError`` when it cannot or may not be kept."""
    check_upload(visitor, len(content))
    return keep_upload(name, content, visitor.mark)


def make_boxes(name: str, classes: tuple[str, str], visitor: Visitor) -> Collection:
    """Make two boxes that a visitor will drop photos into; ``GlassError`` when that cannot be."""
    check_known(visitor)
    return make_collection(name, classes, visitor.mark)


def changing_boxes(collection: Collection, visitor: Visitor) -> Collection:
    """Return a collection to a visitor who may change it; everybody else gets a ``DataError``."""
    if not owns(visitor, collection.owner):
        raise DataError(
            f"The photos called {collection.name} are somebody else's. Only the browser that made "
            "the boxes, and whoever sits at the server, can change them."
        )
    return collection


def may_review(source: str, visitor: Visitor) -> bool:
    """Tell whether a visitor may leave photos of a source out for everybody, or turn labels over.

    Of what a visitor brought: yes. Of the server's own folders only whoever sits there may.
    """
    if visitor.at_home:
        return True
    if is_collection(source):
        return owns(visitor, open_collection(Path(source)).owner)
    return bool(visitor.mark) and Path(source) in uploads_of(visitor.mark)


def changing_list(kept: ChangeList, visitor: Visitor) -> ChangeList:
    """Return the list of changes of a source to a visitor who may change it; else ``DataError``."""
    if not may_review(kept.source, visitor):
        raise DataError(
            "What is left out of photos that others use, too, is decided by whoever brought them, "
            "or sits at the server."
        )
    return kept


def check_upload(visitor: Visitor, size: int) -> None:
    """Raise ``DataError`` when a visitor has brought too much to bring ``size`` bytes more.

    Dropped zips that no run needs make room first, the one used longest ago before the others.
    """
    if visitor.at_home:
        return
    check_known(visitor)
    kept, needed = uploaded_bytes(visitor), named_sources()
    zips = uploads_of(visitor.mark)
    unneeded = {path: each for path, each in zips.items() if str(path) not in needed}
    stays = kept - sum(unneeded.values())
    if stays + size > MOST_BYTES:
        raise DataError(
            f"This has {spoken_memory(size)}, and {spoken_memory(stays)} of what you brought are "
            f"in use here already; {spoken_memory(MOST_BYTES)} in all are allowed. Delete a run, "
            "weights or photos of yours that you no longer need."
        )
    for path, bytes_of_it in unneeded.items():
        if kept + size > MOST_BYTES:
            give_up(path, visitor.mark)
            kept -= bytes_of_it


def photos_allowed(visitor: Visitor, sizes: Sequence[int]) -> int:
    """Return how many photos of these sizes in bytes, in their order, one visit may hold."""
    if visitor.at_home:
        return len(sizes)
    return sum(total <= MOST_PHOTO_BYTES for total in accumulate(sizes))


def uploaded_bytes(visitor: Visitor) -> int:
    """Count the bytes of all that a visitor brought and that is kept here."""
    zips = sum(uploads_of(visitor.mark).values())
    weights = sum(kept.size for kept in list_kept().values() if kept.owner == visitor.mark)
    runs = sum(
        bytes_of(run.path)
        for run in every_run()
        if run.owner == visitor.mark and "taken_in" in run.record
    )
    boxes = sum(bytes_of(each.path) for each in collections() if each.owner == visitor.mark)
    return zips + weights + runs + boxes


def bytes_of(folder: Path) -> int:
    """Count the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
