"""Dropout as a layer."""

import numpy as np

from core.numpy_nn.arguments import same_shape
from core.numpy_nn.dropout import dropout_mask
from core.numpy_nn.layers.layer import Layer


class Dropout(Layer):
    """Leaves numbers out in training, changes nothing in evaluation; see ``dropout_mask``.

    The buffer ``masks_drawn`` counts the batches so far: with ``seed`` it is all that the next mask
    depends on.
    """

    def __init__(self, p: float = 0.5, seed: int = 0) -> None:
        super().__init__(p=p, seed=seed)
        dropout_mask((), p, seed, 0)  # refuses a share that cannot be
        self.buffers["masks_drawn"] = np.array(0, np.int64)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y, in training with a mask that is drawn for this batch."""
        if not self.training:
            self.remembered = x.shape, None
            return x
        number = int(self.buffers["masks_drawn"])
        mask = dropout_mask(x.shape, **self.arguments, number=number, dtype=x.dtype)
        self.buffers["masks_drawn"] = self.buffers["masks_drawn"] + 1
        self.remembered = x.shape, mask
        y: np.ndarray = x * mask
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx: dy under the same mask."""
        shape, mask = self.recall()
        same_shape("dy", dy, shape)
        return dy if mask is None else dy * mask
