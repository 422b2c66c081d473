"""Surfaces as a camera might see them: cloth, wood, bricks, glass, water, stone."""

import cv2
import numpy as np

from core.data.neither.brush import (
    Bytes,
    Random,
    between,
    colour,
    filled,
    mix,
    places,
    smooth_noise,
    turned_grid,
    two_colours,
)
from core.data.pen import Pen


def cloth(random: Random, side: int) -> Bytes:
    """Threads over and under each other, plain or as a tartan."""
    x, y = turned_grid(side, random)
    many = random.uniform(10, 45)
    over = np.sin(x * many * 2 * np.pi) * np.sin(y * many * 2 * np.pi)
    one, other = two_colours(random)
    canvas = between((over + 1) / 2, one, other).astype(np.float32)
    if random.random() < 0.6:
        bands = colour(random)
        few = random.uniform(2, 6)
        for line in (x, y):
            share = (np.sin(line * few * 2 * np.pi) > random.uniform(0.2, 0.8)) * 0.5
            canvas += (np.array(bands) - canvas) * share[..., np.newaxis]
    fold = 0.75 + 0.25 * smooth_noise(side, random, 2, 2)
    return np.clip(canvas * fold[..., np.newaxis], 0, 255).astype(np.uint8)


def wood(random: Random, side: int) -> Bytes:
    """Year rings along a board, or boards side by side."""
    x, y = turned_grid(side, random)
    bent = smooth_noise(side, random, 2, 3)
    rings = np.sin((x * random.uniform(6, 25) + bent * random.uniform(1, 5)) * 2 * np.pi)
    grain = smooth_noise(side, random, 30, 2) * 0.4
    brown = random.uniform(80, 200)
    light = (brown, brown * random.uniform(0.6, 0.8), brown * random.uniform(0.3, 0.6))
    canvas = between(np.clip((rings + 1) / 3 + grain, 0, 1), mix(light, (0, 0, 0), 0.45), light)
    if random.random() < 0.5:
        gaps = np.abs((y * random.uniform(2, 6)) % 1 - 0.5) < 0.02
        canvas[gaps] = canvas[gaps] // 3
    return canvas


def bricks(random: Random, side: int) -> Bytes:
    """A wall of bricks or tiles, each a little different."""
    joint, paint = colour(random, (0.5, 0.9)), colour(random, (0.3, 0.9))
    canvas = filled(side, joint)
    rows = int(random.integers(4, 14))
    high = 1 / rows
    wide = high * random.uniform(1.0, 3.0)
    shifted = random.random() < 0.7
    pen = Pen(canvas, (0.0, 0.0), float(side), random.choice([0.0, random.normal(0, 0.1)]))
    for row in range(-1, rows + 2):
        x = -wide * (1 + 0.5 * (row % 2) * shifted)
        while x < 1.2:
            shade = mix(paint, colour(random), random.uniform(0, 0.25))
            left, right = x + high * 0.08, x + wide - high * 0.08
            top, bottom = row * high + high * 0.08, (row + 1) * high - high * 0.08
            pen.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], shade)
            x += wide
    rough = smooth_noise(side, random, 24, 3) * 0.35 + 0.75
    return np.clip(canvas * rough[..., np.newaxis], 0, 255).astype(np.uint8)


def stained_glass(random: Random, side: int) -> Bytes:
    """Cells around random points (Voronoi), each of one colour, with or without lead."""
    points = places(random, int(random.integers(8, 90))).astype(np.float32)
    line = np.linspace(0, 1, side, dtype=np.float32)
    x, y = np.meshgrid(line, line)
    first = np.full((side, side), 9, np.float32)
    second = first.copy()
    nearest = np.zeros((side, side), int)
    for number, (px, py) in enumerate(points):
        away = np.hypot(x - px, y - py)
        nearer = away < first
        second = np.where(nearer, first, np.minimum(second, away))
        first, nearest = np.where(nearer, away, first), np.where(nearer, number, nearest)
    paints = np.array([colour(random) for _ in points], np.uint8)
    canvas = paints[nearest]
    if random.random() < 0.6:
        canvas[second - first < random.uniform(0.005, 0.03)] = np.rint(colour(random, (0, 0.3)))
    return np.asarray(canvas)


def water(random: Random, side: int) -> Bytes:
    """Waves from a few places that add up, with a glitter on top."""
    line = np.linspace(0, 1, side, dtype=np.float32)
    x, y = np.meshgrid(line, line)
    height = np.zeros((side, side))
    for px, py in random.uniform(-1, 2, (int(random.integers(2, 7)), 2)):
        height += np.sin(np.hypot(x - px, (y - py) * random.uniform(1, 3)) * random.uniform(20, 90))
    share = (height - height.min()) / np.ptp(height)
    blue = random.uniform(120, 255)
    bright = (blue * random.uniform(0.3, 0.9), blue * random.uniform(0.6, 1.0), blue)
    canvas = between(share, mix(bright, (0, 0, 0), random.uniform(0.3, 0.8)), bright)
    canvas[share > random.uniform(0.9, 1.0)] = 245
    return canvas


def marble(random: Random, side: int) -> Bytes:
    """Veins through a stone."""
    x, _ = turned_grid(side, random)
    bent = smooth_noise(side, random, 4, 5)
    veins = np.abs(np.sin((x * random.uniform(1, 5) + bent * random.uniform(2, 6)) * np.pi))
    return between(veins ** random.uniform(0.2, 1.0), *two_colours(random))


def pebbles(random: Random, side: int) -> Bytes:
    """Round stones close together on dark ground."""
    canvas = filled(side, colour(random, (0.05, 0.3)))
    pen = Pen(canvas, (0.0, 0.0), float(side))
    base = colour(random, (0.4, 0.9))
    size = random.uniform(0.03, 0.1)
    for x, y in places(random, int(0.9 / size**2)):
        paint = mix(base, colour(random), random.uniform(0, 0.5))
        wide, high = size * random.uniform(0.5, 1.1, 2)
        turn = random.uniform(0, 3)
        pen.oval(x, y, wide, high, colour=mix(paint, (0, 0, 0), 0.4), turn=turn)
        pen.oval(x - 0.1 * size, y - 0.15 * size, wide * 0.8, high * 0.8, colour=paint, turn=turn)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(0.3, side / 300)), np.uint8)
