"""Zips that were dropped on a page: kept by their content, as a file that a run can name."""

import contextlib
import hashlib
import os
import re
import shutil
from pathlib import Path

from core.data.zips.refusal import refused
from core.data.zips.store import SPARE_BYTES, unpacked
from core.errors import ArchiveError, DataError
from core.files import plain_name, write_atomically
from core.folders import uploads_folder
from core.system import free_bytes
from core.wording import spoken_memory, spoken_size

LONGEST_NAME = 60
OWNER = ".owner"
"""Ends the name of an empty file beside a dropped zip: the mark of a browser that dropped it."""


def keep_upload(name: str, content: bytes | memoryview, owner: str = "") -> Path:
    """Keep a dropped zip and return where; one with the same content is kept once.

    ``name`` is its owner's for it, and ``owner`` the mark of the browser that dropped it
    (``core.visitors``), "" for whoever sits at the server. ``ArchiveError`` when it cannot be used,
    and then nothing of it is kept; ``DataError`` when the disk refuses.
    """
    folder = uploads_folder() / hashlib.sha256(content).hexdigest()[:32]
    path = next(folder.glob("*.zip"), folder / file_name(name))
    new = not path.exists()
    try:
        if new:
            folder.mkdir(parents=True, exist_ok=True)
            check_room(len(content), folder, name)
            write_atomically(path, content)
        unpacked(path)
        if not new and not any(folder.glob(f"*{OWNER}")):
            (folder / OWNER).touch()  # dropped before there were marks: nobody's to give up
        (folder / f"{owner}{OWNER}").touch()
    except ArchiveError:
        if new:  # else a run may need it, and only the disk was full
            shutil.rmtree(folder, ignore_errors=True)
        raise
    except OSError as error:
        raise DataError(f"{path.name} cannot be kept: {error.strerror or error}.") from error
    return path


def uploads_of(owner: str) -> dict[Path, int]:
    """Return the zips that a browser dropped and their bytes, the one used longest ago first."""
    found = []
    for mark in uploads_folder().glob(f"*/{owner}{OWNER}"):
        for path in mark.parent.glob("*.zip"):
            with contextlib.suppress(OSError):  # removed just now
                found.append((path.parent.stat().st_mtime, path, path.stat().st_size))
    return {path: size for _, path, size in sorted(found)}


def give_up(path: Path, owner: str) -> None:
    """Let a browser no longer be one of a dropped zip's owners; without any it is removed."""
    (path.parent / f"{owner}{OWNER}").unlink(missing_ok=True)
    if not any(path.parent.glob(f"*{OWNER}")):
        shutil.rmtree(path.parent, ignore_errors=True)


def check_room(needed: int, folder: Path, zip_name: str) -> None:
    """Refuse to fill the disk."""
    free = free_bytes(folder)
    if needed + SPARE_BYTES > free:
        reason = f"it has {spoken_size(needed)}, and only {spoken_memory(free)} are free here"
        raise refused("too_large", zip_name, reason)


def file_name(name: str) -> str:
    """Make a file's name of what a visitor calls a zip: words, blanks, dots and dashes alone."""
    stem = re.sub(r"\.zip$", "", name, flags=re.IGNORECASE)
    return f"{plain_name(stem, LONGEST_NAME) or 'photos'}.zip"


def is_upload(source: str) -> bool:
    """Tell whether a source of photos is a zip that was dropped on a page."""
    return Path(source).is_relative_to(uploads_folder())


def name_in_address(source: str) -> str:
    """Return what an address calls a dropped zip; nobody can guess it."""
    return Path(source).parent.name


def upload_of(name: str) -> Path | None:
    """Return the dropped zip that an address names, None when it is not here any more."""
    if not re.fullmatch(r"[0-9a-f]{32}", name):
        return None
    return next((uploads_folder() / name).glob("*.zip"), None)


def note_use(path: Path) -> None:
    """Note that a dropped zip is of use just now, so that it is removed last."""
    if is_upload(str(path)):
        os.utime(path.parent)
