"""What a network takes for a class: gradient ascent on the logit, from a grey picture.

Simonyan, Vedaldi and Zisserman (2014) began it; without a hold on the picture it becomes noise that
nobody sees anything in. The holds here are two of those that Olah, Mordvintsev and Schubert (2017)
compare: the picture is shifted by some pixels before each step, so that what counts must count
anywhere (jitter), and differences between neighbours cost something (total variation, here of
squared differences, as in Mahendran and Vedaldi, 2015).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.errors import ExplanationError
from core.networks.layers import check_network, logit, probability
from core.networks.tensors import network_input

STEPS = 96
FRAME_EVERY = 6
RATE = 0.02
"""How far a step goes, root mean square over the picture, in brightness of 0..1."""
SMOOTHING = 0.04
"""How far a step moves each pixel towards its four neighbours; from 0.25 on it would swing."""
JITTER = 1 / 16
"""Largest shift, as a share of the side."""
SPECKLES = 0.01
"""Spread of the noise on the first grey: on plain grey most gradients are alike."""


@dataclass(frozen=True)
class ClassDrawing:
    """Pictures on the way to what a network takes for class 0 and for class 1.

    ``frames`` (2, F, S, S, 3) uint8, for class 0 and class 1, after ``steps`` (F,) steps each;
    ``probabilities`` (2, F) are the network's P(class 1) of these very pictures.
    """

    frames: NDArray[np.uint8]
    steps: tuple[int, ...]
    probabilities: NDArray[np.float64]

    def certainty(self, label: int) -> float:
        """Return how sure the network is of its last drawing of a class."""
        one = float(self.probabilities[label, -1])
        return one if label == 1 else 1 - one


def draw_classes(
    model: nn.Sequential, size: int, seed: int = 0, steps: int = STEPS
) -> Iterator[float | ClassDrawing]:
    """Draw both classes of a network for photos of ``size`` pixels, from one grey picture.

    Yields the share that is done, after each step, and last the ``ClassDrawing``. The same ``seed``
    gives the same drawings. ``ExplanationError`` where the gradient is not a number.
    """
    check_network(model)
    if steps < 1:
        raise ValueError(f"expected at least one step, not {steps}")
    random = torch.Generator().manual_seed(seed)
    grey = 0.5 + SPECKLES * torch.randn(1, 3, size, size, generator=random)
    x = grey.repeat(2, 1, 1, 1)
    kept, frames = [0], [_as_photos(x)]
    for step in range(1, steps + 1):
        x = _climb(model, x, random)
        if step % FRAME_EVERY == 0 or step == steps:
            kept.append(step)
            frames.append(_as_photos(x))
        yield step / steps
    pictures = np.stack(frames, axis=1)
    answers = [probability(model, network_input(both)) for both in frames]
    yield ClassDrawing(pictures, tuple(kept), np.array(answers).T)


def _climb(model: nn.Sequential, x: Tensor, random: torch.Generator) -> Tensor:
    """Take one step with both pictures (2, 3, S, S): the first away from class 1."""
    reach = round(JITTER * x.shape[-1])
    down, across = torch.randint(-reach, reach + 1, (2,), generator=random).tolist()
    shifted = x.roll((down, across), (2, 3)).detach().requires_grad_()
    zero, one = logit(model, shifted).flatten()
    (gradient,) = torch.autograd.grad(one - zero, shifted)
    gradient = gradient.roll((-down, -across), (2, 3))
    if not gradient.isfinite().all():
        raise ExplanationError("The gradient is not a number, so there is no way up to follow.")
    size = gradient.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
    up = gradient / torch.where(size > 0, size, 1)
    return (x + RATE * up + SMOOTHING * _towards_neighbours(x)).clamp(0, 1)


def _towards_neighbours(x: Tensor) -> Tensor:
    """Sum of what each pixel's four neighbours are above it; an edge pixel is its own neighbour.

    Half the gradient of the sum of squared differences of neighbours, downhill.
    """
    wide = functional.pad(x, (1, 1, 1, 1), mode="replicate")
    above, below = wide[:, :, :-2, 1:-1], wide[:, :, 2:, 1:-1]
    left, right = wide[:, :, 1:-1, :-2], wide[:, :, 1:-1, 2:]
    return above + below + left + right - 4 * x


def _as_photos(x: Tensor) -> NDArray[np.uint8]:
    """Round pictures (2, 3, S, S) in 0..1 to what a file holds, (2, S, S, 3)."""
    return np.asarray(np.rint(x.permute(0, 2, 3, 1).numpy() * 255), np.uint8)
