"""Heads of drawn pets: what tells a cat from a dog. The unit is the radius of a head."""

from random import Random

from core.data.pen import Pen, Points
from core.data.pet_look import INK, PINK, TONGUE, WHITE, Look, between, blend


def head(pen: Pen, kind: str, look: Look, random: Random) -> None:
    """Draw a head of radius 1 at the pen's origin."""
    (cat_head if kind == "cat" else dog_head)(pen, look, random)


def cat_head(pen: Pen, look: Look, random: Random) -> None:
    """Pointed ears, wide cheeks, slit pupils, a small triangular nose, whiskers."""
    height, spread = random.uniform(1.15, 1.5), random.uniform(0.62, 0.9)
    for side in (-1, 1):
        tip = (side * spread, -height)
        outer, inner = (side * 0.93, -0.3), (side * 0.14, -0.82)
        pen.blob(
            [outer, between(outer, tip, 0.6), tip, between(inner, tip, 0.6), inner],
            look.coat,
            look.edge,
        )
        pen.polygon(
            [(side * 0.78, -0.5), (side * spread * 0.97, -height + 0.2), (side * 0.3, -0.8)], PINK
        )
    wide = random.uniform(0.95, 1.08)
    outline: Points = [(0, -0.84), (0.55, -0.74), (0.9 * wide, -0.25), (0.98 * wide, 0.22)]
    pen.mirrored([*outline, (0.7, 0.66), (0.32, 0.84), (0, 0.88)], look.coat, look.edge)
    face_pattern(pen, look)
    if look.open_mouth:
        pen.oval(0, 0.6, 0.15, 0.14, colour=INK)
        pen.oval(0, 0.66, 0.1, 0.07, colour=TONGUE)
    for side in (-1, 1):
        pen.oval(side * 0.19, 0.42, 0.25, 0.19, colour=look.light)
    eye_size, pupil = random.uniform(0.17, 0.24), random.uniform(0.25, 0.65)
    for side in (-1, 1):
        turn = side * 0.25
        pen.oval(
            side * 0.42, -0.08, eye_size * 1.15, eye_size, colour=look.eyes, edge=INK, turn=-turn
        )
        pen.oval(side * 0.42, -0.08, eye_size * pupil, eye_size * 0.92, colour=INK)
        pen.oval(side * 0.42 + 0.06, -0.16, 0.05, 0.05, colour=WHITE)
    pen.polygon([(-0.12, 0.2), (0.12, 0.2), (0, 0.34)], look.nose)
    pen.lines([[(0, 0.34), (s * 0.06, 0.46), (s * 0.26, 0.5)] for s in (-1, 1)], 0.03, INK)
    hair = WHITE if sum(look.coat) < 420 else blend(look.coat, INK, 0.75)
    reach = random.uniform(1.15, 1.5)
    whiskers: list[Points] = [
        [(s * 0.3, 0.4 + k * 0.06), (s * 0.7, 0.33 + k * 0.14), (s * reach, 0.36 + k * 0.24)]
        for s in (-1, 1)
        for k in (-1, 0, 1)
    ]
    pen.lines(whiskers, 0.015, hair)


def dog_head(pen: Pen, look: Look, random: Random) -> None:
    """Floppy ears, a long muzzle with a big nose, round eyes, often a tongue."""
    narrow = random.uniform(0.9, 1.05)
    outline: Points = [(0, -0.86), (0.5, -0.76), (0.82 * narrow, -0.3), (0.78 * narrow, 0.2)]
    pen.mirrored([*outline, (0.56, 0.66), (0.34, 0.96), (0, 1.04)], look.coat, look.edge)
    face_pattern(pen, look)
    if look.open_mouth:
        long = random.uniform(0.2, 0.45)
        pen.oval(0, 0.78, 0.24, 0.16, colour=INK)
        tip = 0.86 + long
        pen.mirrored([(0, 0.76), (0.15, 0.78), (0.15, tip - 0.1), (0, tip)], TONGUE, look.edge)
        pen.lines([[(0, 0.8), (0, tip - 0.16)]], 0.025, blend(TONGUE, INK, 0.3))
    muzzle = random.uniform(0.4, 0.5)
    pen.mirrored(
        [(0, 0.02), (muzzle * 0.7, 0.14), (muzzle, 0.46), (muzzle * 0.8, 0.72), (0, 0.78)],
        look.light,
    )
    for side in (-1, 1):
        pen.oval(side * 0.36, -0.14, 0.16, 0.17, colour=blend(WHITE, look.eyes, 0.2), edge=INK)
        pen.oval(side * 0.35, -0.12, 0.12, 0.14, colour=blend(look.eyes, INK, 0.35))
        pen.oval(side * 0.35, -0.12, 0.075, 0.09, colour=INK)
        pen.oval(side * 0.35 + 0.05, -0.18, 0.045, 0.045, colour=WHITE)
    nose = INK if look.nose == PINK else look.nose
    pen.mirrored([(0, 0.08), (0.19, 0.13), (0.14, 0.27), (0, 0.33)], nose, INK)
    pen.oval(-0.05, 0.15, 0.05, 0.025, colour=blend(nose, WHITE, 0.6))
    brows: list[Points] = [[(s * 0.22, -0.42), (s * 0.36, -0.47), (s * 0.5, -0.4)] for s in (-1, 1)]
    pen.lines(brows, 0.05, look.dark)
    mouth: list[Points] = [
        [(0, 0.32), (0, 0.52), (s * 0.16, 0.62), (s * 0.34, 0.56)] for s in (-1, 1)
    ]
    pen.lines(mouth, 0.035, INK)
    floppy_ears(pen, look, random)


def floppy_ears(pen: Pen, look: Look, random: Random) -> None:
    """Hang two ears from the top of the head, of one length and with a swing each."""
    length, lift = random.uniform(0.8, 1.25), random.uniform(0.0, 0.35)
    colour = look.dark if random.random() < 0.6 else blend(look.coat, look.dark, 0.4)
    for side in (-1, 1):
        out = 1.02 + lift + random.uniform(-0.06, 0.1)
        low = -0.62 + length
        shape: Points = [(0.42, -0.8), (0.78, -0.78), (out, -0.35), (out + 0.08, low - 0.3)]
        shape += [(out - 0.08, low), (out - 0.3, low - 0.2), (0.68, -0.3)]
        pen.blob([(side * x, y) for x, y in shape], colour, look.edge)


def face_pattern(pen: Pen, look: Look) -> None:
    """Markings on the forehead and around the eyes."""
    if look.pattern == "stripes":
        stripes = ((-0.28, -0.44), (0, -0.36), (0.28, -0.44))
        pen.lines([[(x * 0.8, -0.76), (x, bottom)] for x, bottom in stripes], 0.09, look.dark)
    elif look.pattern == "patch":
        pen.blob(
            [(0.12, -0.3), (0.38, -0.52), (0.68, -0.3), (0.68, 0.05), (0.36, 0.22), (0.12, 0.05)],
            look.dark,
        )
    elif look.pattern == "spots":
        for x, y in ((-0.3, -0.6), (0.24, -0.66), (0.6, 0.2), (-0.62, 0.1), (0.02, -0.45)):
            pen.oval(x, y, 0.08, 0.06, colour=look.dark)
    elif look.pattern == "mask":
        pen.mirrored([(0, -0.7), (0.1, -0.3), (0.2, 0.2), (0.42, 0.5), (0, 0.74)], look.light)
