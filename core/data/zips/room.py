"""Removes unpacked and dropped zips of which nobody has need, when they take too much room."""

import contextlib
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from filelock import Timeout

from core.data.zips.store import lock_of
from core.files import UNFINISHED, is_locked, read_json, remove_least_recent
from core.folders import unpacked_folder, uploads_folder

LIMIT_BYTES = 8 * 2**30
"""All unpacked zips together, and all dropped ones."""
FREE_BYTES = 2 * 10**9
"""When the disk has less than this free, space is short."""
RECENT_SECONDS = 3600.0
"""A dropped zip that was looked at so lately may be what somebody is about to train on."""


def make_room(needed: Collection[str]) -> None:
    """Remove what was used longest ago, if there is too much of it or the disk is nearly full.

    No zip in ``needed``, the sources of photos that runs name, loses its content; nor one in use.
    """
    if unpacked_folder().is_dir():
        make_room_for_unpacked(unpacked_folder(), needed)
    if uploads_folder().is_dir():
        make_room_for_uploads(uploads_folder(), needed)


def make_room_for_unpacked(folder: Path, needed: Collection[str]) -> None:
    """Remove unpacked zips; of a source that is needed, the newest content stays."""
    remove_unfinished(folder)
    known = sorted(contents(folder))
    newest = {source: path for _, _, path, sources in known for source in sources}
    kept = {path for source, path in newest.items() if source in needed}
    remove_down(
        folder,
        [(used, size, path) for used, size, path, _ in known],
        lambda path: path not in kept and remove_unused(path),
    )


def make_room_for_uploads(folder: Path, needed: Collection[str]) -> None:
    """Remove dropped zips that no run is trained on and nobody has looked at lately."""
    stored = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # another process may have removed it
            size = sum(file.stat().st_size for file in path.iterdir())
            stored.append((path.stat().st_mtime, size, path))
    kept = {Path(source).parent for source in needed}
    lately = time.time() - RECENT_SECONDS
    used_at = {path: used for used, _, path in stored}

    def remove(path: Path) -> bool:
        if path in kept or used_at[path] > lately:
            return False
        shutil.rmtree(path, ignore_errors=True)
        return True

    remove_down(folder, stored, remove)


def remove_down(
    folder: Path, stored: list[tuple[float, int, Path]], remove: Callable[[Path], bool]
) -> None:
    """Remove those used longest ago until all fit the limit and the disk has room again."""
    total = sum(size for _, size, _ in stored)
    short = max(0, FREE_BYTES - shutil.disk_usage(folder).free)
    remove_least_recent(stored, min(LIMIT_BYTES, total - short), remove)


def contents(folder: Path) -> Iterator[tuple[float, int, Path, list[str]]]:
    """Yield of everything unpacked when it was used, its bytes, its folder and its sources."""
    for path in folder.iterdir():
        with contextlib.suppress(OSError, ValueError, KeyError):
            facts = read_json(path / "zip.json")
            yield path.stat().st_mtime, int(facts["bytes"]), path, list(facts["sources"])


def remove_unused(path: Path) -> bool:
    """Remove an unpacked zip unless somebody uses it; return whether it is gone."""
    try:
        with lock_of(path.parent, path.name).acquire(blocking=False):
            if any(map(is_locked, (path / "users").glob("*.lock"))):
                return False
            (path / "zip.json").unlink(missing_ok=True)  # half of it must not look like all
            shutil.rmtree(path, ignore_errors=True)
            return True
    except Timeout:
        return False


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left half unpacked."""
    for path in folder.glob(f"*{UNFINISHED}"):
        with contextlib.suppress(Timeout), lock_of(folder, path.name).acquire(blocking=False):
            shutil.rmtree(path, ignore_errors=True)
