"""Plain drawings of other things: houses, trees, cars, flowers, fruit, clocks, flags, hills."""

import numpy as np

from core.data.neither.brush import (
    BLACK,
    WHITE,
    Bytes,
    Colour,
    Random,
    between,
    box,
    colour,
    filled,
    mix,
)
from core.data.pen import Pen


def ground_and_sky(random: Random, side: int, horizon: float) -> Bytes:
    """Return a sky that gets lighter towards the ground, and the ground."""
    share = np.repeat(np.linspace(0, 1, side)[:, np.newaxis], side, axis=1)
    sky = colour(random, (0.5, 1.0))
    canvas = between(share, sky, mix(sky, WHITE, 0.6))
    box(canvas, 0, horizon, 1, 1, colour(random, (0.25, 0.8)))
    return canvas


def pen_for(canvas: Bytes, random: Random) -> Pen:
    """Return a pen whose unit is about a third of the canvas, near its middle."""
    side = len(canvas)
    centre = (side * random.uniform(0.4, 0.6), side * random.uniform(0.45, 0.6))
    scale = side * random.uniform(0.22, 0.4)
    return Pen(canvas, centre, scale, random.normal(0, 0.05), bool(random.random() < 0.5))


def rectangle(pen: Pen, x: float, y: float, wide: float, high: float, paint: Colour) -> None:
    """Fill a rectangle in the pen's units."""
    pen.polygon([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)], paint)


def house(random: Random, side: int) -> Bytes:
    """A house with a roof, a door and windows."""
    canvas = ground_and_sky(random, side, random.uniform(0.6, 0.85))
    pen = pen_for(canvas, random)
    wall, roof, glass = colour(random), colour(random), colour(random, (0.6, 1.0))
    floors = int(random.integers(1, 4))
    top = 1 - 0.65 * floors
    rectangle(pen, -0.9, top, 1.8, 1 - top, wall)
    if random.random() < 0.8:
        pen.polygon([(-1.05, top), (1.05, top), (random.uniform(-0.4, 0.4), top - 0.7)], roof)
    for floor in range(floors):
        for x in (-0.65, -0.15, 0.35):
            rectangle(pen, x, top + 0.12 + 0.65 * floor, 0.32, 0.35, glass)
    rectangle(pen, -0.15, 0.45, 0.35, 0.55, mix(roof, BLACK, 0.3))
    return canvas


def tree(random: Random, side: int) -> Bytes:
    """A tree with a round crown or a fir."""
    canvas = ground_and_sky(random, side, random.uniform(0.6, 0.9))
    pen = pen_for(canvas, random)
    leaf = mix((60, 140, 60), colour(random), random.uniform(0, 0.6))
    rectangle(pen, -0.12, 0.0, 0.24, 1.1, mix((110, 75, 45), colour(random), 0.2))
    if random.random() < 0.4:
        for level in range(4):
            wide, y = 0.4 + 0.18 * level, -1.3 + 0.4 * level
            paint = mix(leaf, BLACK, 0.08 * level)
            pen.polygon([(-wide, y + 0.6), (wide, y + 0.6), (0.0, y)], paint)
        return canvas
    for _ in range(int(random.integers(6, 25))):
        x, y = random.normal(0, 0.35), random.normal(-0.5, 0.3)
        size = random.uniform(0.15, 0.4)
        pen.oval(x, y, size, size, colour=mix(leaf, BLACK, random.uniform(0, 0.3)))
    return canvas


