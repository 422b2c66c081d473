"""What turns a channel on: the photos, and the places in them, that excite each channel most."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.explain.silence import outputs
from core.networks.layers import check_network


@dataclass(frozen=True)
class TopPhotos:
    """The strongest photos of each channel of one layer, strongest first.

    ``values`` (C, K) are the largest values in the channel's map, ``photos`` (C, K) the photos'
    indices, ``rows`` and ``columns`` (C, K) the cell of the map. Fewer than K photos are filled up
    with index -1. A channel whose best value is 0 after a ReLU was silent for every photo.
    """

    values: NDArray[np.float32]
    photos: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def merged(self, other: "TopPhotos") -> "TopPhotos":
        """Put both together, unsorted; ``strongest`` cuts the result down again."""
        names = ("values", "photos", "rows", "columns")
        pairs = [(getattr(self, name), getattr(other, name)) for name in names]
        return TopPhotos(*(np.concatenate(pair, axis=1) for pair in pairs))

    def strongest(self, keep: int) -> "TopPhotos":
        """Keep each channel's ``keep`` strongest; among equals the lower index comes first."""
        order = np.lexsort((self.photos, -self.values, self.photos < 0), axis=1)[:, :keep]
        return TopPhotos(
            np.take_along_axis(self.values, order, axis=1),
            np.take_along_axis(self.photos, order, axis=1),
            np.take_along_axis(self.rows, order, axis=1),
            np.take_along_axis(self.columns, order, axis=1),
        )


def find_top_photos(
    model: nn.Sequential, batches: Iterable[Tensor], keep: int = 9
) -> Iterator[tuple[int, dict[int, TopPhotos]]]:
    """Go through photos (N, 3, H, W) batch by batch and keep each channel's ``keep`` strongest.

    Yields, after each batch, how many photos were looked at and what is known so far: a mapping
    from the index of each layer with maps. A photo appears once a channel, with its strongest
    cell; cells that are not a number never win.
    """
    check_network(model)
    found: dict[int, TopPhotos] = {}
    seen = 0
    for x in batches:
        for index, top in _batch_tops(model, x, seen, keep):
            found[index] = found[index].merged(top).strongest(keep) if index in found else top
        seen += len(x)
        yield seen, dict(found)


def _batch_tops(
    model: nn.Sequential, x: Tensor, first: int, keep: int
) -> list[tuple[int, TopPhotos]]:
    return [
        (index, _strongest(output, first, keep))
        for index, output in outputs(model, x)
        if output.ndim == 4
    ]


def _strongest(maps: Tensor, first: int, keep: int) -> TopPhotos:
    width = maps.shape[3]
    flat = torch.nan_to_num(maps.flatten(2), nan=-torch.inf, posinf=torch.inf, neginf=-torch.inf)
    best, place = flat.max(dim=2)
    values, cells = best.T.float().numpy(), place.T.numpy()  # (C, N)
    photos = np.broadcast_to(np.arange(first, first + len(maps)), values.shape)
    padding = ((0, 0), (0, max(0, keep - len(maps))))
    return TopPhotos(
        np.pad(values, padding, constant_values=-np.inf),
        np.pad(photos, padding, constant_values=-1),
        np.pad(cells // width, padding),
        np.pad(cells % width, padding),
    ).strongest(keep)
