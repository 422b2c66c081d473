"""Measure what many visitors take who ask for the same at once: ``python docs/measure_at_once.py``.

Each asks for a drawn pet of its own, of the shipped model. Once every visitor computes in a thread
of its own, once as the pages do it, one step at a time in a thread that all share. Printed are the
seconds until all have it, and the most memory that was held beside what one visitor had left.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from core.bench.measure import table  # noqa: E402
from core.comparison.network_comparison import compare_network  # noqa: E402
from core.data import to_network_input  # noqa: E402
from core.data.drawn import draw_pet  # noqa: E402
from core.explain.class_drawing import draw_classes  # noqa: E402
from core.explain.deletion import try_maps  # noqa: E402
from core.explain.fooling import fool  # noqa: E402
from core.explain.heat_maps import INTEGRATION_STEPS, HeatMaps, patch_sides  # noqa: E402
from core.explain.occlusion import occlude  # noqa: E402
from core.explain.saliency import integrated_gradients  # noqa: E402
from core.networks.classifier import Classifier  # noqa: E402
from core.networks.tensors import network_input  # noqa: E402
from pages.parts.shared.one_at_a_time import step_by_step  # noqa: E402

ORDERS = 8
"""Random orders that a heat map is held against, as many as the page draws."""
PEAK, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
Photo = NDArray[np.uint8]
Steps = Iterator[Any]


def one(work: Callable[[], object]) -> Steps:
    """Return what cannot be done in steps as a single one."""
    return (work() for _ in range(1))


def covered(asked: Classifier, photo: Photo) -> Steps:
    """Cover place after place with the smallest patch that the page offers."""
    patch = patch_sides(len(photo))["Small"]
    return occlude(asked.model, photo, patch, max(1, patch // 2))


def integrated(asked: Classifier, photo: Photo) -> Steps:
    """Walk from grey to the photo."""
    x = network_input(photo[np.newaxis])
    return one(partial(integrated_gradients, asked.model, x, steps=INTEGRATION_STEPS))


def trusted(asked: Classifier, photo: Photo) -> Steps:
    """Make all heat maps, and hold them against random orders."""
    maps, made = HeatMaps(asked.model, len(photo)), {}
    for name in maps.methods:
        made[name] = maps.of(name, photo)
        yield name
    yield from try_maps(asked.model, photo, made, ORDERS)


def compared(asked: Classifier, photo: Photo) -> Steps:
    """Send the photo through both engines."""
    x = to_network_input(photo[np.newaxis])
    return one(lambda: compare_network(asked.model, x) and None)  # a page keeps no arrays


CASES: dict[str, Callable[[Classifier, Photo], Steps]] = {
    "NumPy network, the comparison": compared,
    "heat map by covering": covered,
    "integrated gradients": integrated,
    "can it be trusted?": trusted,
    "Fool it": lambda asked, photo: fool(asked.model, photo),
    "Draw me": lambda asked, photo: draw_classes(asked.model, len(photo), int(photo.sum())),
}


def most_megabytes() -> float:
    """Return the most that this process has held since the last reset."""
    (line,) = (each for each in PEAK.read_text().splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def measure(case: str, visitors: int, shared: bool) -> tuple[float, float]:
    """Return the seconds until all visitors have what they asked for, and the MB beside before."""
    asked, work = Classifier.load(), CASES[case]
    pets = [draw_pet("cat", asked.image_size, seed=1, index=n) for n in range(visitors + 1)]

    def visit(photo: Photo) -> None:
        steps = work(asked, photo)
        done: Iterable[Any] = step_by_step(steps) if shared else steps
        for _ in done:
            pass

    visit(pets[-1])  # what is loaded and kept for all
    RESET.write_text("5")
    before, began = most_megabytes(), time.perf_counter()
    with ThreadPoolExecutor(visitors) as threads:
        list(threads.map(visit, pets[:-1]))
    return time.perf_counter() - began, most_megabytes() - before


def main() -> int:
    """Measure what the command line asks for, each case in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=20)
    options = parser.parse_args()
    if not RESET.exists():
        print("This needs Linux, which says what a process held at most.", file=sys.stderr)
        return 2
    rows = []
    for case in CASES:
        row = [case]
        for shared in (False, True):
            with ProcessPoolExecutor(1, get_context("spawn")) as apart:
                seconds, megabytes = apart.submit(measure, case, options.visitors, shared).result()
            row += [f"{megabytes:.0f}", f"{seconds:.1f}"]
        rows.append(row)
    print(table(["", "each in its own thread, MB", "s", "one at a time, MB", "s"], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
