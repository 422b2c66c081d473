"""Dropout in torch whose masks are those of the NumPy engine."""

import torch
from torch import Tensor, nn

from core.numpy_nn import dropout_mask


class Dropout(nn.Dropout):
    """``nn.Dropout`` with masks from ``seed`` and a count of batches, as ``numpy_nn.Dropout``.

    The count is a buffer, so that it travels with the weights: both engines leave out the same
    numbers, and a resumed training those of the uninterrupted one.
    """

    masks_drawn: Tensor

    def __init__(self, p: float = 0.5, seed: int = 0) -> None:
        super().__init__(p)
        self.seed = seed
        self.rows: tuple[int, slice] | None = None
        """Of how many photos the batch is, and which of them come in here; None: all."""
        self.register_buffer("masks_drawn", torch.tensor(0))

    def forward(self, input: Tensor) -> Tensor:
        """Return the input, in training under the next mask."""
        if not self.training:
            return input
        number = int(self.masks_drawn)
        count, rows = self.rows or (len(input), slice(None))
        mask = dropout_mask((count, *input.shape[1:]), self.p, self.seed, number)[rows]
        self.masks_drawn += 1
        return input * torch.from_numpy(mask).to(input.dtype)
