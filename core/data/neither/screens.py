"""What stands on screens: windows, code, charts, maps, talks."""

import numpy as np

from core.data.neither.brush import (
    BLACK,
    WHITE,
    Bytes,
    Letters,
    Random,
    box,
    colour,
    filled,
    mix,
    words,
)
from core.data.pen import Pen


def window(random: Random, side: int) -> Bytes:
    """A program's windows with title bars, menus, buttons and text."""
    canvas = filled(side, colour(random))
    labels = []
    for _ in range(int(random.integers(1, 4))):
        dark = random.random() < 0.35
        ground = (
            colour(random, (0.08, 0.25)) if dark else mix(colour(random, (0.85, 1)), WHITE, 0.7)
        )
        ink, accent = (WHITE if dark else BLACK), colour(random, (0.4, 0.95))
        x, y = random.uniform(-0.1, 0.4, 2)
        wide, high = random.uniform(0.4, 1.1, 2)
        box(canvas, x + 0.01, y + 0.015, wide, high, BLACK)
        box(canvas, x, y, wide, high, ground)
        box(canvas, x, y, wide, 0.07, accent)
        labels.append((x + 0.02, y + 0.01, words(random, 9), 0.05, WHITE))
        if random.random() < 0.6:
            box(canvas, x, y + 0.07, wide * 0.25, high - 0.07, mix(ground, accent, 0.25))
        for row in np.arange(y + 0.11, y + high - 0.08, random.uniform(0.06, 0.12)):
            left = x + wide * 0.3
            kind = random.random()
            if kind < 0.55:
                labels.append((left, row, words(random, int(wide * 22)), 0.045, ink))
            elif kind < 0.75:
                box(canvas, left, row, wide * 0.3, 0.045, accent)
            else:
                box(canvas, left, row, wide * 0.6, 0.045, mix(ground, ink, 0.15))
    letters = Letters(canvas)
    for x, y, text, size, ink in labels:
        letters.write(x * side, y * side, text, size * side, ink)
    return letters.done()


def code(random: Random, side: int) -> Bytes:
    """Lines of a program in colours, indented, with their numbers."""
    dark = random.random() < 0.7
    ground = colour(random, (0.05, 0.2)) if dark else mix(colour(random, (0.9, 1.0)), WHITE, 0.8)
    value = (0.6, 1.0) if dark else (0.1, 0.6)
    inks = [colour(random, value) for _ in range(5)]
    canvas = filled(side, ground)
    letters = Letters(canvas)
    size = side / random.uniform(10, 30)
    indent, number = 0, int(random.integers(1, 400))
    for y in np.arange(size * 0.3, side, size * 1.25):
        letters.write(size * 0.3, y, str(number), size, mix(ground, inks[0], 0.5))
        number += 1
        indent = int(np.clip(indent + random.integers(-1, 2), 0, 5))
        if random.random() < 0.12:
            continue
        x = size * (2.5 + indent * 1.4)
        for _ in range(int(random.integers(1, 7))):
            word = words(random, int(random.integers(2, 10))).replace(" ", "_")
            word += str(random.choice(["", "(", ")", " =", ":", ",", "."]))
            letters.write(x, y, word, size, inks[int(random.integers(0, 5))])
            x += size * (0.55 * len(word) + 0.4)
    return letters.done()


