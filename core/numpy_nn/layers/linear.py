"""The linear layer, and the flatten that images need before it."""

import numpy as np
from numpy.typing import DTypeLike

from core.numpy_nn.layers.layer import Layer, weight_and_bias
from core.numpy_nn.linear import flatten, flatten_backward, linear, linear_backward


class Flatten(Layer):
    """(N, ...) as (N, everything else)."""

    function = staticmethod(flatten)
    gradients = staticmethod(flatten_backward)


class Linear(Layer):
    """x weight^T + bias; see ``linear``."""

    function = staticmethod(linear)
    gradients = staticmethod(linear_backward)

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, dtype: DTypeLike = np.float32
    ) -> None:
        super().__init__(in_features=in_features, out_features=out_features, bias=bias)
        self.options = {}
        self.params = weight_and_bias(
            (out_features, in_features), out_features if bias else 0, dtype
        )
