"""What all pictures of neither are drawn with: colours, coordinates, smooth noise and letters."""

import colorsys
import string
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Random = np.random.Generator
Colour = tuple[float, float, float]

WHITE: Colour = (255.0, 255.0, 255.0)
BLACK: Colour = (0.0, 0.0, 0.0)


def colour(random: Random, value: tuple[float, float] = (0.1, 1.0)) -> Colour:
    """Draw any hue, from grey to full, with a brightness in ``value``, as RGB in 0..255."""
    hsv = (random.random(), random.random() ** 1.5, random.uniform(*value))
    red, green, blue = colorsys.hsv_to_rgb(*hsv)
    return red * 255, green * 255, blue * 255


def two_colours(random: Random) -> tuple[Colour, Colour]:
    """Draw two colours that can be told apart, the darker or the brighter one first."""
    pair = colour(random, (0.0, 0.45)), colour(random, (0.6, 1.0))
    return pair if random.random() < 0.5 else (pair[1], pair[0])


def paper_and_ink(random: Random) -> tuple[Colour, Colour]:
    """Draw a nearly white paper with a dark ink; one in five the other way round."""
    paper, ink = colour(random, (0.88, 1.0)), colour(random, (0.0, 0.4))
    paper = mix(paper, WHITE, 0.8)
    return (ink, paper) if random.random() < 0.2 else (paper, ink)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Blend two colours; ``share`` of the second one."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def filled(side: int, paint: Colour) -> Bytes:
    """Return a canvas (side, side, 3) of one colour."""
    canvas = np.empty((side, side, 3), np.uint8)
    canvas[:] = np.rint(paint)
    return canvas


def between(share: NDArray[np.floating], low: Colour, high: Colour) -> Bytes:
    """Paint shares (S, S) in 0..1 from colour ``low`` to ``high``."""
    ends = np.array([low, high], np.float32)
    painted = ends[0] + (ends[1] - ends[0]) * share[..., np.newaxis].astype(np.float32)
    return np.asarray(np.clip(painted, 0, 255), np.uint8)


def turned_grid(side: int, random: Random) -> tuple[Floats, Floats]:
    """Return coordinates x and y (S, S) in about -0.7..0.7, turned and shifted at random."""
    line = np.linspace(-0.5, 0.5, side, dtype=np.float32)
    x, y = np.meshgrid(line, line)
    angle = random.choice([0.0, np.pi / 2, random.uniform(0, np.pi)])
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    shift = random.uniform(-0.2, 0.2, 2).astype(np.float32)
    return x * cos + y * sin + shift[0], y * cos - x * sin + shift[1]


def smooth_noise(side: int, random: Random, cells: int, octaves: int = 4) -> Floats:
    """Return noise (S, S) in 0..1 with ``cells`` hills across, each octave half as large.

    Value noise: random values on a lattice, interpolated by cubics, summed over scales.
    """
    total = np.zeros((side, side), np.float32)
    for octave in range(octaves):
        across = min(cells * 2**octave, side)
        lattice = random.random((across + 3, across + 3)).astype(np.float32)
        whole = cv2.resize(lattice, (side, side), interpolation=cv2.INTER_CUBIC)
        total += np.asarray(whole) * 0.5**octave
    total -= total.min()
    return np.asarray(total / max(float(total.max()), 1e-6), np.float32)


def places(random: Random, count: int) -> NDArray[np.float64]:
    """Draw ``count`` points (N, 2) in 0..1."""
    return random.random((count, 2))


def words(random: Random, length: int) -> str:
    """Make up a line of about ``length`` letters in words."""
    letters = random.choice(list(string.ascii_lowercase), length)
    spaces = random.random(length) < 0.17
    return "".join(" " if space else letter for letter, space in zip(letters, spaces, strict=True))


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the letters that Pillow brings along, ``size`` pixels high."""
    return ImageFont.load_default(size)


class Letters:
    """Writes lines of text onto ``canvas`` in place."""

    def __init__(self, canvas: Bytes) -> None:
        self.canvas = canvas
        self.image = Image.fromarray(canvas)
        self.draw = ImageDraw.Draw(self.image)

    def write(self, x: float, y: float, text: str, size: float, ink: Colour) -> None:
        """Write ``text`` with its upper left corner at (x, y) pixels, ``size`` pixels high."""
        paint = (round(ink[0]), round(ink[1]), round(ink[2]))
        self.draw.text((x, y), text, fill=paint, font=font(max(4, round(size))))

    def done(self) -> Bytes:
        """Put what was written onto the canvas and return it."""
        self.canvas[:] = np.asarray(self.image)
        return self.canvas


def box(canvas: Bytes, x: float, y: float, wide: float, high: float, paint: Colour) -> None:
    """Fill a rectangle given in shares of the canvas's side."""
    side = len(canvas)
    left, top = round(x * side), round(y * side)
    right, bottom = round((x + wide) * side), round((y + high) * side)
    canvas[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = np.rint(paint)
