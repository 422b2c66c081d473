"""All runs of this installation: making a new one, listing them, opening one by its name."""

import datetime
import platform
import re
import shutil
import uuid
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from core.architecture.library import name_of
from core.config import DRAWN, TrainConfig
from core.data.typed_source import spelled_out
from core.errors import RunError, WriteError
from core.files import write_json
from core.folders import runs_folder, side_by_side_folder
from core.runs.naming import told_apart
from core.runs.photos import make_room
from core.runs.run import LOCK, Run
from core.runs.run_record import FORMAT

LONG_AGO = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def create_run(
    config: TrainConfig, name: str | None = None, path: Path | None = None, *, owner: str = ""
) -> Run:
    """Make a run's folder: a new one among all runs, or ``path``, which must be new or empty.

    ``owner`` is the mark of the browser that begins it (``core.visitors``), if one does. Runs of
    both engines stand apart: their checkpoints hold two networks, and only the page that compares
    them lists them.
    """
    # a worker, or a later shell, may be elsewhere
    config = config.replace(data=spelled_out(config.data))
    if path is None:
        root = side_by_side_folder() if config.engine == "both" else runs_folder()
        path = root / new_id(config)
    record = {
        "format": FORMAT,
        "config": config.to_dict(),
        "source": config.data,
        "created": datetime.datetime.now().astimezone().isoformat(timespec="microseconds"),
        "versions": versions(),
    } | ({"owner": owner} if owner else {})
    write_first(path, record)
    if config.data != DRAWN:
        make_room()
    run = Run(path)
    if name:
        run.rename(name)
    return run


def write_first(path: Path, record: dict[str, Any]) -> None:
    """Make a folder and write the record of a new run into it; ``RunError`` when it is taken.

    Of several who want the same folder at the same instant one gets it.
    """
    new = not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        check_empty(path)  # in a folder of somebody else's not even a lock is left
        with FileLock(path / LOCK).acquire(blocking=False):
            check_empty(path)
            write_json(path / "config.json", record, durable=True)
    except WriteError:
        if new:
            shutil.rmtree(path, ignore_errors=True)
        raise
    except OSError as error:  # Timeout, when another one holds the lock, is one without a number
        reason = error.strerror or "another run is being made there"
        raise RunError(f"No run can be made in {path}: {reason}.") from error


def check_empty(path: Path) -> None:
    """Raise ``RunError`` for a folder that holds anything but the lock of a run."""
    if any(each.name != LOCK for each in path.iterdir()):
        raise RunError(f"{path} is not empty: a new run needs a folder of its own.")


def new_id(config: TrainConfig) -> str:
    """Make up the name of a new run's folder: when it began, and what it trains."""
    slug = re.sub(r"[^a-z0-9]+", "-", name_of(config.model)).strip("-")
    return f"{datetime.datetime.now().astimezone():%Y%m%d-%H%M%S}-{slug}-{uuid.uuid4().hex[:4]}"


def list_runs(root: Path | None = None) -> list[Run]:
    """List the runs in a folder (all runs without one), the newest first.

    Folders without a readable run are left out.
    """
    return look_through(root)[0]


def every_run() -> list[Run]:
    """List all runs, those of both engines last."""
    return [*list_runs(), *list_runs(side_by_side_folder())]


def runs_on(source: str) -> list[Run]:
    """List the runs, of one engine and of both, whose photos come from a source."""
    return [run for run in every_run() if run.config.data == source]


def unreadable_runs(root: Path | None = None) -> dict[str, str]:
    """Return of each run in a folder that cannot be read the folder's name, and why it cannot."""
    return look_through(root)[1]


def look_through(root: Path | None = None) -> tuple[list[Run], dict[str, str]]:
    """Open every run in a folder; return those that can be read and why others cannot."""
    root = root or runs_folder()
    runs, reasons = [], {}
    for path in sorted(root.iterdir(), reverse=True) if root.is_dir() else []:
        if path.name.startswith(".") or not is_run(path):
            continue
        try:
            runs.append(Run(path))
        except RunError as error:
            reasons[path.name] = str(error)
    return sorted(runs, key=made_at, reverse=True), reasons


def is_run(path: Path) -> bool:
    """Tell whether a folder is a run's, even if half of it is gone."""
    return any((path / name).exists() for name in ("config.json", "events.jsonl", "checkpoints"))


def made_at(run: Run) -> datetime.datetime:
    """Return when a run was made; long ago where that is not known.

    The clock changes twice a year, so times are compared and not the texts.
    """
    try:
        made = datetime.datetime.fromisoformat(run.created)
    except ValueError:
        return LONG_AGO
    return made.astimezone() if made.year > 1 else LONG_AGO


def names_of(runs: Iterable[Run]) -> dict[str, str]:
    """Name runs so that no two are called alike, by their ids."""
    runs = list(runs)
    return told_apart({run.id: run.name for run in runs}, {run.id: began(run) for run in runs})


def began(run: Run) -> str:
    """Say when a run was made: "24 Nov 14:03:12"; empty when that is not known."""
    made = made_at(run)
    return "" if made == LONG_AGO else f"{made.day} {made:%b %H:%M:%S}"


def open_run(run_id: str) -> Run:
    """Open a run by its folder's name; any other text, such as a path, is a ``RunError``."""
    if not run_id or run_id.startswith(".") or Path(run_id).name != run_id or "\\" in run_id:
        raise RunError(f"{run_id!r} is not the name of a run.")
    path = runs_folder() / run_id
    if not path.is_dir():
        raise RunError(f"There is no run {run_id!r} any more.")
    return Run(path)


def versions() -> dict[str, str]:
    """Return the versions that decide which numbers come out."""
    packages = ("torch", "numpy", "opencv-python", "pillow")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
