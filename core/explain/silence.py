"""Channels that say nothing: zero everywhere for one photo, or for every photo of a set.

A channel that is zero everywhere for one photo is silent for that photo, which is its good right:
what it looks for is not there. One that is silent for every photo of a large set is dead: it helps
no answer, and after a ReLU no gradient comes back to change that (Lu et al., "Dying ReLU and
initialization", 2019).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.explain.statistics import SILENT_HERE
from core.networks.layers import apply, check_network


@dataclass(frozen=True)
class Silence:
    """How many of ``photos`` photos each channel was silent for.

    ``counts`` maps the index of each layer with maps to (C,); ``what`` names the photos.
    """

    counts: dict[int, NDArray[np.int64]]
    photos: int
    what: str = "test photos"

    def dead(self, layer: int) -> NDArray[np.bool_]:
        """Tell which channels (C,) of a layer were silent for every photo."""
        return np.asarray(self.counts[layer] == self.photos)

    @property
    def dead_count(self) -> int:
        """How many channels of all layers are dead; one that is passed on counts each time."""
        return sum(int(self.dead(layer).sum()) for layer in self.counts)

    def told(self, layer: int, words: Mapping[int, str]) -> dict[int, str]:
        """Say more of the channels that are silent for the photo at hand.

        ``words`` are those of ``statistics.words_of_channels``.
        """
        return {
            channel: self._words(layer, channel) if said == SILENT_HERE else said
            for channel, said in words.items()
        }

    def _words(self, layer: int, channel: int) -> str:
        count = int(self.counts[layer][channel])
        if count == self.photos:
            return f"dead: zero everywhere for all {count:,} {self.what}"
        return f"{SILENT_HERE}, and for {count:,} of {self.photos:,} {self.what}"


def outputs(model: nn.Sequential, x: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Give out what each layer makes of photos (N, 3, H, W), with the layer's index.

    One layer at a time: all outputs of a batch would fill the memory.
    """
    with torch.no_grad():
        for index, layer in enumerate(model):
            x = apply(layer, x)
            yield index, x


def silent_for(maps: Tensor) -> NDArray[np.int64]:
    """Count for each channel of maps (N, C, H, W) the photos for which it is zero everywhere."""
    speaks = (maps != 0).flatten(2).any(dim=2)  # NaN is no silence
    return (~speaks).sum(dim=0).numpy()


def count_silent(
    model: nn.Sequential, batches: Iterable[Tensor], what: str = "test photos"
) -> Silence:
    """Go through photos (N, 3, H, W), batch by batch, and count silent channels."""
    check_network(model)
    counts: dict[int, NDArray[np.int64]] = {}
    seen = 0
    for x in batches:
        seen += len(x)
        for index, output in outputs(model, x):
            if output.ndim == 4:
                counts[index] = counts.get(index, 0) + silent_for(output)
    return Silence(counts, seen, what)
