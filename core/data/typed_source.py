"""Sources of photos as people type them: by a name, or by the path of a folder or a zip."""

import os
import stat
from pathlib import Path

from core.config import ARTICLE_SET, PLACELESS
from core.data.collection.store import collection_named, is_collection, open_collection
from core.data.folder_layout import KNOWN_CLASSES, split_of
from core.data.report import printable
from core.data.sniff import sniff_format, sniff_other
from core.errors import DataError, PlaceError
from core.served import may_read, what_is_open
from core.typed_path import missing, typed_path, without_quotes

ZIP = ".zip"
KAGGLE = "kaggle:"
DROPPED = "photos:"
"""Begins how people name photos that were dropped for training: "photos:My pets"."""
EXPECTED = "expected is a folder with photos of two classes, or a zip of one"


def typed_source(text: str) -> str:
    """Return a name of ``PLACELESS``, or the absolute path of the folder or zip that was meant.

    Photos that were dropped here are named as ``photos:NAME``; they are a folder too.
    ``DataError`` says in one sentence what is wrong with what was typed, ``PlaceError`` that it may
    not be read here. What this returns is returned as it is.
    """
    source = spelled_out(text)
    if source in PLACELESS:
        return source
    path = Path(source)
    if is_collection(source):
        return str(open_collection(path).path)
    if not may_read(path):  # said before anybody looks whether something is there
        typed = printable(without_quotes(text))  # where it leads is nobody's business
        raise PlaceError(f"{typed} may not be read here. {what_is_open()}")
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        what = "zip" if path.suffix.lower() == ZIP else "folder or zip"
        raise DataError(printable(missing(path, what))) from error
    except OSError as error:
        raise DataError(f"{printable(str(path))} cannot be read: {error.strerror}.") from error
    if not stat.S_ISDIR(mode) and not is_zip(path, mode):
        raise DataError(printable(f"{path} {instead_of_folder(path, mode)}."))
    return source


def spelled_out(text: str) -> str:
    """Return how a config names the source that a person meant, be there something or not."""
    typed = text.strip()
    if typed in PLACELESS:
        return typed
    if typed.startswith(KAGGLE):
        raise DataError(
            f"Of Kaggle only {ARTICLE_SET} is known here, the article's photos, not "
            f"{printable(typed[:80])}; download others and give the path of their folder or zip."
        )
    if typed.startswith(DROPPED):
        return str(collection_named(typed.removeprefix(DROPPED)).path)
    return str(typed_path(text))


def is_zip(path: Path, mode: int) -> bool:
    """Tell whether a file calls itself a zip, by its name or its first bytes."""
    return stat.S_ISREG(mode) and (path.suffix.lower() == ZIP or first_bytes(path)[:2] == b"PK")


def first_bytes(path: Path) -> bytes:
    """Read how a regular file begins; ``DataError`` when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(1024)
    except OSError as error:
        raise DataError(f"{printable(str(path))} cannot be read: {error.strerror}.") from error


def instead_of_folder(path: Path, mode: int) -> str:
    """Say what a path names that is neither a folder nor a zip, and what may have been meant."""
    if not stat.S_ISREG(mode):
        return f"is a device or a pipe; {EXPECTED}"
    start = first_bytes(path)
    name = sniff_format(start)
    if name:
        return f"is a single photo; {EXPECTED}, perhaps {around(path)}"
    other = sniff_other(start)
    if other and "archive" in other:
        return f"is {other}; unpack it and give the folder, or make a zip of it"
    return f"is {other or 'a file that is no zip'}; {EXPECTED}, perhaps {around(path)}"


def around(path: Path) -> Path:
    """Return the folder that holds all photos, of which ``path`` is one."""
    folder = path.parent
    while folder.name.lower() in KNOWN_CLASSES or split_of(folder.name):
        folder = folder.parent
    return folder
