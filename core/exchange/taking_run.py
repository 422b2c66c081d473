"""A run from elsewhere taken in: unpacked aside, checked whole, and only then one of the runs.

A zip is not believed. Its entries are files that a run has and no others, each small enough; JSON
is read value by value (``core.exchange.run_records``), weights are safetensors whose header, shapes
and numbers fit the network that they name, and no file is ever read as pickle. A name that is
taken gets a new one.
"""

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from zipfile import ZipFile

from core.data.typed_source import typed_source
from core.data.zips.listing import Entry, list_entries, open_zip
from core.data.zips.unpack import chunks_of
from core.errors import ExchangeError
from core.exchange import run_records
from core.exchange.run_checks import check_run
from core.exchange.run_files import KINDS, most_bytes
from core.files import write_atomically, write_json
from core.folders import runs_folder
from core.networks.foreign_weights import read_header
from core.runs.listing import new_id
from core.runs.photos_elsewhere import look_for_photos_in
from core.runs.run import Run
from core.wording import quote, spoken_size

Entries = dict[str, Entry]
NAME: Final = "This zip"
EXPECTED: Final = "a run's zip, as `python -m core.export RUN --zip FILE` writes it"
READERS: Final = {
    "name.json": run_records.checked_name,
    "status.json": run_records.checked_status,
    "test_photos.json": run_records.checked_photos,
}


def take_in_run(source: Path | IO[bytes], photos: str | None = None, *, owner: str = "") -> Run:
    """Take a run's zip in and return the run; ``GlassError`` says what of it cannot be used.

    ``photos`` is where its photos lie on this computer; without it the run can be looked at, and
    says when it is to be resumed that they are missing. ``owner`` is the mark of the browser that
    brings it (``core.visitors``), if one does.
    """
    photos = photos and typed_source(photos)
    with opened(source) as archive, set_aside() as folder:
        run_id, entries = files_of(archive)
        unpack(archive, entries, folder, run_id)
        check_run(Run(folder))
        if owner:
            write_json(folder / "config.json", Run(folder).record | {"owner": owner})
        if photos:
            look_for_photos_in(Run(folder), photos)
        return Run(move_in(folder, run_id))


@contextmanager
def opened(source: Path | IO[bytes]) -> Iterator[ZipFile]:
    """Open a zip; ``ArchiveError`` when it is none, ``ExchangeError`` when it cannot be read."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
        except OSError as error:
            raise ExchangeError(f"{source} cannot be read: {error.strerror}.") from error
        yield stack.enter_context(open_zip(file, NAME, EXPECTED))


@contextmanager
def set_aside() -> Iterator[Path]:
    """Make a folder that no list of runs shows; what is left of it at the end is deleted."""
    folder = runs_folder() / f".taken-in-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def files_of(archive: ZipFile) -> tuple[str, Entries]:
    """Return the run's name and its files by their paths, each one that a run has."""
    files = list_entries(archive, NAME, max(KINDS.values())).entries
    folders = {file.path.partition("/")[0] for file in files}
    paths = {file.path.partition("/")[2]: file for file in files}
    if len(folders) != 1 or "config.json" not in paths:
        raise ExchangeError(
            "This zip holds no run: one folder is needed with its config.json in it, as "
            "`python -m core.export RUN --zip FILE` writes it."
        )
    for path, file in paths.items():
        most = most_bytes(path)
        if most is None:
            raise ExchangeError(
                f"The zip holds {quote(path)}, which is no part of a run that travels: "
                "python -m core.export RUN --zip FILE writes what does."
            )
        if file.info.file_size > most:
            raise ExchangeError(f"{quote(path)} in the zip may have at most {spoken_size(most)}.")
    return folders.pop(), paths


def unpack(archive: ZipFile, entries: Entries, folder: Path, run_id: str) -> None:
    """Write every file into ``folder``, as far as it can be checked alone."""
    for path, entry in entries.items():
        content = b"".join(chunks_of(archive, entry.info, NAME, path))
        place = folder / path
        place.parent.mkdir(exist_ok=True)
        if path == "config.json":
            write_json(place, run_records.checked_config(content, run_id))
        elif path == "events.jsonl":
            write_atomically(place, run_records.checked_events(content).encode())
        elif path in READERS:
            write_json(place, READERS[path](content))
        else:
            if path.endswith(".safetensors"):
                read_header(content, path)
            write_atomically(place, content)


def move_in(folder: Path, wanted: str) -> Path:
    """Give the run its place among the others, under another name if its own is taken."""
    run = Run(folder)
    plain = all(c.isascii() and (c.isalnum() or c in "-_.") for c in wanted)
    usable = plain and wanted[0].isalnum() and len(wanted) <= 80
    place = runs_folder() / (wanted if usable else new_id(run.config))
    while place.exists():
        place = runs_folder() / new_id(run.config)
    try:
        folder.rename(place)
    except OSError as error:
        raise ExchangeError(f"The run cannot be kept in {place}: {error.strerror}.") from error
    return place
