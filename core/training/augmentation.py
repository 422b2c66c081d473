"""Random changes to training photos that do not change what they show.

Each photo of a batch is mirrored or not, zoomed and shifted a little, and made somewhat brighter,
darker, flatter or harder. The draw depends on (seed, epoch, step) alone, so a resumed training
sees the same pictures as one that was never interrupted.
"""

import cv2
import numpy as np

ZOOM = (0.75, 1.1)
"""Side of the window that is cut out, as a share of the photo's; above 1 the edge is mirrored."""
CONTRAST = 0.2
BRIGHTNESS = 0.1
"""Largest change: contrast as a share, brightness as a share of full white."""


def augment(photos: np.ndarray, seed: int, epoch: int, step: int) -> np.ndarray:
    """Return changed copies of photos (N, S, S, 3) uint8, of the same shape and type."""
    random = np.random.default_rng((seed, epoch, step))
    count, side = photos.shape[:2]
    matrices = draw_windows(random, count, side)
    tables = draw_tables(random, count)
    changed = np.empty_like(photos)
    for photo, matrix, table, out in zip(photos, matrices, tables, changed, strict=True):
        moved = cv2.warpAffine(
            photo,
            matrix,
            (side, side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        cv2.LUT(moved, table, dst=out)
    return changed


def draw_windows(random: np.random.Generator, count: int, side: int) -> np.ndarray:
    """Draw (N, 2, 3) matrices that map a pixel of the result to its place in the photo."""
    scale = random.uniform(*ZOOM, count)
    room = (1 - scale) * (side - 1)  # negative when the window is larger than the photo
    left, top = random.uniform(size=(2, count)) * room
    mirrored = random.uniform(size=count) < 0.5
    matrices = np.zeros((count, 2, 3))
    matrices[:, 0, 0] = np.where(mirrored, -scale, scale)
    matrices[:, 0, 2] = np.where(mirrored, left + scale * (side - 1), left)
    matrices[:, 1, 1] = scale
    matrices[:, 1, 2] = top
    return matrices


def draw_tables(random: np.random.Generator, count: int) -> np.ndarray:
    """Draw (N, 256) uint8 tables from old to new pixel values; mid-grey stays where it is."""
    contrast = random.uniform(1 - CONTRAST, 1 + CONTRAST, (count, 1))
    brightness = random.uniform(-BRIGHTNESS, BRIGHTNESS, (count, 1)) * 255
    values = (np.arange(256) - 127.5) * contrast + 127.5 + brightness
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
