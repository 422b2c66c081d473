"""The smallest change of a photo that turns the answer over, by one step along the gradient.

The fast gradient sign method of Goodfellow, Shlens and Szegedy (2015): every colour of every pixel
moves by the same amount, each in the direction that its gradient says, and stays within 0 to 1.
A photo holds whole steps of 1/255, and so does what a whole number of steps makes of it: nothing
is lost when it is written to a file, and the answer to the file is the answer told here.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.errors import ExplanationError
from core.explain.saliency import input_gradient
from core.networks.layers import check_network, logit, probability
from core.networks.tensors import network_input

Photo = NDArray[np.uint8]
MOST_STEPS = 255
AT_LEAST_SHOWN = 8
HALVINGS = 30


@dataclass(frozen=True)
class Fooling:
    """A photo (S, S, 3) and what becomes of the answer along one gradient step.

    ``direction`` (S, S, 3) is -1, 0 or 1: against the answer. ``probabilities`` (K + 1,) are
    P(class 1) after 0 to K whole steps of 1/255. ``turning`` is the fewest whole steps after which
    the answer is the other class, None where none is. ``exact`` is where between the step before
    and that one it turns, in steps and computed in float64.
    """

    photo: Photo
    direction: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    turning: int | None
    exact: float | None

    @property
    def label(self) -> int:
        """The class that the network names for the photo as it is."""
        return int(self.probabilities[0] >= 0.5)

    @property
    def back(self) -> int | None:
        """The first larger step after which the answer is the first class again, None for none."""
        if self.turning is None:
            return None
        turned = (self.probabilities[self.turning :] >= 0.5) != bool(self.label)
        return None if turned.all() else self.turning + int(np.argmin(turned))

    @property
    def moved(self) -> float:
        """The share of the photo's numbers that have a direction at all, 0..1."""
        return float(np.mean(self.direction != 0))

    def changed(self, steps: int) -> Photo:
        """Return the photo after so many steps; what would leave 0 to 255 stays at the end."""
        self._check(steps)
        there = self.photo.astype(np.int16) + steps * self.direction.astype(np.int16)
        return there.clip(0, 255).astype(np.uint8)

    def factor(self, steps: int) -> int:
        """Return how many times the difference alone can be enlarged and still be drawn."""
        self._check(steps)
        return 127 // max(1, min(steps, 127))

    def _check(self, steps: int) -> None:
        last = len(self.probabilities) - 1
        if not 0 <= steps <= last:
            raise ValueError(f"expected 0 to {last} steps, not {steps}")


def fool(model: nn.Sequential, photo: Photo, batch_size: int = 16) -> Iterator[float | Fooling]:
    """Step away from the answer to a photo (S, S, 3) until it turns over, and as far again.

    Yields the share of all steps that are done, after each batch, and last the ``Fooling``. Every
    whole step is asked for, from none on, so the first one that turns the answer over is the
    smallest that one gradient step can give. ``ExplanationError`` where there is no answer.
    """
    check_network(model)
    exact_model = copy.deepcopy(model).double()
    (before,) = probability(model, network_input(photo[np.newaxis]))
    if not np.isfinite(before):
        raise ExplanationError("The answer to this photo is not a number, so nothing turns it.")
    direction = _direction(exact_model, photo, before)
    found = Fooling(photo, direction, np.zeros(MOST_STEPS + 1), None, None)
    answers, turning, last = [before], None, MOST_STEPS if direction.any() else 0
    while len(answers) <= last:
        steps = range(len(answers), min(len(answers) + batch_size, last + 1))
        batch = network_input(np.stack([found.changed(step) for step in steps]))
        answers += probability(model, batch)
        if turning is None:
            turning = _first_turned(model, found, before, answers, steps)
            last = last if turning is None else min(last, max(AT_LEAST_SHOWN, 2 * turning))
        yield min(1.0, (len(answers) - 1) / last)
    exact = None if turning is None else _where_it_turns(exact_model, photo, direction, turning)
    yield Fooling(photo, direction, np.array(answers[: last + 1]), turning, exact)


def _direction(model: nn.Sequential, photo: Photo, before: float) -> NDArray[np.int8]:
    """Return the signs (S, S, 3) of a small step that moves the logit away from the answer."""
    gradient = input_gradient(model, network_input(photo[np.newaxis], torch.float64))
    if not np.isfinite(gradient).all():
        raise ExplanationError("The gradient of this answer is not a number: it has no direction.")
    away = -1 if before >= 0.5 else 1
    return np.asarray(away * np.sign(gradient), np.int8).transpose(1, 2, 0)


def _first_turned(
    model: nn.Sequential, found: Fooling, before: float, answers: list[float], steps: range
) -> int | None:
    """Find the first of ``steps`` with the other answer, asked for alone as an app would ask.

    Computed in a batch, a probability may differ from that in its last digit.
    """
    for step in steps:
        if (answers[step] >= 0.5) != (before >= 0.5):
            (alone,) = probability(model, network_input(found.changed(step)[np.newaxis]))
            if (alone >= 0.5) != (before >= 0.5):
                answers[step] = alone
                return step
    return None


def _where_it_turns(
    model: nn.Sequential, photo: Photo, direction: NDArray[np.int8], turning: int
) -> float:
    """Halve the last step again and again; return where in it the answer turns, in steps."""
    x = network_input(photo[np.newaxis], torch.float64)
    along = torch.from_numpy(direction.transpose(2, 0, 1)[np.newaxis].astype(np.float64))

    def is_one(steps: float) -> bool:
        with torch.no_grad():
            return float(logit(model, (x + steps / 255 * along).clamp(0, 1))) >= 0

    low, high = turning - 1.0, float(turning)
    first = is_one(low)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if is_one(middle) == first:
            low = middle
        else:
            high = middle
    return high
