"""How a drawn cat and a drawn dog look: heads, bodies and tails in several poses.

Only shapes tell the two apart: coats, patterns, poses and accessories come from the same
distribution for both. Local unit: the radius of a head.
"""

import math
from dataclasses import dataclass
from random import Random

from core.data.pen import Colour, Pen, Points

POSES = ("portrait", "sitting", "standing", "lying")
PATTERNS = ("plain", "plain", "stripes", "patch", "spots", "mask")
COATS: tuple[Colour, ...] = (
    *((52, 48, 50), (92, 66, 52), (128, 84, 54), (206, 124, 58), (226, 164, 92), (238, 208, 160)),
    *((242, 236, 226), (142, 140, 146), (98, 106, 124), (182, 156, 130), (172, 96, 60)),
)
EYES: tuple[Colour, ...] = (
    *((120, 170, 80), (196, 170, 60), (84, 150, 190), (110, 72, 44), (150, 100, 50)),
)
PINK: Colour = (232, 140, 146)
TONGUE: Colour = (228, 106, 122)
INK: Colour = (34, 28, 30)
WHITE: Colour = (252, 250, 246)


def blend(a: Colour, b: Colour, share: float) -> Colour:
    """Mix two colours: ``share`` of the second."""
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


@dataclass(frozen=True)
class Look:
    """The part of a pet's look that says nothing about its kind."""

    coat: Colour
    light: Colour
    dark: Colour
    edge: Colour
    eyes: Colour
    nose: Colour
    pattern: str
    collar: Colour | None
    open_mouth: bool


def random_look(random: Random) -> Look:
    """Draw a look; the same distribution serves cats and dogs."""
    red, green, blue = random.choice(COATS)
    shade = random.uniform(0.85, 1.12)
    coat = tuple(
        min(255.0, max(20.0, c * shade + random.uniform(-8, 8))) for c in (red, green, blue)
    )
    coat = (coat[0], coat[1], coat[2])
    return Look(
        coat=coat,
        light=blend(coat, WHITE, random.uniform(0.35, 0.85)),
        dark=blend(coat, INK, random.uniform(0.3, 0.6)),
        edge=blend(coat, INK, 0.68),
        eyes=random.choice(EYES),
        nose=random.choice((PINK, INK, (120, 76, 70))),
        pattern=random.choice(PATTERNS),
        collar=(
            (random.uniform(30, 230), random.uniform(30, 230), random.uniform(30, 230))
            if random.random() < 0.3
            else None
        ),
        open_mouth=random.random() < 0.4,
    )


def draw_pet_on(pen: Pen, kind: str, pose: str, look: Look, random: Random) -> None:
    """Draw one animal around the pen's origin, about 2.6 units high and wide in every pose."""
    tilt = random.uniform(-0.22, 0.22)
    if pose == "portrait":
        shoulders(pen, look)
        head(pen.at(0, -0.05, 1.08, tilt), kind, look, random)
        return
    if pose == "sitting":
        body = pen.at(0, -0.5, 0.68)
        sitting_body(body, kind, look, random)
        head(body.at(0, -0.35, 1.0, tilt), kind, look, random)
    elif pose == "standing":
        body = pen.at(0, 0.25, 0.62)
        standing_body(body, kind, look, random)
        head(body.at(1.35, -1.0, 0.95, tilt), kind, look, random)
    else:
        body = pen.at(0, 0.3, 0.66)
        lying_body(body, kind, look, random)
        head(body.at(1.0, -0.5, 0.98, tilt), kind, look, random)


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
            [outer, blend2(outer, tip, 0.6), tip, blend2(inner, tip, 0.6), inner],
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


def shoulders(pen: Pen, look: Look) -> None:
    """The chest below a portrait's head, running out of the picture."""
    pen.mirrored([(0, 0.5), (0.6, 0.65), (1.0, 1.3), (1.15, 2.6), (0, 2.7)], look.coat, look.edge)
    pen.mirrored([(0, 0.8), (0.35, 1.0), (0.42, 1.7), (0, 2.4)], look.light)
    if look.collar:
        pen.stroke([(-0.62, 0.82), (0, 1.08), (0.62, 0.82)], 0.17, look.collar, look.edge)
        pen.oval(0, 1.2, 0.11, 0.11, colour=(240, 200, 70), edge=look.edge)


def tail(pen: Pen, kind: str, look: Look, random: Random) -> None:
    """A tail from the origin to the right: long, thin and curled on a cat, short on a dog."""
    swing = random.uniform(-0.25, 0.25)
    if kind == "cat":
        bend = random.uniform(0.4, 0.8)
        path: Points = [
            (-0.2, 0.1),
            (0.5, 0.05),
            (0.85 + swing, -0.6),
            (0.8, -1.3),
            (0.8 + bend, -1.75),
        ]
        pen.stroke(path, (0.26, 0.2), look.coat, look.edge)
        pen.stroke([path[-2], path[-1]], (0.21, 0.2), look.dark)
    else:
        path = [(-0.2, 0.1), (0.3, -0.12), (0.62 + swing, -0.6), (0.72 + swing, -1.05)]
        pen.stroke(path, (0.46, 0.14), look.coat, look.edge)


