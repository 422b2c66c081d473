"""The regular files below a folder, listed without opening one of them."""

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from core.data.report import printable
from core.errors import DataError
from core.served import may_read

MAX_ENTRIES = 200_000
MAX_DEPTH = 16
LITTER = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
LITTER_FOLDERS = {"__macosx", "$recycle.bin", "@eadir"}

# Reasons for skipping, worded to follow a count
LITTER_FILE = "litter files (.DS_Store, Thumbs.db, ._* and other hidden files)"
HIDDEN_FOLDER = "hidden folders"
NO_FILE = "pipes, devices and other things that are no files"
CLOSED_LINK = "links to places that may not be read here"
DEAD_LINK = "links that lead nowhere"
SEEN_FOLDER = "links to folders that are read anyway"
FAR_FOLDER = "links to folders around this one, or from one linked folder to another"
CLOSED_FOLDER = "folders that cannot be read"
DEEP_FOLDER = f"folders more than {MAX_DEPTH} deep"


@dataclass(frozen=True)
class FoundFile:
    """A regular file: path below the folder, size in bytes, time of last change in ns."""

    path: str
    size: int
    changed: int


@dataclass
class Walk:
    """Regular files in sorted order, and how many things were skipped for which reason."""

    files: list[FoundFile] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def walk(root: Path) -> Walk:
    """List all regular files below ``root``.

    A link to a file counts as a file. A link to a folder is followed, so that a class folder may
    lie elsewhere; but no folder is read twice and links come last, so that none loops or counts a
    photo again, and none leads on to another link or to a folder around ``root``, so that a stray
    one does not bring in half the disk; nor to what may not be read here. Raises ``DataError`` when
    ``root`` cannot be read or holds far too much.
    """
    result = Walk()
    seen: set[tuple[int, int]] = set()
    folders: list[tuple[str, int]] = [("", 0)]
    links: list[tuple[str, int]] = []
    count = 0
    linked = False  # links are followed only once there are no more real folders
    while folders or links:
        linked = linked or not folders
        folder, depth = folders.pop() if folders else links.pop(0)
        for entry in list_folder(root, folder, seen, result.skipped):
            count += 1
            if count > MAX_ENTRIES:
                raise DataError(
                    f"There are more than {MAX_ENTRIES:,} files and folders in "
                    f"{printable(str(root))}; name the folder of the photos itself."
                )
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink() and not may_read(root / path):
                result.skipped[CLOSED_LINK] += 1
                continue
            if not enter_or_note(entry, path, result):
                continue
            if depth == MAX_DEPTH:
                result.skipped[DEEP_FOLDER] += 1
            elif not entry.is_symlink():
                folders.append((path, depth + 1))
            elif linked or root.resolve().is_relative_to((root / path).resolve()):
                result.skipped[FAR_FOLDER] += 1
            else:
                links.append((path, depth + 1))
    result.files.sort(key=lambda file: file.path)
    return result


def list_folder(
    root: Path, folder: str, seen: set[tuple[int, int]], skipped: Counter[str]
) -> list[os.DirEntry[str]]:
    """List a folder unless it was read before under another name or cannot be read."""
    try:
        status = os.stat(root / folder)
        if (status.st_dev, status.st_ino) in seen:
            skipped[SEEN_FOLDER] += 1
            return []
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(root / folder) as entries:
            return list(islice(entries, MAX_ENTRIES + 1))
    except OSError as error:
        if not folder:
            sentence = f"The folder {printable(str(root))} cannot be read: {error.strerror}."
            raise DataError(sentence) from error
        skipped[CLOSED_FOLDER] += 1
        return []


def enter_or_note(entry: os.DirEntry[str], path: str, result: Walk) -> bool:
    """Return whether to enter a folder; note a file, or the reason for skipping anything else."""
    name = entry.name.lower()
    try:
        status = entry.stat()
    except OSError:  # the target of a link is missing, or links go round in a circle
        result.skipped[LITTER_FILE if name.startswith(".") else DEAD_LINK] += 1
        return False
    if stat.S_ISDIR(status.st_mode):
        if name.startswith(".") or name in LITTER_FOLDERS:
            result.skipped[HIDDEN_FOLDER] += 1
            return False
        return True
    if not stat.S_ISREG(status.st_mode):
        result.skipped[NO_FILE] += 1
    elif name.startswith(".") or name in LITTER:
        result.skipped[LITTER_FILE] += 1
    else:
        result.files.append(FoundFile(path, status.st_size, status.st_mtime_ns))
    return False