def car(random: Random, side: int) -> Bytes:
    """A car or a bus from its side."""
    canvas = ground_and_sky(random, side, random.uniform(0.55, 0.75))
    pen = pen_for(canvas, random)
    paint, glass = colour(random, (0.3, 1.0)), (190.0, 220.0, 235.0)
    if random.random() < 0.3:
        rectangle(pen, -1.3, -0.7, 2.6, 1.1, paint)
        for x in np.linspace(-1.15, 0.75, 4):
            rectangle(pen, x, -0.55, 0.4, 0.4, glass)
    else:
        pen.blob(
            [(-1.2, 0.4), (-1.15, 0.0), (-0.7, -0.1), (0.7, -0.1), (1.2, 0.05), (1.2, 0.4)], paint
        )
        pen.polygon([(-0.7, -0.05), (-0.4, -0.5), (0.35, -0.5), (0.7, -0.05)], paint)
        pen.polygon([(-0.55, -0.08), (-0.35, -0.42), (-0.05, -0.42), (-0.05, -0.08)], glass)
        pen.polygon([(0.03, -0.08), (0.03, -0.42), (0.3, -0.42), (0.53, -0.08)], glass)
    for x in (-0.7, 0.7):
        pen.oval(x, 0.42, 0.25, 0.25, colour=(30, 30, 30))
        pen.oval(x, 0.42, 0.12, 0.12, colour=(170, 170, 170))
    return canvas


def flower(random: Random, side: int) -> Bytes:
    """One flower, or a few, with petals around a middle."""
    canvas = filled(side, colour(random))
    whole = pen_for(canvas, random)
    for number in range(int(random.integers(1, 5))):
        spread = 0.0 if number == 0 else 1.0
        pen = whole.at(
            random.normal(0, spread), random.normal(-0.2, spread * 0.5), random.uniform(0.5, 1)
        )
        pen.stroke([(0.0, 0.2), (0.1, 1.0), (-0.05, 2.5)], 0.1, (70, 140, 60))
        petal, middle = colour(random, (0.5, 1.0)), colour(random, (0.3, 1.0))
        petals = int(random.integers(4, 14))
        for k in range(petals):
            angle = 2 * np.pi * k / petals
            x, y = 0.55 * np.cos(angle), 0.55 * np.sin(angle)
            pen.oval(
                x,
                y,
                0.45,
                2.2 / petals * 0.5,
                colour=petal,
                edge=mix(petal, BLACK, 0.3),
                turn=angle,
            )
        pen.oval(0, 0, 0.25, 0.25, colour=middle)
    return canvas


def fruit(random: Random, side: int) -> Bytes:
    """Apples, oranges, bananas and grapes on a table."""
    canvas = filled(side, colour(random, (0.5, 1.0)))
    box(canvas, 0, random.uniform(0.5, 0.7), 1, 1, colour(random, (0.2, 0.7)))
    whole = pen_for(canvas, random)
    for _ in range(int(random.integers(1, 6))):
        pen = whole.at(
            random.normal(0, 0.7),
            random.normal(0.2, 0.3),
            random.uniform(0.4, 0.8),
            random.normal(0, 0.3),
        )
        kind = random.choice(["apple", "orange", "banana", "grapes"])
        if kind == "banana":
            pen.stroke(
                [(-0.9, -0.3), (-0.3, 0.3), (0.4, 0.3), (0.9, -0.2)], (0.2, 0.35), (240, 210, 60)
            )
        elif kind == "grapes":
            for row in range(4):
                for column in range(4 - row):
                    x, y = (column - (3 - row) / 2) * 0.45, row * 0.4 - 0.5
                    pen.oval(x, y, 0.24, 0.24, colour=(110, 50, 130), edge=(60, 20, 80))
        else:
            red = kind == "apple"
            skin: Colour = (200.0, random.uniform(30, 190), 40.0) if red else (245.0, 150.0, 30.0)
            pen.oval(0, 0, 0.8, 0.78, colour=skin, edge=mix(skin, BLACK, 0.4))
            pen.oval(-0.25, -0.3, 0.15, 0.12, colour=mix(skin, WHITE, 0.6))
            pen.stroke([(0.0, -0.7), (0.05, -0.85), (0.15, -1.0)], 0.07, (90, 60, 30))
    return canvas


