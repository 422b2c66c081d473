"""How long a training will take on this machine: a few of its steps, taken beforehand.

A process of its own takes them, ``python -m core.runs.estimate FOLDER``, only while nothing is
trained here, and what they cost is remembered: a training of another length takes as many times as
long as it has steps.

    known.json   seconds a step and seconds a test photo, by machine, network, sizes and numbers
    asked.json   the newest trainings that somebody would like to know of
    lock         locked while a process measures

``GLASS_CNN_MEASURE=0`` lets nothing be measured, as does a small computer.
"""

import hashlib
import json
import os
import platform
import statistics
import sys
import time
import traceback
from collections.abc import Collection
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.command_line import run_command
from core.config import TrainConfig
from core.data.batching import batch_slices
from core.data.dataset import Data, PhotoSet
from core.data.report import Report
from core.files import claimed_lock, is_locked, read_json, write_json
from core.folders import cache_folder
from core.records import read_record
from core.runs.background import start_process, work_on_folder
from core.runs.slots import nothing_is_trained
from core.small_host import small_host
from core.system import cpu_count, seconds_since
from core.training.without_compiler import leave_compiler_out

NO_MATTER = (
    *("data", "train_per_class", "test_per_class", "epochs", "views", "seed"),
    *("learning_rate", "schedule", "init", "weight_decay", "label_smoothing", "mistakes"),
    *("left_out", "turned_over"),
)
"""What of a config changes nothing about what a step costs."""
MEASURED_SECONDS = 2.0
MOST_STEPS = 60
STARTING_SECONDS = 15.0
"""How long a process may take from its start to its lock."""
MOST_KNOWN = 500


@dataclass(frozen=True)
class Cost:
    """What a training takes: seconds for a step, and for the answer to one test photo."""

    step_seconds: float
    photo_seconds: float

    def seconds(self, config: TrainConfig, train: int, test: int) -> float:
        """Return how long ``config`` takes with so many photos to train and to test on."""
        steps = len(batch_slices(config.views * train, config.batch_size)) if train else 0
        return config.epochs * (steps * self.step_seconds + test * self.photo_seconds)


def folder() -> Path:
    """Return the folder of what was measured."""
    return cache_folder() / "times"


def kind_of(config: TrainConfig) -> str:
    """Return what of a config, and of this machine, decides what its steps cost, as a short key."""
    fields = {k: v for k, v in config.to_dict().items() if k not in NO_MATTER}
    # How photos are varied is prepared beside the steps; whether they are makes windows of them.
    fields["variations"] = bool(config.variations)
    fields["window"] = config.window_side
    fields["weight_average"] = bool(config.weight_average)
    machine = [platform.node(), platform.machine(), cpu_count(), platform.python_version()]
    text = json.dumps([machine, fields], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# For those who look


def known_costs() -> dict[str, Cost | None]:
    """Read all that was measured, by kind; None for what could not be."""
    try:
        values = read_json(folder() / "known.json")
        return {kind: read_record(Cost, cost) if cost else None for kind, cost in values.items()}
    except (OSError, ValueError, TypeError):
        return {}


def ask(configs: Collection[TrainConfig]) -> bool:
    """Let measure what is not known yet of these; tell whether a process is at it."""
    known = known_costs()
    unknown = [config for config in configs if kind_of(config) not in known]
    unwanted = os.environ.get("GLASS_CNN_MEASURE") == "0" or small_host()
    if not unknown or unwanted or not nothing_is_trained():
        return False
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    began = asked_at(place)
    running = is_locked(place / "lock") or seconds_since(began) < STARTING_SECONDS
    question = {"configs": [config.to_dict() for config in unknown]}
    write_json(place / "asked.json", question | {"began": began if running else time.time()})
    if not running:
        start_process("core.runs.estimate", [str(place)], place / "log")
    return True


def asked_at(place: Path) -> float:
    """Return when a process was last started, in seconds since 1970; 0 when none was."""
    try:
        return float(read_json(place / "asked.json")["began"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0


# For the process


def measure(config: TrainConfig) -> Cost:
    """Take steps and answer photos of noise for two seconds, in the numbers and on the device that
    the training would choose.

    ``GlassError`` when the config cannot be trained here.
    """
    from core.training.devices import choose_device
    from core.training.loop import TEST_BATCH
    from core.training.numbers import choose_numbers
    from core.training.preparation import prepared_batches
    from core.training.state import build_state

    config = config.replace(device=choose_device(config.device).name, views=1, mistakes=())
    config = config.replace(dtype=choose_numbers(config).dtype)
    state, times = build_state(config), list[float]()
    began = previous = time.perf_counter()
    data = noise(config, MOST_STEPS * config.batch_size)
    with closing(prepared_batches(data, config, epoch=1)) as batches:
        for step, batch in enumerate(batches):
            state.take_step(batch, config.learning_rate, step)
            now = time.perf_counter()
            times.append(now - previous)
            previous = now
            if step == 0:
                began = now  # the first step sets things up
            elif now - began > MEASURED_SECONDS:
                break
    photos = np.array(data.test.pixels[:TEST_BATCH])
    answers = []
    for _ in range(3):
        started = time.perf_counter()
        state.predict(photos)
        answers.append(time.perf_counter() - started)
    return Cost(statistics.median(times[1:]), min(answers) / len(photos))


def noise(config: TrainConfig, count: int) -> Data:
    """Return photos that take the memory of one."""
    side = config.image_size
    photo = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), dtype=np.uint8)
    photos = PhotoSet(
        np.broadcast_to(photo, (count, side, side, 3)),
        (np.arange(count) % 2).astype(np.uint8),
        ("noise",) * count,
    )
    return Data(photos, photos, ("dog", "cat"), Report("Noise.", ()), "noise", side)


def measure_asked(place: Path) -> None:
    """Measure what is asked until all of it is known or a training begins.

    ``Timeout`` when another process does.
    """
    with claimed_lock(place / "lock"):
        while nothing_is_trained() and (config := next_asked(place)) is not None:
            try:
                cost: Cost | None = measure(config)
            except Exception:  # whatever it is, the training itself will say it
                traceback.print_exc()
                cost = None
            if nothing_is_trained():  # beside a training it would have taken longer
                remember(place, kind_of(config), cost)


def next_asked(place: Path) -> TrainConfig | None:
    """Return the first training that is asked for and not known."""
    known = known_costs()
    configs = map(TrainConfig.from_dict, read_json(place / "asked.json")["configs"])
    return next((config for config in configs if kind_of(config) not in known), None)


def remember(place: Path, kind: str, cost: Cost | None) -> None:
    """Add to what is known; of very many kinds the oldest are forgotten."""
    known = known_costs() | {kind: cost}
    kept = list(known.items())[-MOST_KNOWN:]
    write_json(place / "known.json", {kind: asdict(each) if each else None for kind, each in kept})


def main(arguments: list[str] | None = None) -> int:
    """Measure as the folder's question asks; return the exit code."""
    return work_on_folder(
        arguments,
        "python -m core.runs.estimate FOLDER",
        "another process measures already",
        measure_asked,
    )


if __name__ == "__main__":
    leave_compiler_out()
    sys.exit(run_command(main))
