"""Bodies and tails of drawn pets in several poses. The unit is the radius of a head."""

import math
from random import Random

from core.data.pen import Colour, Pen, Points
from core.data.pet_look import INK, Look, blend


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
