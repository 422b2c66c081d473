"""Convolution and its transpose as layers."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from core.numpy_nn.arguments import Pair, pair
from core.numpy_nn.convolution import conv2d, conv2d_backward, conv2d_parameter_gradients
from core.numpy_nn.geometry import Padding
from core.numpy_nn.layers.layer import Layer, weight_and_bias
from core.numpy_nn.transposed_convolution import conv_transpose2d, conv_transpose2d_backward


class Conv2d(Layer):
    """Convolution; see ``conv2d``."""

    function = staticmethod(conv2d)
    gradients = staticmethod(conv2d_backward)

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Padding = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        options: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "groups": groups,
        }
        super().__init__(
            in_channels=in_channels,
            out_channels=out_channels,
            kernel_size=kernel_size,
            **options,
            bias=bias,
        )
        self.options = options
        check_divisible(groups, in_channels=in_channels, out_channels=out_channels)
        kernel = pair("kernel_size", kernel_size, 1)
        self.params = weight_and_bias(
            (out_channels, in_channels // groups, *kernel), out_channels if bias else 0, dtype
        )

    def backward_parameters(self, dy: np.ndarray) -> None:
        """Fill ``grads`` like ``backward``, without the work for dx."""
        (x,) = self.recall()
        weight = self.params["weight"]
        self.keep_gradients(conv2d_parameter_gradients(dy, x, weight, **self.options))


class ConvTranspose2d(Layer):
    """Transposed convolution; see ``conv_transpose2d``."""

    function = staticmethod(conv_transpose2d)
    gradients = staticmethod(conv_transpose2d_backward)

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        output_padding: Pair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Pair = 1,
        dtype: DTypeLike = np.float32,
    ) -> None:
        options: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "output_padding": output_padding,
            "groups": groups,
            "dilation": dilation,
        }
        super().__init__(
            in_channels=in_channels,
            out_channels=out_channels,
            kernel_size=kernel_size,
            **options,
            bias=bias,
        )
        self.options = options
        check_divisible(groups, in_channels=in_channels, out_channels=out_channels)
        kernel = pair("kernel_size", kernel_size, 1)
        self.params = weight_and_bias(
            (in_channels, out_channels // groups, *kernel), out_channels if bias else 0, dtype
        )


def check_divisible(groups: int, **channels: int) -> None:
    """Refuse channels that are not divisible by ``groups``."""
    for name, count in channels.items():
        if groups < 1 or count % groups:
            raise ValueError(f"{name} must be divisible by groups ({groups}), not {count}")