def chart(random: Random, side: int) -> Bytes:
    """Bars, lines, points or a pie, with axes and a title."""
    ground = colour(random, (0.05, 0.2)) if random.random() < 0.25 else WHITE
    ink = WHITE if ground is not WHITE else BLACK
    canvas = filled(side, ground)
    pen = Pen(canvas, (0.0, 0.0), float(side))
    kind = random.choice(["bars", "lines", "points", "pie"])
    paints = [colour(random, (0.4, 1.0)) for _ in range(8)]
    if kind == "pie":
        ends = np.cumsum(random.dirichlet(np.full(int(random.integers(3, 8)), 2.0))) * 2 * np.pi
        start = 0.0
        for end, paint in zip(ends, paints, strict=False):
            arc = np.linspace(start, end, 20)
            rim = [(0.5 + 0.36 * np.cos(a), 0.53 + 0.36 * np.sin(a)) for a in arc]
            pen.polygon([(0.5, 0.53), *rim], paint)
            start = end
    else:
        for y in np.linspace(0.15, 0.9, int(random.integers(3, 8))):
            box(canvas, 0.1, y, 0.87, 0.004, mix(ground, ink, 0.2))
        box(canvas, 0.1, 0.1, 0.008, 0.8, ink)
        box(canvas, 0.1, 0.9, 0.87, 0.008, ink)
    count = int(random.integers(3, 16))
    if kind == "bars":
        step = 0.85 / count
        for number, height in enumerate(random.uniform(0.05, 0.75, count)):
            paint = paints[number % int(random.integers(1, 4))]
            box(canvas, 0.12 + number * step, 0.9 - height, step * 0.7, height, paint)
    elif kind == "lines":
        for paint in paints[: int(random.integers(1, 5))]:
            steps = np.cumsum(random.normal(0, 0.08, count + 2)) + random.uniform(0.3, 0.7)
            xs = np.linspace(0.11, 0.97, count + 2)
            for a, b in zip(range(count + 1), range(1, count + 2), strict=True):
                pen.lines([[(xs[a], steps[a]), (xs[b], steps[b])]], 0.012, paint)
    elif kind == "points":
        for x, y in random.normal((0.5, 0.5), 0.16, (count * 8, 2)):
            pen.oval(x, y, 0.012, 0.012, colour=paints[int(random.integers(0, 2))])
    letters = Letters(canvas)
    letters.write(side * 0.25, side * 0.02, words(random, 14), side * 0.065, ink)
    return letters.done()


def street_map(random: Random, side: int) -> Bytes:
    """Streets, blocks, a park and a river from above."""
    ground = mix(colour(random, (0.8, 0.95)), WHITE, 0.4)
    canvas = filled(side, ground)
    pen = Pen(canvas, (side / 2, side / 2), float(side), random.uniform(0, 3))
    for _ in range(int(random.integers(1, 4))):
        x, y = random.uniform(-0.6, 0.4, 2)
        wide, high = random.uniform(0.1, 0.4, 2)
        corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
        pen.polygon(corners, (190.0, random.uniform(210, 235), 180.0))
    if random.random() < 0.6:
        bends = [(x, float(random.normal(0, 0.15))) for x in np.linspace(-0.9, 0.9, 5)]
        pen.stroke(bends, random.uniform(0.05, 0.15), (165, 200, 235))
    casing, street = mix(ground, BLACK, 0.25), random.choice([0.0, 1.0])
    paint = mix(WHITE, (255, 215, 120), float(street))
    for width, many in ((0.018, 14), (0.045, 4)):
        for place in random.uniform(-0.8, 0.8, int(random.integers(many // 2, many))):
            ends = [(place, -1.0), (place + random.normal(0, 0.05), 1.0)]
            if random.random() < 0.5:
                ends = [(y, x) for x, y in ends]
            pen.lines([[(float(x), float(y)) for x, y in ends]], width, paint, casing)
    letters = Letters(canvas)
    for x, y in random.random((int(random.integers(1, 7)), 2)):
        letters.write(x * side, y * side, words(random, 8), side * 0.045, (70, 70, 80))
    return letters.done()


def talk(random: Random, side: int) -> Bytes:
    """A telephone's screen with messages in bubbles to the left and to the right."""
    dark = random.random() < 0.4
    ground = colour(random, (0.05, 0.2)) if dark else mix(colour(random, (0.8, 1.0)), WHITE, 0.5)
    canvas = filled(side, ground)
    box(canvas, 0, 0, 1, 0.1, colour(random, (0.3, 0.9)))
    bubbles = colour(random, (0.4, 0.9)), (mix(ground, WHITE, 0.2) if dark else WHITE)
    written = []
    y = 0.13
    while y < 1:
        lines, mine = int(random.integers(1, 4)), random.random() < 0.5
        wide = random.uniform(0.3, 0.7)
        x = 0.96 - wide if mine else 0.04
        box(canvas, x, y, wide, 0.065 * lines + 0.02, bubbles[0 if mine else 1])
        for line in range(lines):
            ink = WHITE if mine or dark else BLACK
            written.append((x + 0.02, y + 0.01 + 0.065 * line, words(random, int(wide * 34)), ink))
        y += 0.065 * lines + random.uniform(0.04, 0.08)
    letters = Letters(canvas)
    for left, top, text, ink in written:
        letters.write(left * side, top * side, text, 0.05 * side, ink)
    return letters.done()