def clock(random: Random, side: int) -> Bytes:
    """The face of a clock."""
    canvas = filled(side, colour(random))
    pen = pen_for(canvas, random)
    face, ink = mix(colour(random, (0.85, 1)), WHITE, 0.6), colour(random, (0.0, 0.35))
    if random.random() < 0.2:
        face, ink = ink, face
    pen.oval(0, 0, 1.12, 1.12, colour=colour(random))
    pen.oval(0, 0, 1, 1, colour=face)
    for mark in range(12 if random.random() < 0.5 else 60):
        angle = 2 * np.pi * mark / (12 if mark < 12 else 60)
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        inner = 0.8 if mark % 3 else 0.72
        pen.lines([[(inner * cos, inner * sin), (0.9 * cos, 0.9 * sin)]], 0.05, ink)
    for length, width in ((0.5, 0.1), (0.78, 0.06)):
        angle = random.uniform(0, 2 * np.pi)
        pen.lines(
            [[(0.0, 0.0), (length * float(np.cos(angle)), length * float(np.sin(angle)))]],
            width,
            ink,
        )
    pen.oval(0, 0, 0.07, 0.07, colour=ink)
    return canvas


def flag(random: Random, side: int) -> Bytes:
    """A flag of stripes or a cross, perhaps with a disc or a star, waving or flat."""
    paints = [colour(random, (0.2, 1.0)) for _ in range(3)]
    canvas = filled(side, paints[0])
    kind = random.choice(["rows", "columns", "cross", "triangle"])
    if kind in ("rows", "columns"):
        stripes = int(random.integers(2, 6))
        for number in range(stripes):
            at = number / stripes
            if kind == "rows":
                box(canvas, 0, at, 1, 1 / stripes, paints[number % 3])
            else:
                box(canvas, at, 0, 1 / stripes, 1, paints[number % 3])
    elif kind == "cross":
        x = random.choice([0.3, 0.42])
        box(canvas, x, 0, 0.16, 1, paints[1])
        box(canvas, 0, 0.42, 1, 0.16, paints[1])
    pen = Pen(canvas, (0.0, 0.0), float(side))
    if kind == "triangle":
        pen.polygon([(0, 0), (0.5, 0.5), (0, 1)], paints[1])
    if random.random() < 0.4:
        spikes = np.arange(10) * np.pi / 5 - np.pi / 2
        x, y = random.choice([0.25, 0.5]), random.choice([0.3, 0.5])
        radii = np.where(np.arange(10) % 2, 0.07, 0.17)
        star = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(spikes, radii, strict=True)]
        pen.polygon(star, paints[2])
    if random.random() < 0.6:
        wave = np.sin(np.linspace(0, random.uniform(6, 14), side))
        shift = np.rint(wave * side * 0.03).astype(int)
        rows = (np.arange(side)[:, np.newaxis] + shift) % side
        light = (0.85 + 0.15 * wave)[np.newaxis, :, np.newaxis]
        canvas = (canvas[rows, np.arange(side)] * light).astype(np.uint8)
    return canvas


def hills(random: Random, side: int) -> Bytes:
    """Mountains or the sea under a sun."""
    canvas = ground_and_sky(random, side, 1.0)
    pen = Pen(canvas, (0.0, 0.0), float(side))
    size = random.uniform(0.04, 0.12)
    pen.oval(random.random(), random.uniform(0.1, 0.35), size, size, colour=(255, 235, 170))
    paint = colour(random, (0.3, 0.8))
    for level in np.linspace(0.4, 0.85, int(random.integers(2, 5))):
        heights = level + np.cumsum(random.normal(0, 0.06, 8))
        line = [(float(x), float(y)) for x, y in zip(np.linspace(0, 1, 8), heights, strict=True)]
        pen.polygon([*line, (1, 1), (0, 1)], paint)
        paint = mix(paint, BLACK, 0.25)
    if random.random() < 0.4:
        box(canvas, 0, 0.75, 1, 0.25, (60, 110, random.uniform(130, 200)))
    return canvas
