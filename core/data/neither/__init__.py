"""Pictures that show neither of any two classes: noise, patterns, papers, screens, drawings.

They put the second question to a network, "does this look like anything I learnt?". The families
in ``TO_LEARN`` may teach and tune whatever answers it; those in ``KEPT_OUT`` are for measuring how
well it works, and take part in no choice.
"""

import zlib
from collections.abc import Callable, Iterator
from random import Random as PlainRandom

import cv2
import numpy as np

from core.data.drawn import photograph
from core.data.neither import drawings, from_photos, papers, patterns, screens, textures
from core.data.neither.brush import Bytes, Random

TO_LEARN: dict[str, Callable[[Random, int], Bytes]] = {
    "noise": patterns.noise,
    "clouds": patterns.clouds,
    "gradients": patterns.gradient,
    "checkerboards": patterns.checkerboard,
    "stripes": patterns.stripes,
    "dots": patterns.dots,
    "shapes": patterns.shapes,
    "scribbles": patterns.scribble,
    "cloth": textures.cloth,
    "wood": textures.wood,
    "pebbles": textures.pebbles,
    "text": papers.text_page,
    "windows": screens.window,
    "charts": screens.chart,
    "houses": drawings.house,
    "trees": drawings.tree,
}
KEPT_OUT: dict[str, Callable[[Random, int], Bytes]] = {
    "spirals": patterns.spiral,
    "fractals": patterns.fractal,
    "mazes": patterns.maze,
    "night skies": patterns.night_sky,
    "bricks": textures.bricks,
    "stained glass": textures.stained_glass,
    "water": textures.water,
    "marble": textures.marble,
    "crosswords": papers.crossword,
    "sheet music": papers.sheet_music,
    "tables": papers.table,
    "codes": papers.barcode,
    "programs": screens.code,
    "maps": screens.street_map,
    "talks": screens.talk,
    "cars": drawings.car,
    "flowers": drawings.flower,
    "fruit": drawings.fruit,
    "clocks": drawings.clock,
    "flags": drawings.flag,
    "hills": drawings.hills,
}
FROM_PHOTOS: dict[str, Callable[[Random, Bytes], Bytes]] = {
    "shuffled photos": from_photos.shuffled,
    "scrambled photos": from_photos.phase_scrambled,
    "blurred photos": from_photos.blurred,
    "corners of photos": from_photos.corner,
}
DOUBLE_BELOW = 128
"""Pictures up to this side are drawn at double size and reduced, for smooth edges."""


def draw_neither(family: str, side: int, seed: int, index: int) -> Bytes:
    """Draw one picture (side, side, 3) uint8 RGB of a family; half of them as a camera sees it.

    It follows from the arguments alone. ``KeyError`` for a family that there is not.
    """
    draw = (TO_LEARN | KEPT_OUT)[family]
    random = np.random.default_rng((seed, zlib.crc32(family.encode()), index))
    drawn = draw(random, side * 2 if side <= DOUBLE_BELOW else side)
    if len(drawn) != side:
        drawn = np.asarray(cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    if random.random() < 0.5:
        drawn = photograph(np.ascontiguousarray(drawn), PlainRandom(int(random.integers(2**62))))
    return drawn


def spoil(photos: Bytes, seed: int) -> Iterator[tuple[str, Bytes]]:
    """Yield a picture of neither made of each photo (N, S, S, 3), by ``FROM_PHOTOS`` in turn."""
    ways = list(FROM_PHOTOS.items())
    for number, photo in enumerate(photos):
        name, make = ways[number % len(ways)]
        yield name, make(np.random.default_rng((seed, number)), np.asarray(photo))
