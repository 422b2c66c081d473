"""Photos with labels, ready to train on: what `load_data` returns and batches of it."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.report import Report

Bytes = NDArray[np.uint8]
RESIDENT_BYTES = 32 * 2**20  # of mapped photos, at most, while batches are read


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


def batches(
    photos: PhotoSet, batch_size: int, seed: int, epoch: int
) -> Iterator[tuple[Bytes, Bytes]]:
    """Yield (x (n, S, S, 3) uint8, y (n,) uint8) over all photos, in an order from (seed, epoch).

    A last batch of one is joined to the one before it, so that batch norm never sees one photo.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    order = np.random.default_rng((seed, epoch)).permutation(len(photos))
    starts = list(range(0, len(order), batch_size))
    if len(starts) > 1 and len(order) - starts[-1] == 1:
        starts.pop()
    read = 0
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        chosen = order[start:end]
        x = np.asarray(photos.pixels[chosen])
        read += x.nbytes
        if read > RESIDENT_BYTES:
            forget_pages(photos.pixels)
            read = 0
        yield x, photos.labels[chosen]


def forget_pages(pixels: Bytes) -> None:
    """Give the memory of mapped photos back to the system, which keeps or drops them as it likes.

    Without this, every photo once read would count as this process's memory.
    """
    base: object = pixels
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(base, "madvise"):
        base.madvise(mmap.MADV_DONTNEED)


def to_network_input(x: Bytes) -> NDArray[np.float32]:
    """Turn pixels (N, S, S, 3) uint8 into network input (N, 3, S, S) float32, scaled to 0..1."""
    return np.divide(x.transpose(0, 3, 1, 2), np.float32(255), order="C", dtype=np.float32)
