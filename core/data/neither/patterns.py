"""Noise and regular patterns."""

import cv2
import numpy as np

from core.data.neither.brush import (
    Bytes,
    Random,
    between,
    colour,
    filled,
    places,
    smooth_noise,
    turned_grid,
    two_colours,
)
from core.data.pen import Pen


def noise(random: Random, side: int) -> Bytes:
    """White noise, grey or coloured, in fine or coarse grains, around any brightness."""
    across = max(4, side // int(random.choice([1, 2, 2, 4, 8, 16])))
    colours = int(random.choice([1, 3]))
    if random.random() < 0.5:
        grains = random.random((across, across, colours)) * 255
    else:
        grains = random.normal(random.uniform(60, 200), random.uniform(15, 70), (across, across, 1))
        grains = grains + random.normal(0, 30, (across, across, colours))
    small = np.clip(np.broadcast_to(grains, (across, across, 3)), 0, 255).astype(np.uint8)
    how = cv2.INTER_NEAREST if random.random() < 0.6 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(small, (side, side), interpolation=how), np.uint8)


def clouds(random: Random, side: int) -> Bytes:
    """Smooth noise of many scales from one colour to another, or in three colours at once."""
    cells = int(random.integers(2, 9))
    if random.random() < 0.4:
        layers = [smooth_noise(side, random, cells) for _ in range(3)]
        return (np.stack(layers, axis=2) * 255).astype(np.uint8)
    return between(smooth_noise(side, random, cells), *two_colours(random))


def gradient(random: Random, side: int) -> Bytes:
    """A plain colour, or one that turns into another along a line or around a point."""
    if random.random() < 0.15:
        return filled(side, colour(random))
    x, y = turned_grid(side, random)
    share = x + 0.5 if random.random() < 0.5 else np.hypot(x, y) * random.uniform(0.8, 1.6)
    if random.random() < 0.3:
        share = share**2
    return between(np.clip(share, 0, 1), colour(random), colour(random))


def checkerboard(random: Random, side: int) -> Bytes:
    """Squares of two colours in turn, straight or turned."""
    x, y = turned_grid(side, random)
    many = random.uniform(3, 20)
    odd = (np.floor(x * many) + np.floor(y * many * random.choice([1.0, 1.0, 0.5]))) % 2
    return between(odd, *two_colours(random))


def stripes(random: Random, side: int) -> Bytes:
    """Stripes of two or more colours, sharp or as waves, straight or bent."""
    x, y = turned_grid(side, random)
    phase = x * random.uniform(2, 25)
    if random.random() < 0.4:
        phase = phase + random.uniform(0.2, 1.5) * np.sin(y * random.uniform(3, 15))
    if random.random() < 0.3:
        paints = np.array([colour(random) for _ in range(int(random.integers(3, 7)))], np.uint8)
        return np.asarray(paints[np.floor(phase).astype(int) % len(paints)])
    wave = np.sin(phase * 2 * np.pi)
    share = (wave > 0) if random.random() < 0.6 else (wave + 1) / 2
    return between(np.asarray(share, np.float32), *two_colours(random))


