"""The moving average of a network's weights, which answers better than any single step's weights.

Polyak and Juditsky (1992); the exponential form as in Tarvainen and Valpola (2017).
"""

from collections.abc import Mapping

import numpy as np

Arrays = dict[str, np.ndarray]


class WeightAverage:
    """The average of arrays by name, of which each step keeps the share ``decay``.

    It starts from the arrays it is given. In the first steps it keeps less, (1 + n) / (10 + n)
    after n of them, so that the random weights before training are soon forgotten.
    """

    def __init__(self, decay: float, weights: Mapping[str, np.ndarray]) -> None:
        self.decay = decay
        self.arrays: Arrays = {name: np.array(array) for name, array in weights.items()}

    def add(self, weights: Mapping[str, np.ndarray], steps: int) -> None:
        """Move towards the weights after ``steps`` steps; whole numbers are taken as they are."""
        share = 1 - min(self.decay, (1 + steps) / (10 + steps))
        for name, average in self.arrays.items():
            if np.issubdtype(average.dtype, np.floating):
                average += (weights[name] - average) * average.dtype.type(share)
            else:
                np.copyto(average, weights[name])