def leg(
    pen: Pen, x: float, top: float, foot: float, colours: tuple[Colour, Colour, Colour]
) -> None:
    """A straight leg with a paw; ``colours`` are leg, paw and edge."""
    coat, paw, edge = colours
    pen.lines([[(x, top), (x, foot - 0.1)]], 0.36, coat, edge)
    pen.oval(x + 0.06, foot, 0.27, 0.16, colour=paw, edge=edge)


def body_pattern(pen: Pen, look: Look, width: float, height: float) -> None:
    """Markings on a body that is an ellipse of these radii around the pen's origin."""
    if look.pattern == "stripes":
        stripes: list[Points] = []
        for x in (-0.6, -0.3, 0.0, 0.3, 0.6):
            top = -height * math.sqrt(1 - x * x) * 0.93
            stripes.append([(x * width, top), ((x + 0.04) * width, top + 0.6 * height)])
        pen.lines(stripes, 0.12, look.dark)
    elif look.pattern in ("patch", "spots"):
        size = 0.42 if look.pattern == "patch" else 0.15
        for x, y in ((-0.5, -0.3), (0.2, -0.4), (-0.1, 0.3), (0.5, 0.1))[: 2 if size > 0.2 else 4]:
            pen.oval(x * width, y * height, size, size * 0.8, colour=look.dark)


def sitting_body(pen: Pen, kind: str, look: Look, random: Random) -> None:
    """From the front: tail behind, haunches, chest, two front legs."""
    tail(pen.at(0.75, 2.2, 1.0), kind, look, random)
    colours = (look.coat, look.light if look.pattern == "mask" else look.coat, look.edge)
    for side in (-1, 1):
        pen.oval(side * 0.72, 2.05, 0.5, 0.5, colour=look.coat, edge=look.edge)
        pen.oval(side * 0.86, 2.46, 0.36, 0.15, colour=colours[1], edge=look.edge)
    pen.mirrored(
        [(0, 0.2), (0.55, 0.5), (0.72, 1.2), (0.86, 1.9), (0.6, 2.35), (0, 2.42)],
        look.coat,
        look.edge,
    )
    body_pattern(pen.at(0, 1.5), look, 0.7, 0.9)
    pen.mirrored([(0, 0.5), (0.36, 0.8), (0.36, 1.4), (0, 1.75)], look.light)
    for side in (-1, 1):
        leg(pen, side * 0.3, 1.45, 2.5, colours)
    if look.collar:
        pen.stroke([(-0.52, 0.52), (0, 0.72), (0.52, 0.52)], 0.18, look.collar, look.edge)


def standing_body(pen: Pen, kind: str, look: Look, random: Random) -> None:
    """From the side: far legs, tail, trunk, near legs; the head goes to the right."""
    far = (blend(look.coat, INK, 0.3), blend(look.coat, INK, 0.3), look.edge)
    near = (look.coat, look.light if look.pattern == "mask" else look.coat, look.edge)
    step = random.uniform(-0.15, 0.15)
    leg(pen, -0.75 + step, 0.3, 1.55, far)
    leg(pen, 1.0 - step, 0.3, 1.55, far)
    tail(pen.at(-1.3, -0.2).mirror(), kind, look, random)
    shape: Points = [(-1.5, -0.1), (-1.2, -0.6), (-0.2, -0.58), (0.9, -0.75), (1.5, -0.5)]
    pen.blob([*shape, (1.45, 0.25), (0.9, 0.6), (-0.2, 0.5), (-1.15, 0.6)], look.coat, look.edge)
    body_pattern(pen.at(-0.1, 0), look, 1.3, 0.6)
    pen.blob([(0.9, 0.5), (0.2, 0.38), (-0.6, 0.42), (-0.2, 0.5), (0.5, 0.58)], look.light)
    leg(pen, -1.1 - step, 0.3, 1.65, near)
    leg(pen, 0.7 + step, 0.3, 1.65, near)
    if look.collar:
        pen.stroke([(0.8, -0.7), (1.2, -0.1), (1.6, 0.05)], 0.18, look.collar, look.edge)


def lying_body(pen: Pen, kind: str, look: Look, random: Random) -> None:
    """From the side, down on the ground; the head goes to the right."""
    tail(pen.at(-1.35, 0.75).mirror(), kind, look, random)
    shape: Points = [(-1.65, 0.5), (-1.35, -0.3), (-0.5, -0.5), (0.5, -0.35), (1.3, -0.2)]
    pen.blob([*shape, (1.65, 0.4), (1.3, 0.95), (0, 1.02), (-1.3, 1.0)], look.coat, look.edge)
    body_pattern(pen.at(-0.2, 0.2), look, 1.3, 0.65)
    pen.oval(-0.95, 0.55, 0.55, 0.45, colour=look.coat, edge=look.edge)
    pen.oval(-0.75, 0.98, 0.4, 0.15, colour=look.coat, edge=look.edge)
    paw = look.light if look.pattern == "mask" else look.coat
    for x, y in ((1.0, 0.95), (1.25, 1.02)):
        pen.lines([[(x - 0.5, y - 0.1), (x + 0.45, y)]], 0.3, look.coat, look.edge)
        pen.oval(x + 0.5, y, 0.24, 0.16, colour=paw, edge=look.edge)


def blend2(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    """The point ``share`` of the way from a to b."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
