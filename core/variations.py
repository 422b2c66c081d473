"""The ways in which a training may vary its photos, each a choice of its own.

How they are made: ``core.training.augmentation``.
"""

from collections.abc import Collection
from enum import StrEnum

from core.wording import listed


class Variation(StrEnum):
    """One of them; the value is its name in configs and on the command line."""

    WINDOW = "window"
    MIRROR = "mirror"
    TURN = "turn"
    LIGHT = "light"
    COLOUR = "colour"
    GREY = "grey"
    ERASE = "erase"
    MIX = "mix"

    @property
    def heading(self) -> str:
        """The variation as a heading."""
        return _WORDS[self][0]

    @property
    def purpose(self) -> str:
        """What is done, and what it is for."""
        return _WORDS[self][1]


_WORDS = {
    Variation.WINDOW: (
        "Windows",
        "A window of a third to all of the photo's area, a little stretched, is all that the "
        "network sees: it must know the animal from any part and at any size.",
    ),
    Variation.MIRROR: (
        "Mirrored",
        "Left and right are swapped in half of the photos: nothing may depend on which way it "
        "looks.",
    ),
    Variation.TURN: (
        "Turned",
        "By up to 15 degrees either way: neither heads nor cameras are held straight.",
    ),
    Variation.LIGHT: (
        "Lighter or darker",
        "Brighter, darker, flatter or harder: the animal stays the same in sun and shade.",
    ),
    Variation.COLOUR: (
        "Tinted",
        "Red, green and blue each changed a little: lamps and cameras tint photos, animals do not.",
    ),
    Variation.GREY: (
        "Grey",
        "One photo in seven loses its colours: shape has to be enough.",
    ),
    Variation.ERASE: (
        "Partly covered",
        "In a quarter of the photos one rectangle is painted over: no single spot may decide.",
    ),
    Variation.MIX: (
        "Mixed",
        "In part of the batches each photo gets a rectangle of another one, and the right answer "
        "becomes the share of each: the network learns to weigh what it sees instead of "
        "learning photos by heart.",
    ),
}

PLAIN = (Variation.WINDOW, Variation.MIRROR, Variation.LIGHT)
"""What "varied photos" were before each could be chosen."""


def told(variations: Collection[Variation]) -> str:
    """Name variations within a sentence: "mirrored and turned"."""
    return listed([each.heading.lower() for each in Variation if each in variations])
