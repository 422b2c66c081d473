"""Small files that appear whole or not at all, and the check sums that notice when one rots."""

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.errors import WriteError

UNFINISHED = ".building"
"""Ends the name of a folder that is still being filled."""

PROBED_SECONDS = 1.0
"""A lock that is held for less may only have been asked after."""

write_some = os.write
"""What every byte of a run and of the cache goes through, so that a test can fill the disk."""


def write_all(descriptor: int, content: bytes | memoryview) -> None:
    """Write all of ``content``: a disk that is nearly full takes a part of it without a word."""
    left = memoryview(content).cast("B")
    while left:
        left = left[write_some(descriptor, left) :]


def write_atomically(path: Path, content: bytes | memoryview, *, durable: bool = False) -> None:
    """Replace ``path`` by ``content`` in one step; a reader sees the old file or the new one.

    ``durable`` also flushes the file and its folder to the disk, so that it survives a power cut.
    After a ``WriteError`` ``path`` is as it was.
    """
    temporary = temporary_beside(path)
    with writing(path):
        try:
            with temporary.open("wb", buffering=0) as file:
                write_all(file.fileno(), content)
                if durable:
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        if durable:
            flush_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder that may be there already, within one that must be."""
    with writing(path):
        path.mkdir(exist_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Let what the system refuses within the block be a ``WriteError`` about ``path``."""
    try:
        yield
    except OSError as error:
        raise WriteError(error.errno, error.strerror, str(path)) from error


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes ``path`` when the block ends without an error.

    Only one may do so at a time. Nothing waits for the disk: whoever reads it has to notice what a
    power cut tore.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)  # what a killed builder left behind
    unfinished.mkdir()
    try:
        yield unfinished
        shutil.rmtree(path, ignore_errors=True)  # one that did not verify
        unfinished.rename(path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def remove_least_recent(
    stored: Iterable[tuple[float, int, Path]], limit: int, remove: Callable[[Path], bool]
) -> None:
    """Remove what was used longest ago until the rest takes at most ``limit`` bytes.

    ``stored`` are (when used, bytes, path); ``remove`` returns whether it did remove.
    """
    stored = sorted(stored)
    total = sum(size for _, size, _ in stored)
    for _, size, path in stored:
        if total <= limit:
            return
        total -= size if remove(path) else 0


def plain_name(text: str, longest: int) -> str:
    """Make of what a visitor calls a file what any file can be called: words, blanks, dots, dashes.

    It has at most ``longest`` characters, leads nowhere, and is "" where nothing is left.
    """
    return re.sub(r"[^\w. -]+", "_", text)[:longest].strip(". ")


def temporary_beside(path: Path) -> Path:
    """Name a file in the same folder that nobody else writes; renaming it cannot cross disks."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")


def remove_unfinished(folder: Path, names: str) -> None:
    """Remove what writers of files called ``names`` (a pattern) left when they were killed.

    Only for whoever is alone in writing them.
    """
    for path in folder.glob(f".{names}.*.tmp"):
        path.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Return when the folder's list of names is on the disk; Windows has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, value: dict[str, Any], *, durable: bool = False) -> None:
    """Write a JSON object atomically; a number that is not finite is a ``ValueError``."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, indent=1)
    write_atomically(path, text.encode(), durable=durable)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; ``ValueError`` when it is none, ``OSError`` when it cannot be read."""
    try:
        value = json.loads(path.read_bytes())
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path.name} is not JSON text") from error
    if not isinstance(value, dict):
        raise ValueError(f"{path.name} must hold a JSON object, not {type(value).__name__}")
    return value


def claimed_lock(path: Path) -> AbstractContextManager[object]:
    """Take a lock for as long as a block lasts; ``Timeout`` when another process holds it.

    It is tried for a moment: ``is_locked`` holds it, too, while somebody asks.
    """
    return FileLock(path).acquire(timeout=PROBED_SECONDS)


def is_locked(path: Path) -> bool:
    """Tell whether a process holds the lock."""
    try:
        with FileLock(path).acquire(blocking=False):
            return False
    except Timeout:
        return True
    except FileNotFoundError:
        return False


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
