"""Small files that appear whole or not at all, and the check sums that notice when one rots."""

import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import Any


def write_atomically(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Replace ``path`` by ``content`` in one step; a reader sees the old file or the new one.

    ``durable`` also flushes the file and its folder to the disk, so that it survives a power cut.
    """
    temporary = temporary_beside(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    if durable:
        flush_folder(path.parent)


def temporary_beside(path: Path) -> Path:
    """Name a file in the same folder that nobody else writes; renaming it cannot cross disks."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")


def flush_file(path: Path) -> None:
    """Return when the content of ``path`` is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
