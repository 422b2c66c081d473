"""Is a heat map right? Take away first what it marks, or show it first, and ask the network.

The deletion and insertion curves of Petsiuk, Das and Saenko (2018): with a map that marks what the
answer hangs on, the answer's probability falls soon when the marked places go, and rises soon when
they come. What is taken away is blurred, not painted over: a hole with sharp edges would be new to
the network. Places come and go in blocks, the same for all maps, so that fine and coarse ones are
asked the same question.

Both curves walk between the same two pictures, so a random order has the same area under both on
average. A map's ``figure``, insertion area minus deletion area, is therefore 0 for chance, 1 at
most, and below 0 for a map that marks what the answer does not hang on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.errors import ExplanationError
from core.networks.layers import check_network, probability
from core.networks.tensors import network_input

Photo = NDArray[np.uint8]
BLOCKS = 14
"""Blocks a side, at most one a pixel."""
PARTS = 20
"""Pictures of a curve, without the first."""
BLUR = 1 / 8
"""Spread of the blur, as a share of the side: no shape is left, where which colours were is."""
FLAT = 0.005
"""What a probability may change by and still count as the same: half a percentage point."""
RANDOM = "random"


@dataclass(frozen=True)
class Curve:
    """P(the answer) over ``shares`` of the places (K + 1,), taken away or shown first."""

    shares: NDArray[np.float64]
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]

    @property
    def deletion_area(self) -> float:
        """Area under the deletion curve, 0..1: the less, the better."""
        return float(np.trapezoid(self.deletion, self.shares))

    @property
    def insertion_area(self) -> float:
        """Area under the insertion curve, 0..1: the more, the better."""
        return float(np.trapezoid(self.insertion, self.shares))

    @property
    def figure(self) -> float:
        """Insertion area minus deletion area: 0 by chance, 1 at most."""
        return self.insertion_area - self.deletion_area


@dataclass(frozen=True)
class Trial:
    """The curves of one photo: one a heat map, and one for each of some random orders.

    ``label`` is the class that the network names for the photo, whose probability the curves are.
    """

    label: int
    curves: dict[str, Curve]
    random: tuple[Curve, ...]

    @property
    def chance(self) -> Curve:
        """The mean of the random orders."""
        return Curve(
            self.random[0].shares,
            np.mean([curve.deletion for curve in self.random], axis=0),
            np.mean([curve.insertion for curve in self.random], axis=0),
        )

    @property
    def is_flat(self) -> bool:
        """Whether the answer stays the same whatever is taken away: that judges no map."""
        every = [*self.curves.values(), *self.random]
        values = np.concatenate([[curve.deletion, curve.insertion] for curve in every])
        return float(np.ptp(values)) < FLAT


def try_maps(
    model: nn.Sequential,
    photo: Photo,
    maps: Mapping[str, NDArray[np.floating]],
    random_orders: int,
    seed: int = 0,
) -> Iterator[float | Trial]:
    """Draw the curves of ``maps``, evidence (S, S) above zero for class 1, for a photo (S, S, 3).

    Yields the share that is done, after each order, and last the ``Trial``. The ``seed`` decides
    the random orders, and which of equally marked blocks goes first. ``ExplanationError`` where an
    answer is not a number.
    """
    check_network(model)
    blurred = blur(photo)
    ends = probability(model, network_input(np.stack([photo, blurred])))
    if not np.isfinite(ends).all():
        raise ExplanationError(
            "The answer to this photo is not a number, so no map can explain it."
        )
    label = int(ends[0] >= 0.5)
    random = np.random.default_rng(seed)
    blocks = blocks_of(len(photo))
    orders = [order_of(values, blocks, label, random) for values in maps.values()]
    orders += [random.permutation(blocks.max() + 1) for _ in range(random_orders)]
    curves = []
    for order in orders:
        curves.append(_curve(model, photo, blurred, order, blocks, label, ends))
        yield len(curves) / len(orders)
    named = dict(zip(maps, curves, strict=False))
    yield Trial(label, named, tuple(curves[len(maps) :]))


def blur(photo: Photo) -> Photo:
    """Blur a photo (S, S, 3) until no shape is left; the edges are mirrored."""
    spread = max(1.0, BLUR * len(photo))
    blurred = cv2.GaussianBlur(photo, (0, 0), spread, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.uint8)


def blocks_of(size: int) -> NDArray[np.intp]:
    """Number the blocks of a photo: (S, S), row by row from 0, of nearly equal sizes."""
    count = min(BLOCKS, size)
    place = np.arange(size) * count // size
    return place[:, None] * count + place[None, :]


def order_of(
    values: NDArray[np.floating],
    blocks: NDArray[np.intp],
    label: int,
    random: np.random.Generator,
) -> NDArray[np.intp]:
    """Order the blocks (B,) by the mean evidence in them for class ``label``, the most first.

    Places about which a map says nothing count as 0: neither for nor against. Equals come in a
    random order, or one of them would always lie at the top.
    """
    evidence = np.nan_to_num(values if label == 1 else -values, posinf=0.0, neginf=0.0)
    sums = np.bincount(blocks.ravel(), weights=evidence.ravel())
    means = sums / np.bincount(blocks.ravel())
    return np.lexsort((random.random(len(means)), -means))


def _curve(
    model: nn.Sequential,
    photo: Photo,
    blurred: Photo,
    order: NDArray[np.intp],
    blocks: NDArray[np.intp],
    label: int,
    ends: list[float],
) -> Curve:
    """Ask about the photo without, and about the blurred one with, more and more of an order."""
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    counts = np.rint(np.linspace(0, len(order), PARTS + 1)).astype(np.intp)
    without, shown = [], []
    for count in counts[1:-1]:
        marked = (rank < count)[blocks][..., np.newaxis]
        without.append(np.where(marked, blurred, photo))
        shown.append(np.where(marked, photo, blurred))
    ones = probability(model, network_input(np.stack(without + shown)))
    deletion = np.array([ends[0], *ones[: len(without)], ends[1]])
    insertion = np.array([ends[1], *ones[len(without) :], ends[0]])
    if not np.isfinite(ones).all():
        raise ExplanationError("An answer on the way is not a number, so there is no curve.")
    if label == 0:
        deletion, insertion = 1 - deletion, 1 - insertion
    return Curve(counts / len(order), deletion, insertion)
