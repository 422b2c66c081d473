"""Cover part of a photo and ask again: one patch wherever one likes, or patches all over it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.networks.layers import check_network, probability
from core.networks.tensors import network_input

GREY = 127
Photo = NDArray[np.uint8]


@dataclass(frozen=True)
class Occlusion:
    """P(class 1) with a patch over each place, ``probabilities`` (rows, columns), and without it.

    The patch at row i and column j covers ``tops[i]`` and ``lefts[j]`` on, ``patch`` pixels each
    way.
    """

    probabilities: NDArray[np.float64]
    uncovered: float
    tops: tuple[int, ...]
    lefts: tuple[int, ...]
    patch: int
    size: tuple[int, int]

    @property
    def support(self) -> NDArray[np.float64]:
        """How far P(class 1) falls when a place is covered: above zero where it says class 1."""
        return self.uncovered - self.probabilities

    def on_photo(self) -> NDArray[np.float64]:
        """Mean support over the patches that cover each pixel: (photo height, photo width)."""
        total, times = np.zeros(self.size), np.zeros(self.size)
        for top, row in zip(self.tops, self.support, strict=True):
            for left, value in zip(self.lefts, row, strict=True):
                place = np.s_[top : top + self.patch, left : left + self.patch]
                total[place] += value
                times[place] += 1
        return total / times


def cover(photo: Photo, top: int, left: int, height: int, width: int) -> Photo:
    """Copy a photo (H, W, 3) with a grey patch over it; what lies outside the photo is cut off."""
    if min(height, width) < 1:
        raise ValueError(f"expected a patch of at least one pixel, not {height} x {width}")
    covered = photo.copy()
    covered[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = GREY
    return covered


def occlude(
    model: nn.Sequential, photo: Photo, patch: int, stride: int, batch_size: int = 16
) -> Iterator[float | Occlusion]:
    """Cover a photo (H, W, 3) with a grey patch everywhere, ``stride`` pixels apart (Zeiler, 2014).

    Yields the share that is done, after each batch, and last the ``Occlusion`` itself, so that the
    caller can show how far it is. The patches reach the photo's far edges whatever the stride.
    """
    check_network(model)
    height, width = photo.shape[:2]
    if not 1 <= patch <= min(height, width):
        raise ValueError(f"expected a patch of 1 to {min(height, width)} pixels, not {patch}")
    if not 1 <= stride <= patch:
        raise ValueError(
            f"expected a stride of 1 to {patch}, so that no pixel is skipped: {stride}"
        )
    tops, lefts = _starts(height, patch, stride), _starts(width, patch, stride)
    places = [(top, left) for top in tops for left in lefts]
    answers: list[float] = []
    for start in range(0, len(places), batch_size):
        covered = [
            cover(photo, *place, patch, patch) for place in places[start : start + batch_size]
        ]
        answers += probability(model, network_input(np.stack(covered)))
        yield len(answers) / len(places)
    (uncovered,) = probability(model, network_input(np.stack([photo])))
    grid = np.array(answers).reshape(len(tops), len(lefts))
    yield Occlusion(grid, uncovered, tops, lefts, patch, (height, width))


def _starts(size: int, patch: int, stride: int) -> tuple[int, ...]:
    """Places of a patch along one side; the last touches the far edge."""
    last = size - patch
    return (*range(0, last, stride), last)
