"""What was found by looking at all of a run's photos."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.explain.top_photos import TopPhotos


@dataclass(frozen=True)
class Features:
    """Test photos as the network's last hidden layer sees them.

    ``values`` (N, F), ``probabilities`` (N,) the answers P(class 1).
    """

    values: NDArray[np.float32]
    probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class Tops:
    """The strongest photos of every channel, by layer, among ``photos`` training photos."""

    layers: dict[int, TopPhotos]
    photos: int
