"""Photos as a training varies them, to be looked at: each variation alone, or all together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from core.config import window_side
from core.data.dataset import Bytes
from core.training.augmentation import Draw, Targets, augment
from core.training.preparation import smoothed
from core.variations import Variation

CLEAR = 0.1
"""Share of another photo by which a mixed one's answer must move to be worth a look."""
TRIES = 200
"""Batches looked through for one in which a variation happens that comes to a share of them."""


@dataclass(frozen=True)
class Example:
    """A photo (S, S, 3) uint8 before and (side, side, 3) after, and the P(class 1) asked of it."""

    before: Bytes
    after: Bytes
    target: float
    varied: bool


def alone(
    photos: Bytes, labels: Sequence[int], variation: Variation, seed: int, number: int
) -> list[Example]:
    """Vary photos (N, S, S, 3) in one way, as in batch after batch of a training from ``number``
    on, until one in which at least half of them change, and not by a speck of another photo.
    """
    asked = smoothed(np.asarray(labels, np.uint8), 0.0)
    least = CLEAR if variation is Variation.MIX else 0.0
    best, most = list[Example](), -1
    for step in range(number * TRIES, (number + 1) * TRIES):
        found = examples(photos, asked, [variation], photos.shape[1], Draw(seed, 1, step))
        moved = [abs(each.target - before) for each, before in zip(found, asked, strict=True)]
        clear = sum(each.varied and by >= least for each, by in zip(found, moved, strict=True))
        if clear > most:
            best, most = found, clear
        if 2 * most >= len(photos):
            break
    return best


def together(
    photos: Bytes,
    labels: Sequence[int],
    variations: Collection[Variation],
    share: float,
    smoothing: float,
    draw: Draw,
) -> list[Example]:
    """Vary photos (N, S, S, 3) in all ways at once, into windows of ``share`` of their side."""
    asked = smoothed(np.asarray(labels, np.uint8), smoothing)
    side = window_side(photos.shape[1], share) if variations else photos.shape[1]
    return examples(photos, asked, variations, side, draw)


def examples(
    photos: Bytes, asked: Targets, variations: Collection[Variation], side: int, draw: Draw
) -> list[Example]:
    """Return each photo before and after one draw."""
    after, targets = photos, asked
    if variations:
        after, targets = augment(photos, asked, variations, side, draw)
    return [
        Example(before, new, float(target), not np.array_equal(before, new))
        for before, new, target in zip(photos, after, targets, strict=True)
    ]
