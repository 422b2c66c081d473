"""Teaches a trained network's second question: its own photos against pictures of neither."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from torch import nn

from core.data.dataset import Bytes, PhotoSet
from core.data.mistaken import as_seen
from core.data.neither import TO_LEARN, draw_neither, spoil
from core.errors import ModelError
from core.mistakes import Mistake
from core.networks.likeness import Likeness, features_of, fit_likeness
from core.training.augmentation import Draw, augment
from core.variations import PLAIN

PHOTOS_PER_CLASS = 150
"""Training photos that are looked at, evenly spread over each class."""
LEARNT = 600
"""Pictures of the classes to fit on: the photos, and as many varied copies as that leaves room."""
MOST_COPIES = 7
SEED = 20  # of everything drawn here


@dataclass(frozen=True)
class Lesson:
    """The pictures, each (N, S, S, 3) uint8 as the network sees them.

    ``learnt`` are of the two classes, ``neither`` of neither; ``tuning`` are photos of the classes
    that were not trained on.
    """

    learnt: Bytes
    neither: Bytes
    tuning: Bytes


def nothing() -> None:
    """Do nothing between two pictures."""


def prepare_lesson(
    photos: PhotoSet,
    tuning: PhotoSet,
    mistakes: Collection[Mistake] = (),
    between: Callable[[], None] = nothing,
) -> Lesson:
    """Choose photos from those trained on and from others, vary them, and draw the rest.

    The same photos give the same lesson. ``between`` is called between pictures; what it raises
    ends this.
    """
    own = some_of_each_class(photos, PHOTOS_PER_CLASS)
    copies = min(MOST_COPIES, max(1, LEARNT // len(own) - 1))
    learnt = [own, *(varied(own, copy) for copy in range(copies))]
    between()
    return Lesson(
        as_seen(np.concatenate(learnt), mistakes),
        as_seen(pictures_of_neither(own, between), mistakes),
        as_seen(some_of_each_class(tuning, PHOTOS_PER_CLASS), mistakes),
    )


def learn_likeness(
    model: nn.Sequential, lesson: Lesson, between: Callable[[], None] = nothing
) -> Likeness | None:
    """Fit the second question of a network in evaluation mode; None when it cannot be asked.

    Takes a few seconds; ``between`` is called between batches, and what it raises ends this.
    """
    try:
        return fit_likeness(
            features_of(model, lesson.learnt, between),
            features_of(model, lesson.neither, between),
            features_of(model, lesson.tuning, between),
        )
    except ModelError:  # numbers that are not finite: this network has other troubles
        return None


def varied(photos: Bytes, copy: int) -> Bytes:
    """Return copies of photos that are varied as little as a training may."""
    targets = np.zeros(len(photos), np.float32)  # which plain variations leave alone
    return augment(photos, targets, PLAIN, photos.shape[1], Draw(SEED, 1, copy))[0]


def some_of_each_class(photos: PhotoSet, count: int) -> Bytes:
    """Return the pixels of up to ``count`` photos of each class, evenly spread."""
    chosen = []
    for label in (0, 1):
        places = np.flatnonzero(photos.labels == label)
        spread = np.linspace(0, len(places) - 1, min(count, len(places))).astype(int)
        chosen.append(places[spread])
    return np.array(photos.pixels[np.concatenate(chosen)])


def pictures_of_neither(own: Bytes, between: Callable[[], None] = nothing) -> Bytes:
    """Make twice as many pictures of neither as there are photos, and half as many out of them.

    A handful of photos still gets a dozen of each family: they cost nobody anything.
    """
    side = own.shape[1]
    each = max(12, 2 * len(own) // len(TO_LEARN))
    drawn = []
    for family in TO_LEARN:
        between()
        drawn += [draw_neither(family, side, SEED, n) for n in range(each)]
    spoilt = [picture for _, picture in spoil(own[::2], SEED)]
    return np.stack([*drawn, *spoilt])
