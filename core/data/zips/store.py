"""Unpacked zips on disk: each content once, whole or not at all, kept while they are of use.

A zip is unpacked to ``KEY/``, where KEY is the SHA-256 of its content: ``photos/`` is what was in
it, ``zip.json`` what was left out and which zips had this content, and ``users/`` holds a locked
file for everyone who reads it just now. The zip is there still, so all of it can be made again.
"""

import hashlib
import os
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, TypeAlias

from filelock import FileLock

from core.data.report import printable
from core.data.walk import Walk, walk
from core.data.zips.listing import Listing, list_entries, open_zip
from core.data.zips.refusal import refused
from core.data.zips.unpack import archives_left_out, unpack
from core.errors import DataError
from core.files import is_locked, read_json, whole_folder, write_json
from core.folders import unpacked_folder
from core.system import free_bytes
from core.wording import spoken_memory

Version: TypeAlias = tuple[int, ...]
_KEYS: dict[Version, str] = {}
MAX_PHOTO_BYTES = 100_000_000
SPARE_BYTES = 200 * 10**6
"""What unpacking leaves free, for everything else on the disk."""


@dataclass(frozen=True)
class Unpacked:
    """A zip's content: the files below ``root``, what was passed over, and notes in sentences.

    Nobody removes it as long as ``user`` lives.
    """

    key: str
    root: Path
    found: Walk
    notes: tuple[str, ...]
    user: FileLock


def unpacked(path: Path) -> Unpacked:
    """Return a zip's content, unpacked now or before.

    ``ArchiveError`` when the zip cannot be used, ``DataError`` when it cannot be read or there is
    no room for it.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError(f"{printable(str(path))} cannot be read: {error.strerror}.") from error
    folder = unpacked_folder()
    with file:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            key = content_key(file)
            with lock_of(folder, key):
                there = taken_up(folder / key, path)
                if there is None:
                    unpack_to(folder / key, file, path.name)
                    there = taken_up(folder / key, path)
        except OSError as error:
            reason = f"{folder}: {error.strerror or error}"
            raise DataError(f"{printable(path.name)} cannot be unpacked to {reason}.") from error
    if there is None:
        raise DataError(f"Something removes files from {folder} while they are used.")
    return there


def unpack_to(target: Path, file: BufferedReader, zip_name: str) -> None:
    """Unpack a zip into a folder that appears whole; its lock is to be held."""
    with open_zip(file, zip_name) as archive:
        listing = list_entries(archive, zip_name, MAX_PHOTO_BYTES)
        check_room(listing.total, target.parent, zip_name)
        with whole_folder(target) as unfinished:
            (unfinished / "photos").mkdir()
            unpack(archive, listing, unfinished / "photos", zip_name)
            write_facts(unfinished, listing)


def content_key(file: BufferedReader) -> str:
    """Return the key of a zip's content, which is read once as long as the file stays as it is."""
    version = version_of(file)
    key = _KEYS.get(version)
    if key is None:
        key = hashlib.file_digest(file, "sha256").hexdigest()[:40]
        file.seek(0)
        if version_of(file) == version:
            _KEYS[version] = key
    return key


def version_of(file: BufferedReader) -> Version:
    """Return what changes whenever a file's content does."""
    status = os.fstat(file.fileno())
    times = status.st_mtime_ns, status.st_ctime_ns
    return status.st_dev, status.st_ino, status.st_size, *times


def lock_of(folder: Path, key: str) -> FileLock:
    """Return the lock of a key's folder: one of 256, so that lock files do not pile up."""
    return FileLock(folder / f"{key[:2]}.lock")


def check_room(needed: int, folder: Path, zip_name: str) -> None:
    """Refuse to fill the disk."""
    free = free_bytes(folder)
    if needed + SPARE_BYTES > free:
        reason = (
            f"its files unpack to {spoken_memory(needed)}, and only {spoken_memory(free)} are free "
            f"where they would go, in {folder}"
        )
        raise refused("too_large", zip_name, reason)


def write_facts(folder: Path, listing: Listing) -> None:
    """Write down what was unpacked, and what was not."""
    found = walk(folder / "photos")
    facts = {
        "files": len(found.files),
        "bytes": sum(file.size for file in found.files),
        "skipped": dict(listing.skipped),
        "archives": list(listing.archives),
        "sources": [],
    }
    write_json(folder / "zip.json", facts)


def taken_up(folder: Path, source: Path) -> Unpacked | None:
    """Return what was unpacked, None when it is not there or not whole; its lock is to be held."""
    try:
        facts = read_json(folder / "zip.json")
        found = walk(folder / "photos")
        if (len(found.files), sum(file.size for file in found.files)) != (
            facts["files"],
            facts["bytes"],
        ):
            return None
        found.skipped += Counter(facts["skipped"])
        remember_source(folder, facts, str(source))
        notes = tuple(notes_on(tuple(facts["archives"])))
        os.utime(folder)  # used just now: last to be removed
        return Unpacked(folder.name, folder / "photos", found, notes, new_user(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember_source(folder: Path, facts: dict[str, Any], source: str) -> None:
    """Write down that the zip at ``source`` has this content."""
    if source not in facts["sources"]:
        write_json(folder / "zip.json", facts | {"sources": [*facts["sources"], source]})


def notes_on(archives: tuple[str, ...]) -> Iterator[str]:
    """Say which archives within the zip were left out."""
    if archives:
        words = archives_left_out(archives)
        yield f"The zip holds {words}, which {'is' if len(archives) == 1 else 'are'} left out."


def new_user(folder: Path) -> FileLock:
    """Return a lock that says that the folder is in use, until it is let go or its process ends."""
    users = folder / "users"
    users.mkdir(exist_ok=True)
    for path in users.iterdir():
        if not is_locked(path):
            path.unlink(missing_ok=True)  # of one who is done
    user = FileLock(users / f"{uuid.uuid4().hex}.lock", thread_local=False)
    user.acquire(blocking=False)
    return user
