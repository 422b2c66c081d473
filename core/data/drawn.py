"""Pictures of cats and dogs that the project draws itself, any number of them, from a seed.

Every picture follows from (kind, seed, index) alone, at any size. Background, light, noise and
colours have the same distribution for both kinds.
"""

import colorsys
import threading
from functools import lru_cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from core.data.pen import Colour, Pen
from core.data.pet_look import Look, blend, random_look
from core.data.pets import POSES, draw_pet_on

# Part of the cache's key: raise it whenever a picture would look different.
DRAWING_VERSION = 6
KINDS = ("dog", "cat")  # a kind's label is its place
SMALLEST_SIZE = 16
threads = threading.local()


def draw_pet(kind: str, image_size: int, seed: int, index: int) -> NDArray[np.uint8]:
    """Draw one picture, (image_size, image_size, 3) uint8 RGB, of a ``kind`` in ``KINDS``."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    if image_size < SMALLEST_SIZE:
        raise ValueError(f"image_size must be at least {SMALLEST_SIZE}, not {image_size}")
    random = Random(f"{seed}/{kind}/{index}")
    side = image_size * 2 if image_size <= 128 else image_size  # small pictures: drawn double
    look = random_look(random)
    canvas = draw_background(side, look, random)
    pose = random.choice(POSES)
    scale = random.uniform(0.24, 0.34) * side
    centre = (side * random.uniform(0.4, 0.6), side * random.uniform(0.46, 0.58))
    pen = Pen(canvas, centre, scale, random.gauss(0, 0.12), random.random() < 0.5)
    ground_shadow(pen, pose)
    draw_pet_on(pen, kind, pose, look, random)
    if random.random() < 0.2:
        toy(pen, random)
    if side != image_size:
        small = cv2.resize(canvas, (image_size, image_size), interpolation=cv2.INTER_AREA)
        canvas = np.asarray(small, np.uint8)
    return photograph(canvas, random)


def random_colour(random: Random, value: tuple[float, float] = (0.3, 0.95)) -> Colour:
    """Any hue, mostly muted, as RGB in 0..255."""
    red, green, blue = colorsys.hsv_to_rgb(
        random.random(), random.uniform(0.05, 0.65), random.uniform(*value)
    )
    return red * 255, green * 255, blue * 255


def colour_unlike(other: Colour, random: Random) -> Colour:
    """A random colour that the coat stands out against."""
    colour = random_colour(random)
    for _ in range(8):
        apart = abs(colour[0] - other[0]) + abs(colour[1] - other[1]) + abs(colour[2] - other[2])
        if apart > 150:
            break
        colour = random_colour(random)
    return colour


def draw_background(side: int, look: Look, random: Random) -> NDArray[np.uint8]:
    """A wall and a floor, hills under a sky, or soft lights, (side, side, 3) uint8."""
    wall = colour_unlike(look.coat, random)
    canvas = gradient(wall, blend(wall, colour_unlike(look.coat, random), 0.35), side)
    scene = random.choice(("room", "hills", "lights"))
    pen = Pen(canvas, (0.0, 0.0), float(side))
    ground = colour_unlike(look.coat, random)
    if scene == "room":
        horizon = random.uniform(0.55, 0.8)
        if random.random() < 0.6:
            x, y = random.uniform(0.0, 0.7), random.uniform(0.05, 0.25)
            frame = [(x, y), (x + 0.3, y), (x + 0.3, y + 0.28), (x, y + 0.28)]
            pen.polygon(frame, random_colour(random))
        pen.polygon([(-0.1, horizon), (1.1, horizon), (1.1, 1.1), (-0.1, 1.1)], ground)
        pen.lines([[(-0.1, horizon), (1.1, horizon)]], 0.015, blend(ground, (0, 0, 0), 0.3))
        if random.random() < 0.5:
            pen.oval(0.5, random.uniform(0.85, 0.95), 0.45, 0.12, colour=random_colour(random))
    elif scene == "hills":
        pen.oval(
            random.random(), random.uniform(0.05, 0.25), 0.08, 0.08, colour=random_colour(random)
        )
        for level in (0.0, 0.16):
            heights = [random.uniform(0.5, 0.62) + level for _ in range(4)]
            hill = [(x, y) for x, y in zip((-0.2, 0.25, 0.75, 1.2), heights, strict=True)]
            pen.blob([*hill, (1.4, 1.5), (-0.4, 1.5)], blend(ground, wall, 0.4 - 2 * level))
    else:
        for _ in range(random.randint(3, 8)):
            radius = random.uniform(0.04, 0.14)
            spot = blend(wall, random_colour(random, (0.6, 1.0)), 0.5)
            pen.oval(random.random(), random.random(), radius, radius, colour=spot)
    return canvas


def gradient(top: Colour, bottom: Colour, side: int) -> NDArray[np.uint8]:
    """A vertical gradient, (side, side, 3) uint8."""
    ends = np.array([[top], [bottom]], np.uint8)
    canvas = scratch(side)
    cv2.resize(ends, (side, side), dst=canvas, interpolation=cv2.INTER_LINEAR)
    return canvas


def scratch(side: int) -> NDArray[np.uint8]:
    """A canvas to draw on, (side, side, 3) uint8, one a thread, used for every picture.

    Fresh memory for every picture would cost a tenth of the time.
    """
    canvas: NDArray[np.uint8] | None = getattr(threads, "canvas", None)
    if canvas is None or canvas.shape[0] != side:
        canvas = threads.canvas = np.empty((side, side, 3), np.uint8)
    return canvas


def ground_shadow(pen: Pen, pose: str) -> None:
    """Darken the ground below the animal."""
    if pose == "portrait":
        return
    y, wide = {"sitting": (1.2, 0.95), "standing": (1.25, 1.15), "lying": (0.98, 1.35)}[pose]
    below = pen.at(0, y)
    side = pen.canvas.shape[0]
    row, column = (min(side - 1, max(0, int(v))) for v in reversed(below.centre))
    red, green, blue = (float(v) for v in pen.canvas[row, column])
    below.oval(0, 0, wide, 0.2, colour=blend((red, green, blue), (0, 0, 0), 0.35))


def toy(pen: Pen, random: Random) -> None:
    """A ball in front, for cats and dogs alike."""
    colour = random_colour(random, (0.6, 0.95))
    ball = pen.at(random.uniform(-1.1, 1.1), 1.2, random.uniform(0.18, 0.28), random.uniform(0, 6))
    dark = blend(colour, (0, 0, 0), 0.55)
    ball.oval(0, 0, 1, 1, colour=colour, edge=dark)
    ball.stroke([(-0.9, -0.3), (0, 0.1), (0.9, -0.3)], 0.16, blend(colour, (255, 255, 255), 0.6))
    ball.stroke([(-0.6, 0.75), (0, 0.5), (0.6, 0.75)], 0.16, blend(colour, (255, 255, 255), 0.6))


@lru_cache(maxsize=1)
def grain() -> NDArray[np.uint8]:
    """Film grain to cut pieces from, (384, 384, 3) uint8 around 128."""
    random = np.random.default_rng(0)
    one, other = (random.integers(0, 128, (384, 384, 3), np.uint8) for _ in range(2))
    grains: NDArray[np.uint8] = one + other
    return grains


def lamp(random: Random) -> Colour:
    """The light in one corner: brighter or darker, and slightly tinted."""
    grey = random.uniform(140, 255) * 0.6
    return (
        grey + random.uniform(56, 102),
        grey + random.uniform(56, 102),
        grey + random.uniform(56, 102),
    )


def photograph(picture: NDArray[np.uint8], random: Random) -> NDArray[np.uint8]:
    """Return what a camera sees: uneven tinted light, a little blur, grain.

    ``picture`` is used up; the result is a new array.
    """
    side = picture.shape[0]
    light = np.array([[lamp(random), lamp(random)], [lamp(random), lamp(random)]], np.uint8)
    light = np.asarray(cv2.resize(light, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    cv2.multiply(picture, light, dst=picture, scale=1 / 205)
    if random.random() < 0.25:
        cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 0.8) * side / 112, dst=picture)
    source = grain()
    size = min(side, source.shape[0])
    x, y = (random.randrange(source.shape[0] - size + 1) for _ in range(2))
    cut = source[y : y + size, x : x + size]
    if size != side:
        cut = np.asarray(cv2.resize(cut, (side, side)), np.uint8)
    strength = random.uniform(0.03, 0.21)
    return np.asarray(cv2.addWeighted(picture, 1.0, cut, strength, -128 * strength), np.uint8)
