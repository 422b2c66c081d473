"""A run as one zip that another installation opens: what was told, what happened, its weights.

The photos stay where they are, and so does what only this computer is concerned with: logs, locks,
and the path of the photos' folder, of which the name alone travels.
"""

import contextlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from zipfile import ZipFile

import numpy as np

from core.errors import ExchangeError, ModelError, RunError
from core.exchange.run_files import without_places
from core.files import read_json
from core.networks.weight_files import optimizer_path, read_weight_record, sealed
from core.runs.checkpoints import Position
from core.runs.predictions import predicted_epochs, prediction_path, read_predictions
from core.runs.run import Run
from core.runs.status import State
from core.training.events import to_json

FAILED: Final = "It failed where it was trained; the log there has the details."


def write_run_zip(run: Run, file: IO[bytes], *, every_epoch: bool = False) -> list[Position]:
    """Write a run into a file as a zip; return which checkpoints are in it.

    Those are the best epochs and the newest, with its optimiser, so that it goes on bit for bit;
    ``every_epoch`` takes all that are kept. ``ExchangeError`` for a run that cannot travel now.
    """
    if run.config.engine == "both":
        raise ExchangeError("A run of both engines side by side holds two networks: it stays here.")
    if run.has_worker():
        raise ExchangeError(f"The run {run.name} is being trained: stop it first, or wait.")
    positions = usable(run, every_epoch=every_epoch)
    if not positions:
        raise ExchangeError(f"The run {run.name} has no weights yet that could be handed out.")
    with ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in records(run):
            archive.writestr(f"{run.id}/{path}", text)
        for position in positions:
            write_checkpoint(archive, run, position, memory=position == positions[-1])
        for answers in usable_answers(run):
            archive.write(answers, f"{run.id}/predictions/{answers.name}", zipfile.ZIP_STORED)
    return positions


def usable(run: Run, *, every_epoch: bool) -> list[Position]:
    """List the checkpoints to take, oldest first: those that verify and hold finite numbers."""
    kept = run.checkpoints.positions()
    best = {Position(epoch) for epoch in run.best_epochs()}
    wanted = kept if every_epoch else [each for each in kept if each in best or each == kept[-1]]
    found = []
    for position in wanted:
        try:
            weights = run.checkpoints.load(position).weights
        except ModelError:
            continue
        if all(np.isfinite(array).all() for array in weights.values()):
            found.append(position)
    return found


def usable_answers(run: Run) -> Iterator[Path]:
    """Yield the files of the answers to the test photos that can be read as probabilities."""
    for epoch in predicted_epochs(run.path):
        with contextlib.suppress(RunError):
            read_predictions(run.path, epoch)
            yield prediction_path(run.path, epoch)


def records(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the texts of a run by their paths in its folder."""
    data, status = run.config.data, run.status()
    yield "config.json", text_of(without_places(run.record, data))
    yield "name.json", text_of({"name": run.name})
    message = FAILED if status.state is State.FAILED else status.message
    yield "status.json", text_of({**vars(status), "message": message})
    yield "events.jsonl", "".join(f"{to_json(event)}\n" for event in run.log.events())
    if (run.path / "test_photos.json").exists():
        yield "test_photos.json", text_of(read_json(run.path / "test_photos.json"))


def write_checkpoint(archive: ZipFile, run: Run, position: Position, *, memory: bool) -> None:
    """Add weights, what describes them, and if wanted the optimiser's memory."""
    path = run.checkpoints.path(position)
    facts = without_places(read_weight_record(path), run.config.data)
    memory = memory and optimizer_path(path).exists()
    if not memory:
        facts.pop("optimizer_sha256", None)
    folder = f"{run.id}/checkpoints"
    # Numbers of weights are nearly random: packing them takes long and saves a tenth.
    archive.write(path, f"{folder}/{path.name}", zipfile.ZIP_STORED)
    if memory:
        kept = optimizer_path(path)
        archive.write(kept, f"{folder}/{kept.name}", zipfile.ZIP_STORED)
    archive.writestr(f"{folder}/{path.stem}.json", text_of(sealed(facts)))


def text_of(record: dict[str, object]) -> str:
    """Write a record as the program keeps it."""
    return json.dumps(record, allow_nan=False, ensure_ascii=False, indent=1)
