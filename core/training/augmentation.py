"""Random changes to training photos that do not change what they show.

Every variation draws from (seed, epoch, step) and its own number alone: a resumed training sees the
same pictures as one that was never interrupted, and one variation more or less leaves what the
others do as it is. What stands behind the imports is also part of the programs that
``core.take_along`` writes, whose lines are 88 characters wide.
"""

from collections.abc import Collection

import cv2
import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Bytes
from core.variations import Variation

AREA = (0.35, 1.0)
"""Of the window that is cut out, as a share of the photo's."""
STRETCH = 0.25
"""Largest natural logarithm of a window's width beside its height, halved."""
TURN_DEGREES = 15.0
CONTRAST = 0.25
BRIGHTNESS = 0.12
"""Largest change: contrast as a share, brightness as a share of full white."""
TINT = 0.1
"""Largest change of one colour's contrast, as a share."""
GREY_SHARE = 0.15
ERASED_SHARE = 0.25
ERASED_SIDE = (0.2, 0.5)
"""Sides of the rectangle that is painted over, as shares of the picture's."""
MIXED_SHARE = 0.4
"""Share of the batches in which photos are mixed."""

Tables = NDArray[np.uint8]
Targets = NDArray[np.float32]


class Draw:
    """The random numbers of one batch: a generator for each variation, the same every time."""

    def __init__(self, seed: int, epoch: int, step: int) -> None:
        self.position = (seed, epoch, step)

    def of(self, variation: Variation) -> np.random.Generator:
        """Return a variation's own random numbers from their start."""
        return np.random.default_rng((*self.position, list(Variation).index(variation)))


def augment(
    photos: Bytes,
    targets: Targets,
    variations: Collection[Variation],
    side: int,
    draw: Draw,
) -> tuple[Bytes, Targets]:
    """Return varied copies of photos (N, S, S, 3) uint8 as (N, side, side, 3), and their targets.

    ``targets`` (N,) float32 are P(class 1) to be learnt; they change where photos are mixed.
    """
    matrices = draw_windows(draw, variations, len(photos), photos.shape[1], side)
    tables = draw_tables(draw, variations, len(photos))
    grey = drawn_share(draw, variations, Variation.GREY, GREY_SHARE, len(photos))
    varied = np.empty((len(photos), side, side, 3), np.uint8)
    for photo, matrix, table, is_grey, out in zip(
        photos, matrices, tables, grey, varied, strict=True
    ):
        moved = cv2.warpAffine(
            photo,
            matrix,
            (side, side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        cv2.LUT(moved, table, dst=out)
        if is_grey:
            shades = cv2.cvtColor(out, cv2.COLOR_RGB2GRAY)
            cv2.cvtColor(shades, cv2.COLOR_GRAY2RGB, dst=out)
    if Variation.ERASE in variations:
        erase(varied, draw.of(Variation.ERASE))
    if Variation.MIX in variations:
        targets = mix(varied, targets, draw.of(Variation.MIX))
    return varied, targets


def drawn_share(
    draw: Draw,
    variations: Collection[Variation],
    which: Variation,
    share: float,
    count: int,
) -> NDArray[np.bool_]:
    """Draw (N,) which photos get a variation that only a share of them does."""
    if which not in variations:
        return np.zeros(count, bool)
    return draw.of(which).uniform(size=count) < share


def draw_windows(
    draw: Draw,
    variations: Collection[Variation],
    count: int,
    photo_side: int,
    side: int,
) -> NDArray[np.float64]:
    """Draw (N, 2, 3) matrices that map a pixel of the result to its place in the photo.

    Pixels are squares: the middle of the first one lies at half a pixel.
    """
    width, height = np.ones((2, count))
    middle = np.full((2, count), 0.5)
    if Variation.WINDOW in variations:
        random = draw.of(Variation.WINDOW)
        size = np.sqrt(random.uniform(*AREA, count))
        stretch = np.exp(random.uniform(-STRETCH, STRETCH, count))
        width, height = np.minimum(size * stretch, 1), np.minimum(size / stretch, 1)
        room = 1 - np.stack([width, height])
        middle = 0.5 + (random.uniform(size=(2, count)) - 0.5) * room
    mirrored = drawn_share(draw, variations, Variation.MIRROR, 0.5, count)
    angle = np.zeros(count)
    if Variation.TURN in variations:
        turn = np.radians(TURN_DEGREES)
        angle = draw.of(Variation.TURN).uniform(-turn, turn, count)
    across = np.where(mirrored, -width, width) * photo_side / side
    down = height * photo_side / side
    matrices = np.empty((count, 2, 3))
    matrices[:, 0, 0], matrices[:, 0, 1] = np.cos(angle) * across, -np.sin(angle) * down
    matrices[:, 1, 0], matrices[:, 1, 1] = np.sin(angle) * across, np.cos(angle) * down
    # The middle of the result comes from the middle of the window.
    offset = matrices[:, :, :2].sum(axis=2) * (side - 1) / 2
    matrices[:, :, 2] = middle.T * photo_side - 0.5 - offset
    return matrices


def draw_tables(draw: Draw, variations: Collection[Variation], count: int) -> Tables:
    """Draw (N, 1, 256, 3) tables from old to new values of each colour; mid-grey stays grey."""
    contrast = np.ones((count, 1, 1))
    brightness = np.zeros((count, 1, 1))
    if Variation.LIGHT in variations:
        random = draw.of(Variation.LIGHT)
        contrast = random.uniform(1 - CONTRAST, 1 + CONTRAST, (count, 1, 1))
        brightness = random.uniform(-BRIGHTNESS, BRIGHTNESS, (count, 1, 1)) * 255
    if Variation.COLOUR in variations:
        random = draw.of(Variation.COLOUR)
        contrast = contrast * random.uniform(1 - TINT, 1 + TINT, (count, 1, 3))
    shades = np.arange(256)[:, np.newaxis]
    values = (shades - 127.5) * contrast + 127.5 + brightness
    tables = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return np.broadcast_to(tables, (count, 256, 3))[:, np.newaxis]


def erase(photos: Bytes, random: np.random.Generator) -> None:
    """Paint a rectangle of one colour over some of the photos (N, S, S, 3), in place.

    Random erasing, Zhong et al. (2017).
    """
    side = photos.shape[1]
    for photo in photos:
        # Drawn for every photo, so that whether one is covered changes nothing for the next.
        chosen, *place = random.uniform(size=3)
        high, wide = (random.uniform(*ERASED_SIDE, 2) * side).astype(int)
        colour = random.integers(0, 256, 3)
        if chosen < ERASED_SHARE:
            top, left = int(place[0] * (side - high)), int(place[1] * (side - wide))
            photo[top : top + high, left : left + wide] = colour


def mix(photos: Bytes, targets: Targets, random: np.random.Generator) -> Targets:
    """Put a rectangle of another photo of the batch into each, in place; return the new targets.

    CutMix, Yun et al. (2019): the rectangle has a share of the area that is drawn evenly, and lies
    at the same place in all photos of the batch. Not every batch is mixed.
    """
    if random.uniform() >= MIXED_SHARE:
        return targets
    count, side = photos.shape[:2]
    edge = int(side * np.sqrt(random.uniform()))
    top, left = random.integers(0, side - edge + 1, 2)
    others = random.permutation(count)
    part = np.s_[:, top : top + edge, left : left + edge]
    photos[part] = photos[others][part]
    weight = np.float32(edge**2 / side**2)
    return targets * (1 - weight) + targets[others] * weight
