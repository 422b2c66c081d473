"""A run that was trained elsewhere, and where its photos are: they do not travel with it."""

import os

from core.config import PLACELESS
from core.data.typed_source import typed_source
from core.errors import RunError
from core.files import write_json
from core.runs.run import Run


def missing_photos(run: Run) -> str | None:
    """Say that a run from elsewhere came without its photos; None where that is not so."""
    data = run.config.data
    if data in PLACELESS or "taken_in" not in run.record or os.path.exists(data):
        return None
    return (
        f"This run was trained elsewhere, and its photos, {data!r}, did not come "
        "along: it can be looked at, but not trained on. If they are on this computer, say where: "
        "on the Train page under Rename or delete, or with "
        "python -m core.take_in RUN --photos FOLDER."
    )


def look_for_photos_in(run: Run, typed: str) -> None:
    """Take a run's photos from now on from a folder or a zip, given as people type its path.

    ``DataError`` when there is none, ``RunError`` when the run cannot be told just now.
    """
    if run.has_worker():
        raise RunError(f"The run {run.name} is being trained: stop it first.")
    if run.config.data in PLACELESS:
        raise RunError(f"The photos of this run are {run.config.data}: no folder can replace them.")
    run.config = run.config.replace(data=typed_source(typed))
    record = run.record | {"config": run.config.to_dict(), "source": run.config.data}
    write_json(run.path / "config.json", record, durable=True)
