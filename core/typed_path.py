"""Paths as people type and paste them: quoted, with ``~``, as ``file://`` addresses."""

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from core.errors import DataError

QUOTES = ('""', "''", "“”", "‘’")
UNSEEN = "\u200e\u200f\u202a\u202c\ufeff"
"""Marks without a width that come along when a path is copied from a dialog of Windows."""
WEB = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


def typed_path(text: str) -> Path:
    """Return the absolute path that a person meant, whether or not something is there.

    What is there exactly as it was typed is taken so. Otherwise blanks around it, quotes, and
    backslashes before blanks are taken away, ``~`` is a home folder, and ``file://`` addresses are
    understood. ``DataError`` for what can be no path on this computer.
    """
    if "\0" in text:
        raise DataError("A path must be plain text; this one has a NUL character in it.")
    if text.strip() and os.path.lexists(text):
        return Path(text).absolute()
    typed = without_quotes(text)
    if typed.lower().startswith("file:"):
        return path_of_address(typed)
    if WEB.match(typed):
        raise DataError(
            f"{typed} is an address on the web; download the photos and give the path of their "
            "folder or zip on this computer."
        )
    if os.name != "nt" and WINDOWS.match(typed):
        raise DataError(
            f"{typed} is a path of Windows, and this program runs on {system_name()}, where paths "
            "look like /home/me/photos."
        )
    path = Path(os.path.expanduser(typed)).absolute()
    if not os.path.lexists(path) and "\\ " in typed:  # as dragged into a terminal
        return Path(os.path.expanduser(typed.replace("\\ ", " "))).absolute()
    return path


def without_quotes(text: str) -> str:
    """Take blanks, invisible marks and one pair of quotes from around a path."""
    text = text.strip().strip(UNSEEN).strip()
    if len(text) >= 2 and text[0] + text[-1] in QUOTES:
        return text[1:-1].strip()
    return text


def path_of_address(address: str) -> Path:
    """Return the path that a ``file:`` address names; ``DataError`` for another computer's."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise DataError(f"{address} is not an address that can be understood.") from error
    if parts.netloc.lower() not in ("", "localhost"):
        raise DataError(
            f"{address} is on another computer, {parts.netloc}; give a path on this one."
        )
    path = url2pathname(parts.path)
    if "\0" in path:
        raise DataError("A path must be plain text; this one has a NUL character in it.")
    return Path(path).absolute()


def system_name() -> str:
    """Name the system that this program runs on."""
    return {"darwin": "macOS", "linux": "Linux"}.get(sys.platform, sys.platform)


def missing(path: Path, what: str = "file or folder") -> str:
    """Say that nothing is at ``path``, and how far it does exist."""
    nearest = next((parent for parent in path.parents if os.path.isdir(parent)), None)
    found = f"; the nearest folder that exists is {nearest}" if nearest else ""
    return f"There is no {what} {path}{found}."
