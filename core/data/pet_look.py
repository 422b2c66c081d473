"""What a drawn pet looks like apart from its kind: coat, pattern, eyes, collar.

The same distribution serves cats and dogs, so that only shapes tell the two apart.
"""

from dataclasses import dataclass
from random import Random

from core.data.pen import Colour

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


def between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    """The point ``share`` of the way from a to b."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
