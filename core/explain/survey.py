"""Look at all of a run's photos in the background: ``python -m core.explain.survey RUN_DIR``.

Three surveys of one epoch's network exist. ``map`` keeps the last hidden layer's features of every
test photo, for the map of photos, and for how many of them each channel was silent; ``tops`` keeps
the training photos that excite each channel most; ``trust`` tries the heat maps on a hundred test
photos. What was found lies in the run's folder, beside a note of which weights it was found with,
so that it is never shown for others.

    explain/map-epoch-0003.safetensors     what was found
    explain/map-epoch-0003.progress.json   how far it is, or why it ended; without it, it stops
    explain/map-epoch-0003.lock            locked while one is at work
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor, nn

from core.command_line import run_command
from core.data import DataRequest, PhotoSet, load_data
from core.data.decode import DECODER_VERSION
from core.data.drawn import DRAWING_VERSION
from core.data.mistaken import as_seen
from core.errors import DataError, ExplanationError, ModelError, RunError, StoppedError
from core.explain.pca import fit_pca
from core.explain.seen_photos import Features, Tops
from core.explain.silence import Silence, outputs, silent_for
from core.explain.top_photos import TopPhotos, find_top_photos
from core.explain.trust import Verdict, chosen_photos, judge
from core.files import claimed_lock, is_locked, read_json, write_atomically, write_json
from core.networks.layers import last_linear
from core.networks.tensors import network_input
from core.runs.background import be_nice, start_process
from core.runs.run import Run
from core.runs.slots import may_look, room_to_look
from core.system import seconds_since

KINDS = ("map", "tops", "trust")
BATCH = 16
PROGRESS_SECONDS = 0.2
STARTING_SECONDS = 20.0


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
        """Let a process of its own do it, unless one is at it already or there is no room."""
        progress = self.progress()
        if (progress is not None and progress.running) or not may_look():
            return
        self.folder.mkdir(exist_ok=True)
        self.report(0, 0)
        which = ["--kind", self.kind, "--epoch", str(self.epoch)]
        arguments = [str(self.run.path), *which, "--begun"]
        start_process("core.explain.survey", arguments, self.folder / "survey.log")

    def stop(self) -> None:
        """Let a process that is at it end within a batch of photos; nothing is kept of it."""
        self.progress_path.unlink(missing_ok=True)

    def progress(self) -> Progress | None:
        """Tell how far it is; None when it was never started, or was stopped."""
        try:
            record = read_json(self.progress_path)
            age = seconds_since(self.progress_path.stat().st_mtime)
            done, total, problem = record["done"], record["total"], record["problem"]
        except (OSError, ValueError, KeyError):
            return None
        starting = total == 0 and not problem and age < STARTING_SECONDS
        running = is_locked(self.lock_path) or starting
        if not running and not problem and done < max(1, total):
            problem = "It was cut off."
        return Progress(done, total, running, problem)

    def report(self, done: int, total: int, problem: str = "") -> None:
        """Write down how far it is."""
        write_json(self.progress_path, {"done": done, "total": total, "problem": problem})

    def failed(self) -> bool:
        """Tell whether it was tried and failed, so that trying again by itself would not help."""
        try:
            return bool(read_json(self.progress_path)["problem"])
        except (OSError, ValueError, KeyError):
            return False

    def features(self) -> Features | None:
        """Read what a ``map`` survey found; None without one for these very weights."""
        arrays = self._read(("features", "probabilities"))
        if arrays is None or not {"features", "probabilities"} <= set(arrays):
            return None
        return Features(arrays["features"], arrays["probabilities"])

    def places(self) -> NDArray[np.float32] | None:
        """Read where a ``map`` survey put the test photos, (N, 2); None without one."""
        arrays = self._read(("places",))
        return None if arrays is None else arrays.get("places")

    def silence(self) -> Silence | None:
        """Read how often a ``map`` survey found each channel silent; None without one."""
        arrays = self._read(("silent", "count"))
        if arrays is None or "count" not in arrays:
            return None  # not looked at yet, or by an older version that did not count
        counts = {int(name.split(".")[1]): arrays[name] for name in arrays if "." in name}
        return Silence(counts, int(arrays["count"][0]))

    def tops(self) -> Tops | None:
        """Read what a ``tops`` survey found; None without one for these very weights."""
        arrays = self._read()
        if arrays is None or "photos" not in arrays:
            return None
        names = [field.name for field in fields(TopPhotos)]
        layers = sorted({int(name.split(".")[0]) for name in arrays if "." in name})
        found = {i: TopPhotos(*(arrays[f"{i}.{name}"] for name in names)) for i in layers}
        return Tops(found, int(arrays["photos"][0]))

    def verdict(self) -> Verdict | None:
        """Read what a ``trust`` survey found; None without one for these very weights."""
        arrays = self._read(("figures.",))
        if not arrays:
            return None
        return Verdict({name.removeprefix("figures."): array for name, array in arrays.items()})

    def made_with(self) -> str:
        """Name the weights, and the code that turns files and seeds into pixels."""
        mark = self.run.checkpoints.mark(self.epoch)
        return f"{mark}, decoder {DECODER_VERSION}, drawing {DRAWING_VERSION}"

    def _read(self, begins: tuple[str, ...] = ("",)) -> dict[str, NDArray[Any]] | None:
        """Read the arrays whose names begin so."""
        try:
            with safe_open(self.path, framework="numpy") as file:
                if (file.metadata() or {}).get("made_with") != self.made_with():
                    return None
                names = [name for name in file.keys() if name.startswith(begins)]  # noqa: SIM118
                return {name: file.get_tensor(name) for name in names}
        except (OSError, SafetensorError, ModelError):
            return None  # not there, or damaged: it can be done again

    def perform(self, *, begun: bool = False) -> None:
        """Do it here and now, writing down how far it is; raises what goes wrong.

        One that was ``begun`` by ``start`` may have been stopped since: ``StoppedError``.
        """
        self.folder.mkdir(exist_ok=True)
        with claimed_lock(self.lock_path):
            if not begun:
                self.report(0, 0)
            try:
                with room_to_look(self._check):
                    made_with = self.made_with()
                    arrays = self._look()
                    content = save(arrays, metadata={"made_with": made_with})
                    write_atomically(self.path, content)
            except StoppedError:
                raise
            except Exception as error:
                self.report(0, 1, str(error) or type(error).__name__)
                raise

    def _check(self) -> None:
        """Raise ``StoppedError`` when somebody stopped it."""
        if not self.progress_path.exists():
            raise StoppedError("It was stopped.")

    def _tell(self, done: int, total: int) -> None:
        """Write down how far it is, unless somebody stopped it."""
        self._check()
        self.report(done, total)

    def _look(self) -> dict[str, NDArray[Any]]:
        model = self.run.load_model(self.epoch)
        data = load_data(DataRequest.of(self.run.config), lambda done, total: self._check())
        if self.kind == "map":
            return self._features(model, data.test)
        if self.kind == "trust":
            return self._trust(model, data.test)
        return self._tops(model, data.train)

    def _features(self, model: nn.Sequential, photos: PhotoSet) -> dict[str, NDArray[Any]]:
        """Look at each photo once: its features, its answer and the channels it leaves silent."""
        last, features, answers = last_linear(model), [], []
        silent: dict[str, NDArray[Any]] = {}
        for x in self._counted(photos):
            output = x
            for index, read in outputs(model, x):
                if index == last:
                    features.append(output.flatten(1).numpy())
                if read.ndim == 4:
                    name = f"silent.{index}"
                    silent[name] = silent.get(name, 0) + silent_for(read)
                output = read
            answers.append(output.flatten().numpy())
        values = np.concatenate(features).astype(np.float32)
        found = {
            "features": values,
            "probabilities": np.concatenate(answers).astype(np.float32),
            "count": np.array([len(photos)]),
            **silent,
        }
        with contextlib.suppress(ExplanationError):  # too few photos, or NaN: the map will say so
            found["places"] = fit_pca(values).project(values).astype(np.float32)
        return found

    def _tops(self, model: nn.Sequential, photos: PhotoSet) -> dict[str, NDArray[Any]]:
        *_, (seen, found) = find_top_photos(model, self._counted(photos))
        arrays: dict[str, NDArray[Any]] = {"photos": np.array([seen])}
        for index, top in found.items():
            for field in fields(TopPhotos):
                arrays[f"{index}.{field.name}"] = np.ascontiguousarray(getattr(top, field.name))
        return arrays

    def _trust(self, model: nn.Sequential, photos: PhotoSet) -> dict[str, NDArray[Any]]:
        """Try the heat maps on a hundred photos, evenly spread, and report each finished one."""
        chosen = chosen_photos(len(photos))
        mistakes = self.run.config.mistakes
        seen = (as_seen(np.array(photos.pixels[number]), mistakes) for number in chosen)
        self._tell(0, len(chosen))
        for verdict in judge(model, seen, self.run.config.image_size):
            self._tell(verdict.photos, len(chosen))
        return {f"figures.{method}": values for method, values in verdict.figures.items()}

    def _counted(self, photos: PhotoSet) -> Iterator[Tensor]:
        """Give out all photos in their order, batch by batch, and report each finished batch."""
        reported = 0.0
        for start in range(0, len(photos), BATCH):
            pixels = np.array(photos.pixels[start : start + BATCH])
            yield network_input(as_seen(pixels, self.run.config.mistakes))
            done = min(start + BATCH, len(photos))
            if done == len(photos) or time.monotonic() - reported > PROGRESS_SECONDS:
                reported = time.monotonic()
                self._tell(done, len(photos))


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
        help="map: features of the test photos; tops: what excites each channel most; trust: how "
        "far the heat maps can be trusted",
    )
    parser.add_argument("--epoch", type=int, help="a kept epoch (default: the newest)")
    parser.add_argument("--begun", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        run = Run(options.run)
        epoch = max(run.saved_epochs()) if options.epoch is None else options.epoch
        survey = Survey(run, options.kind, epoch)
        run.checkpoints.mark(epoch)
    except (RunError, ModelError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    be_nice()
    try:
        survey.perform(begun=options.begun)
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
