"""Photos with labels, ready to train on: what `load_data` returns."""

from collections.abc import Sequence
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

    def part(self, chosen: NDArray[np.bool_]) -> "PhotoSet":
        """Return the photos at whose places ``chosen`` (N,) is true; their pixels are copied."""
        names = tuple(name for name, take in zip(self.names, chosen, strict=True) if take)
        return PhotoSet(np.asarray(self.pixels[chosen]), self.labels[chosen], names)


def joined(parts: Sequence[PhotoSet]) -> PhotoSet:
    """Return the photos of all parts, one behind the other; their pixels are copied."""
    return PhotoSet(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.labels for part in parts]),
        tuple(name for part in parts for name in part.names),
    )


@dataclass(frozen=True)
class Data:
    """Training and test photos of two classes; ``classes[label]`` is a label's name.

    ``mark`` is another one when any of the pixels are; "" where nobody looked.
    """

    train: PhotoSet
    test: PhotoSet
    classes: tuple[str, str]
    report: Report
    source: str
    image_size: int
    mark: str = ""
