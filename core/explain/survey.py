"""Look at all of a run's photos in the background: ``python -m core.explain.survey RUN_DIR``.

Two surveys of one epoch's network exist. ``map`` keeps the last hidden layer's features of every
test photo, for the map of photos; ``tops`` keeps the training photos that excite each channel most.
What was found lies in the run's folder, beside a note of which weights it was found with, so that
it is never shown for others.

    explain/map-epoch-0003.safetensors     what was found
    explain/map-epoch-0003.progress.json   how far a survey is, or why it ended
    explain/map-epoch-0003.lock            locked while one is at work
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor, nn

from core.command_line import run_command
from core.data import DataRequest, PhotoSet, load_data
from core.data.decode import DECODER_VERSION
from core.data.drawn import DRAWING_VERSION
from core.data.mistaken import as_seen
from core.errors import DataError, ModelError, RunError
from core.explain.top_photos import TopPhotos, find_top_photos
from core.files import read_json, write_atomically, write_json
from core.folders import ROOT
from core.networks.layers import last_hidden, probability
from core.networks.tensors import network_input
from core.runs.run import Run

KINDS = ("map", "tops")
BATCH = 16
NICENESS = 10
PROGRESS_SECONDS = 0.2
STARTING_SECONDS = 20.0


@dataclass(frozen=True)
class Features:
    """Test photos as the network's last hidden layer sees them: (N, F), and P(class 1) (N,)."""

    values: NDArray[np.float32]
    probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class Tops:
    """The strongest photos of every channel, by layer, among ``photos`` training photos."""

    layers: dict[int, TopPhotos]
    photos: int


@dataclass(frozen=True)
class Progress:
    """How far a survey is: ``done`` of ``total`` photos; ``problem`` says why it failed."""

    done: int
    total: int
    running: bool
    problem: str = ""


