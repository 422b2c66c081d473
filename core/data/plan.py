"""What to load, before it is loaded: for every class and split, the candidates in order."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LoadedPhoto:
    """One candidate made into pixels (S, S, 3) uint8; ``digest`` tells equal files apart.

    ``filled`` says that it had transparent parts; ``size`` is its width and height as found.
    """

    pixels: NDArray[np.uint8]
    digest: str = ""
    filled: bool = False
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class PlannedGroup:
    """The candidates of one class in one split; the first ``wanted`` that load are used."""

    split: str
    class_name: str
    label: int
    wanted: int
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Everything known about a source without opening a single photo.

    ``identity`` changes whenever the same candidates would give other pixels. ``make`` turns a
    candidate of a group into pixels; it raises ``PhotoError`` and is called from other threads,
    from several at once if that is quicker (``parallel``). ``holds`` keeps the files there for as
    long as the plan lives.
    """

    layout: str
    classes: tuple[str, str]
    groups: tuple[PlannedGroup, ...]
    identity: object
    make: Callable[[PlannedGroup, str], LoadedPhoto]
    skipped: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()
    parallel: bool = True
    holds: object = None
