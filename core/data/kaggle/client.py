"""kagglehub at work: what it brings is checked, what it raises is said in sentences.

Only a process of its own calls this: kagglehub is told by the environment where to put things, and
what it does cannot be interrupted otherwise. Two of its parts are replaced: the bar that it prints
reports how far it is, and its archive is unpacked by the same guard as every zip from elsewhere.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from core.data.kaggle.article_set import (
    ADDRESS,
    BY_HAND,
    HANDLE,
    VERSION,
    article_folder,
    client_is_here,
    no_client,
)
from core.data.zips.listing import list_entries, open_zip
from core.data.zips.store import MAX_PHOTO_BYTES, check_room
from core.data.zips.unpack import unpack
from core.errors import ArchiveError, DataError
from core.files import UNFINISHED, writing
from core.wording import spoken_memory

NAME = "The article's set from Kaggle"
PARTS = ("training_set", "test_set")
Tell = Callable[[int, int], None]
"""Is told how many bytes have come, and of how many; both are 0 while it unpacks."""


def fetch(tell: Tell) -> None:
    """Bring the article's photos to their folder, which appears whole, or not at all.

    What an earlier try has brought is taken up. ``DataError`` says what went wrong and the way out.
    """
    if not client_is_here():
        raise DataError(no_client())
    folder = article_folder()
    unfinished = folder.with_name(folder.name + UNFINISHED)
    with writing(unfinished):
        unfinished.mkdir(parents=True, exist_ok=True)
    with told_where(unfinished):
        with writing(unfinished):
            brought = Path(download(tell))
        with writing(folder):
            move_photos(brought, folder, unfinished)
            shutil.rmtree(unfinished, ignore_errors=True)


def move_photos(brought: Path, folder: Path, unfinished: Path) -> None:
    """Give the folders of the article, from where the set has them, their place in one step.

    A set without them is removed, so that another try begins anew.
    """
    inner = next((path.parent for path in sorted(brought.rglob(PARTS[0]))), None)
    if inner is None:
        shutil.rmtree(unfinished)
        raise DataError(f"{NAME} holds no {PARTS[0]}, unlike the one of the article. {BY_HAND}.")
    for path in inner.iterdir():
        if path.name not in PARTS:  # single photos of no class
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    inner.rename(folder)


def download(tell: Tell) -> str:
    """Let kagglehub bring and unpack the set; return where to."""
    import kagglehub
    import requests
    from kagglehub import clients, exceptions, http_resolver

    try:
        with ExitStack() as stack:
            stack.enter_context(replaced(clients, "tqdm", partial(Bar, tell)))
            unpacking = partial(unpack_checked, tell)
            stack.enter_context(replaced(http_resolver, "_extract_archive", unpacking))
            return str(kagglehub.dataset_download(f"{HANDLE}/versions/{VERSION}"))
    except exceptions.DataCorruptionError as error:
        raise damaged("its check sum is wrong") from error
    except requests.HTTPError as error:
        raise DataError(refused(error)) from error
    except (requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise DataError(broken_off()) from error
    except requests.ConnectionError as error:
        # A time-out in the middle of a body comes as one of these.
        offline = "timed out" not in str(error)
        raise DataError(unreachable() if offline else broken_off()) from error
    except requests.RequestException as error:
        raise DataError(f"Kaggle answered what cannot be understood. {BY_HAND}.") from error


def refused(error: Any) -> str:  # noqa: ANN401 - requests, which may not be installed
    """Say what to do about an answer that is none of the set."""
    code = getattr(error.response, "status_code", None)
    if code in (401, 403):
        return (
            f"Kaggle refuses to hand the set out without knowing who asks (its answer was {code}): "
            "make a token at https://www.kaggle.com/settings and set KAGGLE_API_TOKEN to it where "
            f"this program is started. {BY_HAND}."
        )
    if code == 404:
        return f"Kaggle has no version {VERSION} of {HANDLE} any more. Look at {ADDRESS}."
    if code == 429:
        return f"Kaggle has been asked too often from here: try again later. {BY_HAND}."
    return f"Kaggle answered with an error of its own ({code}): try again later. {BY_HAND}."


def unreachable() -> str:
    """Say that nobody answers."""
    return (
        "Kaggle cannot be reached from this computer: it may be offline, or behind a proxy that "
        "the environment variable HTTPS_PROXY must name. What came so far is kept. "
        f"Try again once it can be. {BY_HAND}."
    )


def broken_off() -> str:
    """Say that the connection ended too early."""
    return (
        "The connection to Kaggle broke off. What came so far is kept: try again, and it goes on "
        "from there."
    )


def damaged(how: str) -> DataError:
    """Make the error of an archive of which nothing can be kept."""
    return DataError(f"{NAME} arrived damaged: {how}. It was removed: try again. {BY_HAND}.")


def unpack_checked(tell: Tell, archive_path: str, out_path: str) -> None:
    """Unpack the archive as every zip from elsewhere; one that is refused is removed."""
    tell(0, 0)
    path, into = Path(archive_path), Path(out_path)
    shutil.rmtree(into, ignore_errors=True)  # what an earlier try has left
    try:
        with path.open("rb") as file, open_zip(file, NAME) as archive:
            listing = list_entries(archive, NAME, MAX_PHOTO_BYTES)
            check_room(listing.total, path.parent, NAME)
            with writing(into):
                into.mkdir(parents=True)
                unpack(archive, listing, into, NAME)
    except ArchiveError as error:
        if error.code == "too_large":
            raise
        path.unlink()
        raise damaged(str(error).removeprefix(f"{NAME} cannot be used: ").rstrip(".")) from error


class Bar:
    """In the place of the bar that kagglehub prints; says no more often than it is told."""

    def __init__(self, tell: Tell, total: int, initial: int = 0, **_: object) -> None:
        self.tell, self.total, self.done = tell, total, initial
        tell(self.done, self.total)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def update(self, count: int) -> None:
        """Count bytes that came."""
        self.done += count
        self.tell(self.done, self.total)


@contextmanager
def told_where(folder: Path) -> Iterator[None]:
    """Tell kagglehub by the environment to put everything there, and to print nothing."""
    said = {
        "KAGGLEHUB_CACHE": str(folder),
        "KAGGLEHUB_VERBOSITY": "error",
        # Inside its notebooks it would hand out folders of others, which cannot be moved.
        "DISABLE_KAGGLE_CACHE": "true",
        "DISABLE_COLAB_CACHE": "true",
    }
    before = dict(os.environ)
    os.environ.update(said)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def replaced(module: ModuleType, name: str, other: object) -> Iterator[None]:
    """Let another object stand in the place of a module's, which must be there."""
    before = getattr(module, name)
    setattr(module, name, other)
    try:
        yield
    finally:
        setattr(module, name, before)


def spoken_progress(done: int, total: int) -> str:
    """Say how far a download is."""
    if not total:
        return "Unpacking the photos."
    return f"{spoken_memory(done)} of {spoken_memory(total)} have come from Kaggle."