class Survey:
    """The survey of one kind of the network that ``run`` was after ``epoch``."""

    def __init__(self, run: Run, kind: str, epoch: int) -> None:
        if kind not in KINDS:
            raise ValueError(f"a survey is one of {', '.join(KINDS)}, not {kind!r}")
        self.run, self.kind, self.epoch = run, kind, epoch
        self.folder = run.path / "explain"
        stem = f"{kind}-epoch-{epoch:04d}"
        self.path = self.folder / f"{stem}.safetensors"
        self.progress_path = self.folder / f"{stem}.progress.json"
        self.lock_path = self.folder / f"{stem}.lock"

    def start(self) -> None:
        """Let a process of its own do it, unless one is at it already."""
        progress = self.progress()
        if progress is not None and progress.running:
            return
        self.folder.mkdir(exist_ok=True)
        self.report(0, 0)
        search_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        command = [sys.executable, "-m", "core.explain.survey", str(self.run.path)]
        with (self.folder / "survey.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--kind", self.kind, "--epoch", str(self.epoch)],
                env=os.environ | {"PYTHONPATH": search_path},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        threading.Thread(target=process.wait, daemon=True).start()  # its end leaves no zombie

    def progress(self) -> Progress | None:
        """Tell how far it is; None when it was never started."""
        try:
            record = read_json(self.progress_path)
            age = time.time() - self.progress_path.stat().st_mtime
            done, total, problem = record["done"], record["total"], record["problem"]
        except (OSError, ValueError, KeyError):
            return None
        starting = total == 0 and not problem and 0 <= age < STARTING_SECONDS
        running = self.locked() or starting
        if not running and not problem and done < max(1, total):
            problem = "It was cut off."
        return Progress(done, total, running, problem)

    def report(self, done: int, total: int, problem: str = "") -> None:
        """Write down how far it is."""
        write_json(self.progress_path, {"done": done, "total": total, "problem": problem})

    def locked(self) -> bool:
        """Tell whether a process is at it."""
        try:
            with FileLock(self.lock_path).acquire(blocking=False):
                return False
        except Timeout:
            return True
        except FileNotFoundError:
            return False

    def features(self) -> Features | None:
        """Read what a ``map`` survey found; None without one for these very weights."""
        arrays = self._read()
        if arrays is None or not {"features", "probabilities"} <= set(arrays):
            return None
        return Features(arrays["features"], arrays["probabilities"])

    def tops(self) -> Tops | None:
        """Read what a ``tops`` survey found; None without one for these very weights."""
        arrays = self._read()
        if arrays is None or "photos" not in arrays:
            return None
        names = [field.name for field in fields(TopPhotos)]
        layers = sorted({int(name.split(".")[0]) for name in arrays if "." in name})
        found = {i: TopPhotos(*(arrays[f"{i}.{name}"] for name in names)) for i in layers}
        return Tops(found, int(arrays["photos"][0]))

    def made_with(self) -> str:
        """Name the weights, and the code that turns files and seeds into pixels."""
        mark = self.run.checkpoints.mark(self.epoch)
        return f"{mark}, decoder {DECODER_VERSION}, drawing {DRAWING_VERSION}"

    def _read(self) -> dict[str, NDArray[Any]] | None:
        try:
            with safe_open(self.path, framework="numpy") as file:
                if (file.metadata() or {}).get("made_with") != self.made_with():
                    return None
                return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError, ModelError):
            return None  # not there, or damaged: it can be done again

    def perform(self) -> None:
        """Do it here and now, writing down how far it is; raises what goes wrong."""
        self.folder.mkdir(exist_ok=True)
        with FileLock(self.lock_path).acquire(blocking=False):
            try:
                made_with = self.made_with()
                arrays = self._look()
                content = save(arrays, metadata={"made_with": made_with})
                write_atomically(self.path, content)
            except Exception as error:
                self.report(0, 1, str(error) or type(error).__name__)
                raise

    def _look(self) -> dict[str, NDArray[Any]]:
        model = self.run.load_model(self.epoch)
        data = load_data(DataRequest.of(self.run.config))
        if self.kind == "map":
            return self._features(model, data.test)
        return self._tops(model, data.train)

    def _features(self, model: nn.Sequential, photos: PhotoSet) -> dict[str, NDArray[Any]]:
        features, answers = [], []
        for x in self._counted(photos):
            features.append(last_hidden(model, x).numpy())
            answers += probability(model, x)
        return {
            "features": np.concatenate(features).astype(np.float32),
            "probabilities": np.array(answers, dtype=np.float32),
        }

    def _tops(self, model: nn.Sequential, photos: PhotoSet) -> dict[str, NDArray[Any]]:
        *_, (seen, found) = find_top_photos(model, self._counted(photos))
        arrays: dict[str, NDArray[Any]] = {"photos": np.array([seen])}
        for index, top in found.items():
            for field in fields(TopPhotos):
                arrays[f"{index}.{field.name}"] = np.ascontiguousarray(getattr(top, field.name))
        return arrays

    def _counted(self, photos: PhotoSet) -> Iterator[Tensor]:
        """Give out all photos in their order, batch by batch, and report each finished batch."""
        reported = 0.0
        for start in range(0, len(photos), BATCH):
            pixels = np.array(photos.pixels[start : start + BATCH])
            yield network_input(as_seen(pixels, self.run.config.mistakes))
            done = min(start + BATCH, len(photos))
            if done == len(photos) or time.monotonic() - reported > PROGRESS_SECONDS:
                reported = time.monotonic()
                self.report(done, len(photos))


def main(arguments: list[str] | None = None) -> int:
    """Do one survey; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m core.explain.survey",
        description="Look at all of a run's photos and keep what was found in the run's folder.",
        epilog="Exit code: 0 done, 1 it failed, 2 wrong use.",
    )
    parser.add_argument("run", type=Path, metavar="RUN_DIR", help="the run's folder")
    parser.add_argument(
        "--kind",
        choices=KINDS,
        default="map",
        help="map: features of the test photos; tops: what excites each channel most",
    )
    parser.add_argument("--epoch", type=int, help="a kept epoch (default: the newest)")
    options = parser.parse_args(arguments)
    try:
        run = Run(options.run)
        epoch = max(run.saved_epochs()) if options.epoch is None else options.epoch
        survey = Survey(run, options.kind, epoch)
        run.checkpoints.mark(epoch)
    except (RunError, ModelError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # whoever trains or looks at a page comes first
    try:
        survey.perform()
    except Timeout:
        print("error: another process is at this survey already", file=sys.stderr)
        return 1
    except (RunError, ModelError, DataError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(survey.path)
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
