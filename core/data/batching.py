"""Batches of photos: in which order, of what size, and as what numbers."""

import mmap
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Bytes, PhotoSet

RESIDENT_BYTES = 32 * 2**20
"""Of mapped photos, at most, while batches are read."""
AROUND_BYTES = 64 * 2**10
"""What Linux maps around a place that is read, if it happens to have it in memory."""


def batch_slices(count: int, batch_size: int) -> list[slice]:
    """Cut ``count`` photos into batches.

    A last batch of one is joined to the one before it, so that batch norm never sees one photo.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    starts = list(range(0, count, batch_size))
    if len(starts) > 1 and count - starts[-1] == 1:
        starts.pop()
    return [slice(start, stop) for start, stop in pairwise([*starts, count])]


def batches(
    photos: PhotoSet, batch_size: int, seed: int, epoch: int, skip: int = 0, views: int = 1
) -> Iterator[tuple[Bytes, Bytes]]:
    """Yield (x (n, S, S, 3) uint8, y (n,) uint8) over all photos, in an order from (seed, epoch).

    All photos come once before any comes again, ``views`` times in all. The first ``skip`` batches
    are left out without reading their pixels.
    """
    random = np.random.default_rng((seed, epoch))
    order = np.concatenate([random.permutation(len(photos)) for _ in range(views)])
    read = 0
    for part in batch_slices(len(order), batch_size)[skip:]:
        chosen = order[part]
        x = np.asarray(photos.pixels[chosen])
        read += x.nbytes + len(x) * AROUND_BYTES
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
