"""The article's mistakes with pixels and labels, made on purpose."""

import dataclasses
from collections.abc import Collection

import numpy as np

from core.data.dataset import Bytes, PhotoSet
from core.mistakes import PIXEL_MISTAKES, Mistake


def as_seen(pixels: Bytes, mistakes: Collection[Mistake]) -> Bytes:
    """Return photos (..., S, S, 3) uint8 as a network sees that was trained with ``mistakes``.

    Without a mistake of pixels they are returned as they are, not copied. ``BGR`` swaps red and
    blue. ``RESHAPE`` then reads the S x S x 3 numbers of a photo as 3 x S x S: turned into network
    input, the result holds exactly what ``pixels.reshape(N, 3, S, S)`` would.
    """
    if not any(mistake in mistakes for mistake in PIXEL_MISTAKES):
        return pixels
    if Mistake.BGR in mistakes:
        pixels = pixels[..., ::-1]
    if Mistake.RESHAPE in mistakes:
        *count, height, width, colours = pixels.shape
        pixels = np.moveaxis(pixels.reshape(*count, colours, height, width), -3, -1)
    return np.ascontiguousarray(pixels)


def as_given(seen: Bytes, mistakes: Collection[Mistake]) -> Bytes:
    """Return the photos (..., S, S, 3) uint8 of which ``as_seen`` makes ``seen``: its inverse."""
    if not any(mistake in mistakes for mistake in PIXEL_MISTAKES):
        return seen
    given = seen
    if Mistake.RESHAPE in mistakes:
        given = np.ascontiguousarray(np.moveaxis(given, -1, -3)).reshape(seen.shape)
    if Mistake.BGR in mistakes:
        given = given[..., ::-1]
    return np.ascontiguousarray(given)


def with_labels_by_request(photos: PhotoSet, per_class: int) -> PhotoSet:
    """Label the first ``per_class`` photos as the first is, all others as the other class.

    ``photos`` lie class by class, so this is right exactly when ``per_class`` photos of the first
    class were there.
    """
    first = photos.labels[0]
    labels = np.where(np.arange(len(photos)) < per_class, first, 1 - first).astype(np.uint8)
    return dataclasses.replace(photos, labels=labels)
