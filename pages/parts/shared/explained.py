"""What is explained: an answer of a network to a photo, and where both are from."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.mistakes import Mistake
from core.runs.run import Run

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ExplainedNetwork:
    """A network in evaluation mode for photos of ``size`` pixels.

    ``id`` names it with its weights; what was computed is kept under it. ``mistakes`` are done to
    every photo before it gets it. ``run`` and ``epoch`` say whose weights they are, None where
    they are no run's or not those of an epoch's end.
    """

    id: str
    model: "nn.Sequential"
    size: int
    classes: tuple[str, str]
    mistakes: Collection[Mistake] = ()
    run: Run | None = None
    epoch: int | None = None


@dataclass(frozen=True)
class ExplainedAnswer:
    """A network and a photo (S, S, 3) uint8 as it gets it.

    ``photo_id`` names the photo, ``photo`` says to people which one it is, and ``answer`` what the
    network says of it. ``judge`` says in a sentence what the page would say of a file; None where
    the page takes no files.
    """

    network: ExplainedNetwork
    photo_id: str
    pixels: NDArray[np.uint8] = field(compare=False, repr=False)
    photo: str
    answer: str
    judge: Callable[[bytes], str] | None = None

    @property
    def id(self) -> str:
        """Names network and photo; what was computed is kept under it."""
        return f"{self.network.id} {self.photo_id}"

    @property
    def model(self) -> "nn.Sequential":
        """The network."""
        return self.network.model

    @property
    def classes(self) -> tuple[str, str]:
        """The names of label 0 and 1."""
        return self.network.classes
