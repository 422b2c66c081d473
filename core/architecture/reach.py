"""Which places of what comes in a cell of what goes out reads: along one axis, the other is alike.

This is the one rule of receptive fields: ``plan`` follows the first and the last pixel by it while
somebody types, ``core.explain.receptive_field`` every single one.
"""

import numpy as np
from numpy.typing import NDArray

Windows = NDArray[np.intp]
"""The places that each cell reads (cells, reads); those outside of what comes in are padding."""
Spans = NDArray[np.intp]
"""First pixel that each cell sees and its last (cells, 2); the last is below the first for none."""


def sliding(cells: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> Windows:
    """Return the windows of a convolution or a pooling that gives out so many cells."""
    return np.arange(cells)[:, None] * stride - padding + np.arange(kernel) * dilation


def adaptive(size: int, cells: int) -> Windows:
    """Return torch's bins of adaptive pooling: floor(i n / m) to ceil((i + 1) n / m).

    The last place of a bin that is shorter than others is repeated.
    """
    numbers = np.arange(cells)
    first, last = numbers * size // cells, -(-(numbers + 1) * size // cells) - 1
    places = first[:, None] + np.arange((last - first).max() + 1)
    return np.minimum(places, last[:, None])


def each_pixel(size: int) -> Spans:
    """Return what the photo's pixels see: themselves."""
    return np.repeat(np.arange(size)[:, None], 2, axis=1)


def through(spans: Spans, windows: Windows) -> Spans:
    """Follow what cells see of the photo through a layer that reads them by ``windows``."""
    read = spans[np.clip(windows, 0, len(spans) - 1)]
    nothing = (windows < 0) | (windows >= len(spans)) | (read[..., 1] < read[..., 0])
    far = np.iinfo(np.intp).max
    first = np.where(nothing, far, read[..., 0]).min(axis=1)
    return np.stack([first, np.where(nothing, -1, read[..., 1]).max(axis=1)], axis=1)


def largest(spans: Spans) -> int:
    """Return how many pixels the cell that sees most of them spans."""
    seen = spans[spans[:, 1] >= spans[:, 0]]
    return int((seen[:, 1] - seen[:, 0]).max(initial=-1)) + 1
