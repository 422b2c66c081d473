"""Photos whose size is odd among the others: small ones show little, long ones are squeezed."""

import numpy as np

from core.review.findings import FoundPhoto, Odd

LONG = 2.5
"""How many times as long as wide a photo may be before a square makes something else of it."""
TIMES = 4.0
"""How many times as large or as small as the usual photo is odd."""
SMALL_SIDE = 32
"""Pixels of a shorter side that show hardly anything, where photos are usually larger."""


def find_odd(photos: tuple[FoundPhoto, ...]) -> list[Odd]:
    """Return the photos of odd size, the smallest first, then the longest, then the largest."""
    if not photos:
        return []
    sides = np.array([(photo.width, photo.height) for photo in photos], np.float64)
    across = np.sqrt(sides.prod(axis=1))
    usual, shorter = float(np.median(across)), float(np.median(sides.min(axis=1)))
    found: list[tuple[int, float, Odd]] = []
    for photo, mean in zip(photos, across.tolist(), strict=True):
        size = f"{photo.width} x {photo.height} pixels"
        long, short = max(photo.width, photo.height), min(photo.width, photo.height)
        if mean * TIMES < usual or short < min(SMALL_SIDE, shorter / 2):
            why = f"has {size}; usual here are about {usual:.0f} x {usual:.0f}"
            found.append((0, mean, Odd(photo, why)))
        elif long > LONG * short:
            shape = "wide as high" if photo.width > photo.height else "high as wide"
            why = f"has {size}: {long / short:.1f} times as {shape}, and a square squeezes it"
            found.append((1, -long / short, Odd(photo, why)))
        elif mean > TIMES * usual:
            why = f"has {size}; usual here are about {usual:.0f} x {usual:.0f}"
            found.append((2, -mean, Odd(photo, why)))
    return [odd for *_, odd in sorted(found, key=lambda each: each[:2])]
