"""Every photo of a plan once, in small: what is needed to tell which are alike and which odd."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.data.load import make_in_order
from core.data.plan import LoadedPhoto, Plan, PlannedGroup
from core.data.report import printable
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.errors import PhotoError
from core.review.findings import FoundPhoto
from core.system import cpu_count, one_opencv_thread

SIDE = 64
"""Pixels a side at which photos are compared: JPEGs are decoded at an eighth or a quarter."""
ROWS, COLUMNS = 16, 17
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Fingerprints:
    """N photos: ``grey`` (N, 16, 17) float32 their brightness in small; ``files`` and ``pictures``
    are equal for equal files and equal pixels. A file that is like no other may have "".
    ``unreadable`` files more are no photos that can be used.
    """

    classes: tuple[str, str]
    photos: tuple[FoundPhoto, ...]
    grey: NDArray[np.float32]
    files: tuple[str, ...]
    pictures: tuple[str, ...]
    unreadable: int = 0


def take_fingerprints(request: DataRequest, progress: Progress | None = None) -> Fingerprints:
    """Look at all photos that ``load_data`` would use; ``progress(done, total)`` meanwhile.

    Memory grows by about a kilobyte a photo. Raises ``DataError`` as ``load_data`` does.
    """
    plan = plan_source(replace(request, image_size=SIDE))
    total = count_wanted(plan)
    photos, grey, files, pictures = [], [], [], []
    unreadable = 0
    for group, name, made in each_photo(plan):
        if isinstance(made, PhotoError):
            unreadable += 1
            continue
        photos.append(FoundPhoto(printable(name), group.split, group.label, *made.size))
        grey.append(small_grey(made.pixels))
        files.append(made.digest)
        pictures.append(hashlib.sha256(made.pixels.data).hexdigest()[:32])
        if progress is not None:
            progress(len(photos), total)
    return Fingerprints(
        plan.classes,
        tuple(photos),
        np.array(grey, np.float32).reshape(-1, ROWS, COLUMNS),
        tuple(files),
        tuple(pictures),
        unreadable,
    )


def count_wanted(plan: Plan) -> int:
    """Count the photos that a plan wants and that may be there."""
    return sum(min(group.wanted, len(group.candidates)) for group in plan.groups)


def each_photo(plan: Plan) -> Iterator[tuple[PlannedGroup, str, LoadedPhoto | PhotoError]]:
    """Make every wanted photo in order, with all processors, or say why it is none."""
    with ThreadPoolExecutor(cpu_count()) as pool, one_opencv_thread():
        for group in plan.groups:
            for name, outcome in make_in_order(pool, plan, group):
                yield group, name, outcome if isinstance(outcome, PhotoError) else outcome[0]


def small_grey(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Shrink a photo (S, S, 3) uint8 RGB to its brightness (16, 17) float32."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.resize(grey, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), np.float32)
