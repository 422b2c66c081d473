"""How much memory a training takes with ten times as many photos: it should be the same.

Noise is saved as JPEGs in the article's layout. A process of its own loads them with an empty
cache, trains two epochs, and says after every photo loaded and every batch trained how much memory
it holds (resident memory as Linux counts it, mapped photos included).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.bench.measure import table
from core.config import RECIPES, TrainConfig
from core.data.request import ALL

if TYPE_CHECKING:
    from core.data import Data

STAGES = ("torch imported", "loading", "epoch 1", "epoch 2")
AHEAD = "batches made while the first is in use"


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench memory", description=__doc__)
    parser.add_argument("--photos", type=int, default=25_000, help="as many to train on, at most")
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = build_parser().parse_args(arguments)
    if options.folder:
        for stage, figure in measure(config_for(options.folder, options.image_size)):
            print(f"{stage}={figure}", flush=True)
        return 0
    if not Path("/proc/self/statm").is_file():
        print("memory needs Linux, which says what a process holds", file=sys.stderr)
        return 2
    counts = (options.photos // 10, options.photos)
    figures = [run_apart(count, options.image_size) for count in counts]
    rows = [[stage, *[f"{each[stage]:.0f}" for each in figures]] for stage in (*STAGES, AHEAD)]
    print(f"most memory held, MB: compact at {options.image_size} pixels, batch 32")
    print(table(["", *[f"{count:,} photos" for count in counts]], rows))
    return 0


def run_apart(count: int, side: int) -> dict[str, float]:
    """Save ``count`` photos and measure in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        save_noise(Path(folder) / "photos", count, side)
        command = [sys.executable, "-m", "core.bench", "memory"]
        done = subprocess.run(
            [*command, "--folder", f"{folder}/photos", "--image-size", str(side)],
            env=os.environ | {"GLASS_CNN_CACHE": f"{folder}/cache"},
            capture_output=True,
            text=True,
            check=True,
        )
    pairs = (line.split("=") for line in done.stdout.splitlines())
    return {stage: float(figure) for stage, figure in pairs}


def save_noise(folder: Path, count: int, side: int) -> None:
    """Save ``count`` photos to train on, and a few to test on, of two classes."""
    import cv2
    import numpy as np

    random = np.random.default_rng(0)
    for split, number in (("training_set", count // 2), ("test_set", 100)):
        for name in ("cats", "dogs"):
            place = folder / split / name
            place.mkdir(parents=True)
            for index in range(number):
                pixels = random.integers(0, 256, (side, side, 3), np.uint8)
                cv2.imwrite(str(place / f"{index:05d}.jpg"), pixels)


def config_for(folder: Path, side: int) -> TrainConfig:
    """Return what is trained: two epochs of the quick recipe on all photos."""
    return RECIPES["quick"].replace(
        data=str(folder),
        image_size=side,
        epochs=2,
        dtype="float32",
        train_per_class=ALL,
        test_per_class=ALL,
    )


def measure(config: TrainConfig) -> Iterator[tuple[str, float]]:
    """Yield the most memory in MB of each stage, then how far ahead batches are made."""
    from core.data import DataRequest, load_data
    from core.training.events import BatchDone, EpochDone
    from core.training.loop import train
    from core.training.state import build_state

    state = build_state(config)
    yield STAGES[0], resident_megabytes()
    most = 0.0

    def loaded(done: int, total: int) -> None:
        nonlocal most
        most = max(most, resident_megabytes())

    data = load_data(DataRequest.of(config), loaded)
    yield STAGES[1], most
    most = 0.0
    for event in train(state, data, config):
        if isinstance(event, BatchDone):
            most = max(most, resident_megabytes())
        elif isinstance(event, EpochDone):
            yield STAGES[1 + event.epoch], most
            most = 0.0
    yield AHEAD, batches_ahead(data, config)


def batches_ahead(data: "Data", config: TrainConfig) -> int:
    """Return how many batches are made within a second of which the first one is in use."""
    from core.data.ahead import read_ahead
    from core.training.preparation import prepare

    made = 0

    def counted() -> Iterator[object]:
        nonlocal made
        for batch in prepare(data, config, 1):
            made += 1
            yield batch

    stream = read_ahead(counted())
    next(stream)
    time.sleep(1)
    now = made
    stream.close()
    return now


def resident_megabytes() -> float:
    """Return the memory that this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