def dots(random: Random, side: int) -> Bytes:
    """Dots of one or many sizes, in rows or anywhere."""
    ground, paint = two_colours(random)
    canvas = filled(side, ground)
    pen = Pen(canvas, (0.0, 0.0), float(side))
    across = int(random.integers(3, 13))
    if random.random() < 0.5:
        steps = (np.arange(across) + 0.5) / across
        points = np.array(
            [(x + (row % 2) * 0.5 / across, y) for row, y in enumerate(steps) for x in steps]
        )
    else:
        points = places(random, across * across // 2)
    many = random.random() < 0.4
    radius = random.uniform(0.15, 0.45) / across
    for x, y in points:
        size = radius * (random.uniform(0.4, 2.0) if many else 1)
        pen.oval(x, y, size, size, colour=colour(random) if many else paint)
    return canvas


def shapes(random: Random, side: int) -> Bytes:
    """Triangles, boxes and circles of many colours over each other."""
    canvas = filled(side, colour(random))
    pen = Pen(canvas, (0.0, 0.0), float(side))
    for _ in range(int(random.integers(3, 25))):
        x, y = random.random(2)
        size, paint = random.uniform(0.04, 0.3), colour(random)
        corners = int(random.integers(2, 7))
        if corners == 2:
            pen.oval(x, y, size, size * random.uniform(0.3, 1), colour=paint, turn=random.random())
            continue
        angles = random.random() * 7 + np.arange(corners) * 2 * np.pi / corners
        stretch = random.uniform(0.4, 1.0)
        pen.polygon([(x + size * np.cos(a), y + size * stretch * np.sin(a)) for a in angles], paint)
    return canvas


def scribble(random: Random, side: int) -> Bytes:
    """Lines that somebody draws without looking."""
    ground, paint = two_colours(random)
    canvas = filled(side, ground)
    pen = Pen(canvas, (0.0, 0.0), float(side))
    for _ in range(int(random.integers(2, 12))):
        steps = np.cumsum(random.normal(0, random.uniform(0.05, 0.25), (12, 2)), axis=0)
        steps += random.random(2)
        line = [(float(x), float(y)) for x, y in steps]
        pen.stroke(line, random.uniform(0.005, 0.04), paint)
        if random.random() < 0.3:
            paint = colour(random)
    return canvas


def spiral(random: Random, side: int) -> Bytes:
    """Rings or a spiral with any number of arms."""
    x, y = turned_grid(side, random)
    arms = int(random.integers(0, 9))
    waves = np.hypot(x, y) * random.uniform(4, 25) * 2 * np.pi + arms * np.arctan2(y, x)
    share = (np.sin(waves) + 1) / 2
    if random.random() < 0.6:
        share = (share > 0.5).astype(np.float32)
    return between(share, *two_colours(random))


def fractal(random: Random, side: int) -> Bytes:
    """A Julia set of z*z + c, coloured by the steps until it escapes."""
    x, y = turned_grid(side, random)
    z = (x + 1j * y) * random.uniform(1.5, 3.2)
    angle, radius = random.uniform(0, 2 * np.pi), random.uniform(0.7, 0.8)
    c = complex(radius * np.cos(angle), radius * np.sin(angle))
    steps = np.zeros(z.shape, np.float32)
    for _ in range(30):
        inside = np.abs(z) < 4
        steps += inside
        z = np.where(inside, z * z + c, z)
    return between((steps / 30) ** random.uniform(0.3, 1.5), *two_colours(random))


def maze(random: Random, side: int) -> Bytes:
    """A labyrinth of diagonal walls, or of straight ones."""
    across = int(random.integers(6, 20))
    ground, wall = two_colours(random)
    canvas = filled(side, ground)
    pen = Pen(canvas, (0.0, 0.0), side / across)
    straight = random.random() < 0.5
    for row in range(across):
        for column in range(across):
            one = random.random() < 0.5
            line = [(column, row), (column + 1, row) if one else (column, row + 1)]
            if not straight:
                line = [(column, row + (not one)), (column + 1, row + one)]
            pen.lines([[(float(x), float(y)) for x, y in line]], 0.18, wall)
    return canvas


def night_sky(random: Random, side: int) -> Bytes:
    """Stars, a faint band of light and perhaps a moon."""
    dark, glow = colour(random, (0.0, 0.12)), colour(random, (0.1, 0.45))
    canvas = between(smooth_noise(side, random, 3) ** 2 * random.random(), dark, glow)
    pen = Pen(canvas, (0.0, 0.0), float(side))
    for x, y in places(random, int(random.integers(20, 200))):
        bright = random.uniform(0.003, 0.008)
        pen.oval(x, y, bright, bright, colour=colour(random, (0.6, 1.0)))
    if random.random() < 0.4:
        x, y = random.uniform(0.2, 0.8, 2)
        size = random.uniform(0.04, 0.12)
        pen.oval(x, y, size, size, colour=(250, 245, 220))
        if random.random() < 0.6:
            pen.oval(x + size * 0.5, y, size * 0.9, size * 0.9, colour=dark)
    return canvas
