"""Memory that a thread uses again for every block: fresh memory costs more than a copy."""

import math
import threading

import numpy as np


class Buffers:
    """Arrays of one dtype by name, each as large as the largest that was asked for."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype
        self.arrays: dict[str, np.ndarray] = {}

    def take(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Return the buffer of that name as an array of ``shape``, whatever it holds."""
        size = math.prod(shape)
        if name not in self.arrays or self.arrays[name].size < size:
            self.arrays[name] = np.empty(size, self.dtype)
        return self.arrays[name][:size].reshape(shape)

    def zeros(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Return the buffer of that name as zeros of ``shape``."""
        array = self.take(name, shape)
        array.fill(0)
        return array


kept = threading.local()


def buffers_of_this_thread(dtype: np.dtype) -> Buffers:
    """Return the calling thread's buffers, new ones if the last were of another dtype."""
    if getattr(kept, "buffers", None) is None or kept.buffers.dtype != dtype:
        kept.buffers = Buffers(dtype)
    buffers: Buffers = kept.buffers
    return buffers
