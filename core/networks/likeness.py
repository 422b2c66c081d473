"""The second question: does this look like anything the network learnt?

It is answered from what the network computes anyway: how strongly each channel behind each
activation answers on average over the picture. A ridge regression (Hoerl and Kennard, 1970) on
these numbers and their squares tells a run's own photos from pictures that the program makes and
that show neither class. The squares make it a distance of a kind: pictures are off on either side.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import ModelError
from core.networks.tensors import network_input
from core.records import is_count, is_number

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid)
MOST_OF_A_FLAT_LAYER = 1024
"""Numbers of a long flat layer that are looked at, evenly spread."""
KEPT = 0.9
"""Share of the photos of the two classes that shall count as alike."""
RIDGE = 0.001
"""Pull of each weight towards 0, beside the spread of its number."""
BATCH = 32
ARRAYS = ("centre", "spread", "weight")

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Likeness:
    """A fitted answer: pictures whose ``score`` is below ``threshold`` are unlike all it learnt.

    ``centre`` and ``spread`` (F,) are of the learnt photos' features; ``weight`` (2F,) and ``bias``
    make the score. ``kept`` is the share of the ``photos`` photos it was tuned on that are alike.
    """

    centre: Floats
    spread: Floats
    weight: Floats
    bias: float
    threshold: float
    kept: float
    photos: int

    @property
    def usable(self) -> bool:
        """Whether all its numbers are such that pictures get a score."""
        finite = all(np.isfinite(getattr(self, name)).all() for name in ARRAYS)
        numbers = all(map(is_number, (self.bias, self.threshold, self.kept)))
        return finite and numbers and bool((self.spread > 0).all())

    def scores(self, features: Floats) -> NDArray[np.float64]:
        """Return how alike pictures with ``features`` (N, F) are: about 1 for its own photos."""
        return np.asarray(expand(features, self.centre, self.spread) @ self.weight + self.bias)

    def alike(self, features: Floats) -> NDArray[np.bool_]:
        """Tell which pictures look like what it learnt; one that gives no number does not."""
        return np.asarray(self.scores(features) >= self.threshold)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON, its arrays as float32 bytes in base64."""
        arrays = {name: pack(getattr(self, name)) for name in ARRAYS}
        return {**vars(self), **arrays}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], features: int) -> "Likeness":
        """Read ``to_dict``'s values for F = ``features``; ``ModelError`` when they do not fit."""
        try:
            found = cls(**{**values, **{name: unpack(values[name]) for name in ARRAYS}})
            shapes = [getattr(found, name).shape for name in ARRAYS]
            if not (found.usable and is_count(found.photos)):
                raise ValueError("its numbers must be finite, and its spread above 0")
        except (TypeError, KeyError, ValueError) as error:
            raise ModelError(f"The likeness kept with the weights is damaged: {error}.") from error
        if shapes != [(features,), (features,), (2 * features,)]:
            raise ModelError(
                f"The likeness kept with the weights must be of {features} features, "
                f"not of {shapes[0][0]}."
            )
        return found


def pack(array: Floats) -> str:
    """Turn an array into text: its float32 bytes in base64."""
    return base64.b64encode(np.asarray(array, "<f4").tobytes()).decode("ascii")


def unpack(text: str) -> NDArray[np.float64]:
    """Turn ``pack``'s text back."""
    return np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float64)


def expand(features: Floats, centre: Floats, spread: Floats) -> NDArray[np.float64]:
    """Return standardised features, far ones drawn in, and their squares: (N, F) to (N, 2F)."""
    z = (np.asarray(features, np.float64) - centre) / spread
    z = np.sign(z) * np.log1p(np.abs(z))
    return np.concatenate([z, z**2], axis=1)


def answer(model: nn.Sequential, x: Tensor) -> tuple[Tensor, Tensor]:
    """Run photos (N, 3, S, S) through a flat network; return its output and the features (N, F).

    Features are mean and spread of the photo's three colours, the mean of every channel behind each
    activation, and the numbers behind an activation of flat layers.
    """
    found = [x.mean((2, 3)), x.std((2, 3))]
    *layers, last = model
    for layer in layers:
        x = layer(x)
        if isinstance(layer, ACTIVATIONS):
            found.append(x.mean((2, 3)) if x.ndim == 4 else some_of(x))
    return last(x), torch.cat(found, dim=1)


def some_of(numbers: Tensor) -> Tensor:
    """Take at most ``MOST_OF_A_FLAT_LAYER`` of the numbers (N, F), evenly spread."""
    step = -(-numbers.shape[1] // MOST_OF_A_FLAT_LAYER)
    return numbers[:, ::step]


def features_of(
    model: nn.Sequential, photos: np.ndarray, between: Callable[[], None] = lambda: None
) -> NDArray[np.float32]:
    """Compute the features (N, F) of photos (N, S, S, 3) uint8, in evaluation mode.

    ``between`` is called before each batch; what it raises ends this.
    """
    parts = []
    with torch.inference_mode():
        for start in range(0, len(photos), BATCH):
            between()
            batch = network_input(np.array(photos[start : start + BATCH]))
            parts.append(answer(model, batch)[1])
        return np.asarray(torch.cat(parts).float().numpy())


def fit_likeness(learnt: Floats, neither: Floats, tuning: Floats, kept: float = KEPT) -> Likeness:
    """Fit on features (N, F) of learnt photos and of pictures of neither.

    The threshold comes from ``tuning``, features of photos of both classes that were not trained
    on: at most 1 - ``kept`` of them fall below it. ``ModelError`` when features are not finite.
    """
    if not all(np.isfinite(each).all() for each in (learnt, neither, tuning)):
        raise ModelError("This network gives out numbers that are not finite.")
    learnt64 = np.asarray(learnt, np.float64)
    centre, spread = rounded(learnt64.mean(axis=0)), learnt64.std(axis=0)
    spread = rounded(np.maximum(spread, 0.01 * max(float(spread.mean()), 1e-3)))
    inputs = expand(np.concatenate([learnt64, neither]), centre, spread)
    weight, bias = ridge(inputs, len(learnt64))
    weight = rounded(weight)
    scores = np.sort(expand(tuning, centre, spread) @ weight + bias)
    threshold = float(scores[int((1 - kept) * len(scores) + 1e-9)])
    alike = float((scores >= threshold).mean())
    return Likeness(centre, spread, weight, bias, threshold, alike, len(scores))


def rounded(array: Floats) -> NDArray[np.float64]:
    """Round to float32, so that what is tuned is what is kept."""
    return np.asarray(array, np.float32).astype(np.float64)


def ridge(inputs: NDArray[np.float64], ones: int) -> tuple[NDArray[np.float64], float]:
    """Fit a plane to +1 for the first ``ones`` rows and -1 for the rest, both sides weighing alike.

    Solved over the rows, of which there are fewer than columns mostly. Returns (F,) and the bias.
    """
    rows, columns = inputs.shape
    target = np.where(np.arange(rows) < ones, 1.0, -1.0)
    share = np.where(target > 0, 0.5 / ones, 0.5 / (rows - ones))
    middle = share @ inputs
    scaled = np.sqrt(share)[:, np.newaxis] * (inputs - middle)
    kernel = scaled @ scaled.T
    kernel[np.diag_indices(rows)] += RIDGE * columns / 2
    weight = scaled.T @ np.linalg.solve(kernel, np.sqrt(share) * target)
    return weight, float(-middle @ weight)
