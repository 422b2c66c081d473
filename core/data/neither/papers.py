"""What stands on paper: text, tables, notes, puzzles and codes."""

import numpy as np

from core.data.neither.brush import (
    Bytes,
    Letters,
    Random,
    box,
    colour,
    filled,
    mix,
    paper_and_ink,
    words,
)
from core.data.pen import Pen


def text_page(random: Random, side: int) -> Bytes:
    """A page of made-up words, with a heading or in two columns."""
    paper, ink = paper_and_ink(random)
    canvas = filled(side, paper)
    letters = Letters(canvas)
    size = side / random.uniform(9, 32)
    columns = int(random.choice([1, 1, 2]))
    wide = (1 - 0.06 * (columns + 1)) / columns
    top = random.uniform(0.02, 0.15) * side
    if random.random() < 0.5:
        letters.write(side * 0.06, top, words(random, 14), size * 1.8, ink)
        top += size * 2.6
    fits = max(4, int(wide * side / size * 1.9))
    for column in range(columns):
        y = top
        while y < side:
            short = random.random() < 0.12
            line = words(random, fits // (2 if short else 1))
            letters.write(side * (0.06 + column * (wide + 0.06)), y, line, size, ink)
            y += size * (2.1 if short else 1.25)
    return letters.done()


def crossword(random: Random, side: int) -> Bytes:
    """A grid of white squares with black ones and letters or numbers in some."""
    across = int(random.integers(5, 16))
    paper, ink = paper_and_ink(random)
    canvas = filled(side, ink)
    edge = random.uniform(0, 0.1)
    cell = (1 - 2 * edge) / across
    if edge > 0.03:
        canvas[:] = np.rint(paper)
        box(canvas, edge, edge, 1 - 2 * edge, 1 - 2 * edge, ink)
    black, lettered = random.uniform(0.1, 0.3), random.random() * 0.9
    written = []
    for row in range(across):
        for column in range(across):
            if random.random() < black:
                continue
            x, y = edge + (column + 0.04) * cell, edge + (row + 0.04) * cell
            box(canvas, x, y, cell * 0.92, cell * 0.92, paper)
            if random.random() < lettered:
                written.append((x + cell * 0.2, y))
    letters = Letters(canvas)
    for x, y in written:
        letters.write(x * side, y * side, words(random, 1).upper(), cell * side * 0.7, ink)
    return letters.done()


def sheet_music(random: Random, side: int) -> Bytes:
    """Staves of five lines with notes and bars."""
    paper, ink = paper_and_ink(random)
    canvas = filled(side, paper)
    pen = Pen(canvas, (0.0, 0.0), float(side), random.choice([0.0, random.normal(0, 0.04)]))
    staves = int(random.integers(2, 8))
    gap = 1 / staves / random.uniform(7, 9)
    for stave in range(staves):
        top = (stave + 0.25) / staves
        for line in range(5):
            y = top + line * gap
            pen.lines([[(0.03, y), (0.97, y)]], 0.004, ink)
        x = 0.08
        while x < 0.95:
            y = top + gap * random.integers(-1, 9) / 2
            if random.random() < 0.15:
                pen.lines([[(x, top), (x, top + 4 * gap)]], 0.005, ink)
            else:
                pen.oval(x, y, gap * 0.65, gap * 0.45, colour=ink, turn=-0.3)
                up = 1 if random.random() < 0.5 else -1
                stem = x - up * gap * 0.55
                pen.lines([[(stem, y), (stem, y + up * 3 * gap)]], 0.006, ink)
            x += gap * random.uniform(1.8, 4.0)
    return canvas


def table(random: Random, side: int) -> Bytes:
    """A table of numbers with ruled lines, as a spreadsheet or a calendar has it."""
    paper, ink = paper_and_ink(random)
    canvas = filled(side, paper)
    rows, columns = int(random.integers(5, 20)), int(random.integers(3, 9))
    head = colour(random, (0.5, 0.95))
    box(canvas, 0, 0, 1, 1 / rows, head)
    if random.random() < 0.4:
        for row in range(2, rows, 2):
            box(canvas, 0, row / rows, 1, 1 / rows, mix(paper, head, 0.3))
    rule = mix(paper, ink, 0.4)
    for row in range(1, rows):
        box(canvas, 0, row / rows, 1, 0.006, rule)
    for column in range(1, columns):
        box(canvas, column / columns, 0, 0.006, 1, rule)
    letters = Letters(canvas)
    size = side / rows * 0.65
    for row in range(rows):
        for column in range(columns):
            number = str(int(random.integers(1, 10 ** int(random.integers(1, 6)))))
            x, y = (column + 0.12) / columns * side, (row + 0.12) / rows * side
            letters.write(x, y, number, size, ink)
    return letters.done()


def barcode(random: Random, side: int) -> Bytes:
    """Bars of many widths with digits below, or a square code."""
    paper, ink = paper_and_ink(random)
    canvas = filled(side, paper)
    edge = random.uniform(0.05, 0.25)
    if random.random() < 0.5:
        cells = int(random.integers(17, 34))
        size = (1 - 2 * edge) / cells
        for row, column in np.argwhere(random.random((cells, cells)) < 0.5):
            box(canvas, edge + column * size, edge + row * size, size, size, ink)
        for x, y in ((0, 0), (cells - 7, 0), (0, cells - 7)):
            for inset, paint in ((0, ink), (1, paper), (2, ink)):
                at = (edge + (x + inset) * size, edge + (y + inset) * size)
                box(canvas, *at, (7 - 2 * inset) * size, (7 - 2 * inset) * size, paint)
        return canvas
    left = edge
    while left < 1 - edge:
        wide = int(random.integers(1, 5)) * 0.006
        box(canvas, left, edge, wide, 0.8 - edge, ink)
        left += wide + int(random.integers(1, 5)) * 0.006
    letters = Letters(canvas)
    digits = "".join(str(digit) for digit in random.integers(0, 10, 13))
    letters.write(edge * side, 0.82 * side, digits, side * 0.09, ink)
    return letters.done()
