"""Who asks: a browser, known by a secret of its own, or whoever sits at the server.

Every browser keeps a key that nobody can guess. Here only its mark is kept, the key's SHA-256, from
which the key cannot be found: in the records of what it started, and, for a browser that showed the
server's own key, in ``.access/``. No page shows a mark and no export holds one.

    .access/key            the server's key, which its terminal shows; readable by its user alone
    .access/MARK.at-home   a browser that has shown it
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from core.folders import access_folder

KEY = re.compile(r"[0-9a-f]{64}")
"""A browser's key, or the server's: 256 random bits."""


@dataclass(frozen=True)
class Visitor:
    """``mark`` names the browser, empty where it keeps no key; ``at_home`` is whoever sits at the
    server, who may do everything.
    """

    mark: str = ""
    at_home: bool = False


def owns(visitor: Visitor, owner: str) -> bool:
    """Tell whether something is a visitor's own: ``owner`` is the mark of who began or brought it.

    Everything is, for whoever sits at the server.
    """
    return visitor.at_home or bool(visitor.mark and visitor.mark == owner)


AT_HOME = Visitor(at_home=True)
"""Everybody, on a server that only its own computer reaches."""


def mark_of(key: str) -> str:
    """Return the mark of a browser's key; empty for anything else."""
    return hashlib.sha256(key.encode()).hexdigest() if KEY.fullmatch(key) else ""


def visitor_with(key: str) -> Visitor:
    """Return who has a browser's key."""
    mark = mark_of(key)
    return Visitor(mark, bool(mark) and home_file(mark).exists())


def server_key() -> str:
    """Return the server's key, made when it is first asked for."""
    folder = access_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "key"
    with FileLock(folder / "key.lock"):
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


def welcome_home(key: str, mark: str) -> bool:
    """Let the browser with ``mark`` sit at the server from now on, if ``key`` is the server's."""
    known = server_key()
    if not (mark and KEY.fullmatch(known) and hmac.compare_digest(key.encode(), known.encode())):
        return False
    home_file(mark).touch()
    return True


def home_file(mark: str) -> Path:
    """Return the file that says that a browser has shown the server's key."""
    return access_folder() / f"{mark}.at-home"
