"""The film of a run's map of photos, one picture a kept epoch: ``python -m core.explain.film RUN``.

A process of its own makes the maps that are missing, and only as long as somebody looks: a page
that shows the film says so again and again, with the epoch that it wants first.

    explain/film.json   the wanted epoch; how old the file is tells whether anybody still looks
    explain/film.lock   locked while a process makes maps

Which way a map's axes point is free for each epoch, and two directions that spread alike may change
places. So every map is turned and mirrored towards the map of the next kept epoch.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray

from core.command_line import run_command
from core.errors import GlassError
from core.explain.pca import turn_towards
from core.explain.survey import STARTING_SECONDS, Survey
from core.files import claimed_lock, is_locked, read_json, write_json
from core.runs.background import start_process, work_on_folder
from core.runs.run import Run
from core.runs.slots import may_look
from core.system import seconds_since

PATIENCE_SECONDS = 15.0
"""How long after the last look maps are still made."""


class Film:
    """The maps of all kept epochs of ``run``."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.folder = run.path / "explain"
        self.wanted_path = self.folder / "film.json"
        self.lock_path = self.folder / "film.lock"

    def frame(self, epoch: int) -> Survey:
        """Return the survey that makes the map of an epoch."""
        return Survey(self.run, "map", epoch)

    def ready(self) -> list[int]:
        """List the kept epochs whose map has been made, without reading them."""
        return [epoch for epoch in self.run.saved_epochs() if self.frame(epoch).path.exists()]

    def want(self, epoch: int) -> None:
        """Say that somebody looks at ``epoch``, and let a process make what is missing."""
        self.folder.mkdir(exist_ok=True)
        started, now = self._written("started"), time.time()
        start = seconds_since(started) >= STARTING_SECONDS and not is_locked(self.lock_path)
        start = start and may_look()
        write_json(self.wanted_path, {"epoch": epoch, "started": now if start else started})
        if start:
            arguments = [str(self.run.path)]
            start_process("core.explain.film", arguments, self.folder / "survey.log")

    def is_watched(self) -> bool:
        """Tell whether somebody looked a moment ago."""
        try:
            return seconds_since(self.wanted_path.stat().st_mtime) < PATIENCE_SECONDS
        except OSError:
            return False

    def perform(self) -> None:
        """Make map after map, here and now, until none is missing or nobody looks any more."""
        with claimed_lock(self.lock_path):
            tried = set[int]()
            while self.is_watched() and (epoch := self._next(tried)) is not None:
                tried.add(epoch)
                frame = self.frame(epoch)
                if frame.silence() is None and not frame.failed():
                    try:
                        frame.perform()
                    except (GlassError, ValueError, OSError, Timeout) as error:
                        print(f"The map after epoch {epoch} failed: {error}", file=sys.stderr)

    def _next(self, tried: set[int]) -> int | None:
        """Choose the wanted epoch, then those after it, then the newest of the others."""
        wanted = self._written("epoch")
        left = [epoch for epoch in self.run.saved_epochs() if epoch not in tried]
        return next((epoch for epoch in left if epoch >= wanted), max(left, default=None))

    def _written(self, what: str) -> float:
        try:
            return float(read_json(self.wanted_path)[what])
        except (OSError, ValueError, KeyError, TypeError):
            return 0.0

    def turn(self, epoch: int, labels: NDArray[np.integer]) -> NDArray[np.float64]:
        """Find how to turn an epoch's map (2, 2), so that the film over all that are made is calm.

        ``labels`` (N,) are the test photos' classes. Maps of other photos are left out.
        """
        chain = []
        for each in reversed([each for each in self.ready() if each >= epoch]):
            places = self.frame(each).places()
            if places is not None and len(places) == len(labels):
                chain.append(places)
        return turn_along(chain, labels)


def turn_along(
    chain: Sequence[NDArray[np.floating]], labels: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Turn maps (N, 2), each towards the one before; return the turn (2, 2) of the last.

    The first is only mirrored: class 1 lies to the right and above on average. The answer is for
    ``places @ turn``.
    """
    if not chain:
        return np.eye(2)
    one, zero = (chain[0][labels == label].mean(axis=0) for label in (1, 0))
    turn = np.diag(np.where(one < zero, -1.0, 1.0))
    turned = chain[0] @ turn
    for places in chain[1:]:
        turn = turn_towards(places, turned)
        turned = places @ turn
    return turn


def main(arguments: list[str] | None = None) -> int:
    """Make the maps of the run that is named by the argument; return the exit code."""
    return work_on_folder(
        arguments,
        "python -m core.explain.film RUN_DIR",
        "another process makes these maps already",
        lambda folder: Film(Run(folder)).perform(),
    )


if __name__ == "__main__":
    sys.exit(run_command(main))
