"""All runs of this installation: making a new one, listing them, opening one by its name."""

import datetime
import platform
import re
import uuid
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from core.architecture.library import name_of
from core.config import DRAWN, TrainConfig
from core.errors import RunError
from core.files import write_json
from core.folders import runs_folder, side_by_side_folder
from core.runs.naming import told_apart
from core.runs.run import FORMAT, Run


def create_run(config: TrainConfig, name: str | None = None, path: Path | None = None) -> Run:
    """Make a run's folder: a new one among all runs, or ``path``, which must be new or empty.

    Runs of both engines stand apart: their checkpoints hold two networks, and only the page that
    compares them lists them.
    """
    if config.data != DRAWN:  # a worker, or a later shell, may be elsewhere
        config = config.replace(data=str(Path(config.data).expanduser().absolute()))
    now = datetime.datetime.now().astimezone()
    if path is None:
        root = side_by_side_folder() if config.engine == "both" else runs_folder()
        slug = re.sub(r"[^a-z0-9]+", "-", name_of(config.model)).strip("-")
        path = root / f"{now:%Y%m%d-%H%M%S}-{slug}-{uuid.uuid4().hex[:4]}"
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RunError(f"{path} is not empty: a new run needs a folder of its own.")
    except OSError as error:
        raise RunError(f"No run can be made in {path}: {error.strerror}.") from error
    record = {
        "format": FORMAT,
        "config": config.to_dict(),
        "source": config.data,
        "created": now.isoformat(timespec="seconds"),
        "versions": versions(),
    }
    write_json(path / "config.json", record, durable=True)
    run = Run(path)
    if name:
        run.rename(name)
    return run


def list_runs(root: Path | None = None) -> list[Run]:
    """List the runs in a folder (all runs without one), the newest first.

    Folders without a readable run are left out.
    """
    root = root or runs_folder()
    runs = []
    for path in sorted(root.iterdir(), reverse=True) if root.is_dir() else []:
        if path.name.startswith(".") or not (path / "config.json").is_file():
            continue
        try:
            runs.append(Run(path))
        except RunError:
            continue
    return sorted(runs, key=lambda run: run.created, reverse=True)


def names_of(runs: Iterable[Run]) -> dict[str, str]:
    """Name runs so that no two are called alike, by their ids."""
    runs = list(runs)
    return told_apart({run.id: run.name for run in runs}, {run.id: began(run) for run in runs})


def began(run: Run) -> str:
    """Say when a run was made: "24 Nov 14:03:12"; empty when that is not known."""
    try:
        made = datetime.datetime.fromisoformat(run.created)
    except ValueError:
        return ""
    return f"{made.day} {made:%b %H:%M:%S}"


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
