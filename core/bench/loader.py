"""How long loading takes, and how much memory, beside a plain loop over the same photos.

The plain loop reads with OpenCV and resizes, one photo after another, and checks nothing. The
article's loader reads and resizes likewise, collects, and divides a copy of everything by 255.
Each contestant runs in a process of its own, in turns, and its peak memory is that process's.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.bench.measure import in_turns, median_ratio, table

PLAIN, ARTICLE = "plain loop: imread, resize", "the article's loader"
COLD, WARM = "load_data, cold", "load_data, warm"


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench loader", description=__doc__)
    parser.add_argument(
        "--photos",
        default=os.environ.get("GLASS_CNN_PHOTOS"),
        help="a folder in the article's layout (default: what GLASS_CNN_PHOTOS names)",
    )
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = build_parser().parse_args(arguments)
    if not options.photos or not Path(options.photos).is_dir():
        print(f"loader needs --photos FOLDER; {options.photos!r} is not a folder", file=sys.stderr)
        return 2
    if options.contestant:
        print(*run_here(options.contestant, options.photos, options.image_size))
        return 0
    memory: dict[str, float] = {}

    def contestant(name: str, cache: str) -> float:
        seconds, megabytes = run_apart(name, options.photos, options.image_size, cache)
        memory[name] = max(memory.get(name, 0.0), megabytes)
        return seconds

    def cold() -> float:
        with tempfile.TemporaryDirectory() as cache:
            return contestant(COLD, cache)

    with tempfile.TemporaryDirectory() as cache:
        contestant(COLD, cache)  # fills the cache for the warm ones, and the disk's for all
        seconds = in_turns(
            {
                PLAIN: lambda: contestant(PLAIN, cache),
                ARTICLE: lambda: contestant(ARTICLE, cache),
                COLD: cold,
                WARM: lambda: contestant(WARM, cache),
            },
            options.repetitions,
        )
    rows = [
        [
            name,
            f"{statistics.median(taken):.2f}",
            f"{median_ratio(taken, seconds[PLAIN]):.2f}",
            f"{median_ratio(taken, seconds[ARTICLE]):.2f}",
            f"{memory[name]:.0f}",
        ]
        for name, taken in seconds.items()
    ]
    print(f"photos at {options.image_size} pixels: medians of {options.repetitions} turns")
    print(table(["loader", "seconds", "to the loop", "to the article's", "peak MB"], rows))
    return 0


def run_apart(name: str, photos: str, image_size: int, cache: str) -> tuple[float, float]:
    """Run one contestant in a process of its own; return its seconds and its peak megabytes."""
    command = [sys.executable, "-m", "core.bench", "loader", "--contestant", name]
    done = subprocess.run(
        [*command, "--photos", photos, "--image-size", str(image_size)],
        env=os.environ | {"GLASS_CNN_CACHE": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def run_here(name: str, photos: str, image_size: int) -> tuple[float, float]:
    """Load once; return the seconds that took and this process's peak megabytes."""
    if name in (COLD, WARM):
        from core.data import DataRequest, load_data

        started = time.perf_counter()
        load_data(DataRequest(photos, image_size))
    else:
        import cv2  # noqa: F401  imported before the clock starts, as for load_data

        started = time.perf_counter()
        loaded = plain_loop(photos, image_size)
        if name == ARTICLE:
            divide(loaded)
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def plain_loop(photos: str, image_size: int) -> list[object]:
    """Read and resize every photo below the folder, one after another."""
    import cv2

    paths = sorted(path for path in Path(photos).rglob("*.jpg") if path.is_file())
    loaded: list[object] = []
    for path in paths:
        pixels = cv2.imread(str(path))
        assert pixels is not None, f"OpenCV cannot read {path}"
        loaded.append(cv2.resize(pixels, (image_size, image_size)))
    return loaded


def divide(loaded: list[object]) -> object:
    """Make one array of all photos and scale it to 0..1 in double precision, as the article."""
    import numpy as np

    return np.array(loaded) / 255
