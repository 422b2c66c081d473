"""Photos with labels, ready to train on: what `load_data` returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.report import Report

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class PhotoSet:
    """N photos: ``pixels`` (N, S, S, 3) uint8 RGB, memory-mapped; ``labels`` (N,) uint8; names."""

    pixels: Bytes
    labels: Bytes
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Data:
    """Training and test photos of two classes; ``classes[label]`` is a label's name."""

    train: PhotoSet
    test: PhotoSet
    classes: tuple[str, str]
    report: Report
    source: str
    image_size: int
