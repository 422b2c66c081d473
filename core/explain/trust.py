"""How far each heat map can be trusted: deletion and insertion on many photos, one figure each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.errors import ExplanationError
from core.explain.deletion import RANDOM, Trial, try_maps
from core.explain.heat_maps import HEAT_MAPS, HeatMaps
from core.wording import listed

PHOTOS = 100
RANDOM_ORDERS = 2
CERTAIN = 1.96
"""Standard errors of a mean within which it lies 95 times in 100."""


@dataclass(frozen=True)
class Mean:
    """A mean over photos, and ``within``: half its 95 % interval."""

    value: float
    within: float

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> "Mean":
        """Average one value a photo (N,), of at least two."""
        spread = float(values.std(ddof=1))
        return cls(float(values.mean()), CERTAIN * spread / float(np.sqrt(len(values))))

    @property
    def above_zero(self) -> bool:
        """Whether its interval lies above zero."""
        return self.value > self.within

    def __str__(self) -> str:
        value = round(self.value, 3) + 0.0  # no minus before a zero
        return f"{value:.3f} ± {self.within:.3f}".replace("-", "−")


@dataclass(frozen=True)
class Verdict:
    """One figure a photo for each method, and for random orders: ``figures[method]`` (N,).

    A figure is insertion area minus deletion area, as ``core.explain.deletion`` has it. The methods
    are keys of ``HEAT_MAPS``; ``RANDOM`` is among ``figures`` and no method.
    """

    figures: dict[str, NDArray[np.float64]]

    @property
    def photos(self) -> int:
        """How many photos were looked at."""
        return len(self.figures[RANDOM])

    @property
    def means(self) -> dict[str, Mean]:
        """The mean figure of every method, best first; the random orders' is not among them."""
        means = {method: Mean.of(self.figures[method]) for method in self._methods}
        return dict(sorted(means.items(), key=lambda item: -item[1].value))

    @property
    def chance(self) -> Mean:
        """The random orders' mean figure: 0 but for what chance has left."""
        return Mean.of(self.figures[RANDOM])

    @property
    def worst(self) -> str:
        """The method with the lowest mean figure."""
        return list(self.means)[-1]

    def beats_chance(self, method: str) -> bool:
        """Tell whether a method's figure is above the random orders' of the same photos."""
        return Mean.of(self.figures[method] - self.figures[RANDOM]).above_zero

    def hardly_worse(self) -> list[str]:
        """List the methods that the worst one is not clearly below, photo by photo."""
        worst = self.figures[self.worst]
        return [
            method
            for method in self.means
            if method != self.worst and not Mean.of(self.figures[method] - worst).above_zero
        ]

    def sentence(self, method: str) -> str:
        """Say how far a method can be trusted; the one that does worst says so itself."""
        mean, name = self.means[method], HEAT_MAPS[method]
        on = f"on {self.photos} test photos"
        if len(self.means) > 1 and method == self.worst:
            also = listed([HEAT_MAPS[other] for other in self.hardly_worse()])
            hardly = f", though not clearly worse than {also}" if also else ""
            said = f"{name} does worst of the {len(self.means)} methods {on}{hardly}: {mean}."
        else:
            said = f"{name} has a figure of {mean} {on}."
        if self.beats_chance(method):
            return f"{said} A random order has {self.chance}, so its picture does say something."
        return (
            f"{said} A random order has {self.chance}: it does no better than chance, so do not "
            "rely on its picture."
        )

    @property
    def _methods(self) -> list[str]:
        return [method for method in HEAT_MAPS if method in self.figures]


def chosen_photos(count: int) -> NDArray[np.intp]:
    """Choose a hundred of ``count`` photos, evenly spread, so that both classes are among them."""
    return np.unique(np.linspace(0, count - 1, min(PHOTOS, count)).round().astype(np.intp))


def judge(
    model: nn.Sequential, photos: Iterable[NDArray[np.uint8]], size: int
) -> Iterator[Verdict]:
    """Try every heat map on photos (S, S, 3); yield after each one, from the second on.

    Each ``Verdict`` is of all photos so far. ``ExplanationError`` where there are fewer than two.
    """
    maps = HeatMaps(model, size)
    figures: dict[str, list[float]] = {method: [] for method in (*maps.methods, RANDOM)}
    for number, photo in enumerate(photos):
        found = {method: maps.of(method, photo) for method in maps.methods}
        *_, trial = try_maps(model, photo, found, RANDOM_ORDERS, seed=number)
        assert isinstance(trial, Trial)
        for method, curve in {**trial.curves, RANDOM: trial.chance}.items():
            figures[method].append(curve.figure)
        if number:
            yield Verdict({method: np.array(values) for method, values in figures.items()})
    if len(figures[RANDOM]) < 2:
        raise ExplanationError(
            "How far heat maps can be trusted takes at least two test photos, and this run has "
            f"{len(figures[RANDOM])}."
        )
