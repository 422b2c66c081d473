"""The poolings as layers."""

from core.numpy_nn.arguments import Pair
from core.numpy_nn.average_pooling import (
    OutputSize,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    avg_pool2d,
    avg_pool2d_backward,
)
from core.numpy_nn.layers.layer import Layer
from core.numpy_nn.max_pooling import max_pool2d, max_pool2d_backward


class MaxPool2d(Layer):
    """The largest value of each window; see ``max_pool2d``."""

    function = staticmethod(max_pool2d)
    gradients = staticmethod(max_pool2d_backward)

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        dilation: Pair = 1,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            ceil_mode=ceil_mode,
        )


class AvgPool2d(Layer):
    """The mean of each window; see ``avg_pool2d``."""

    function = staticmethod(avg_pool2d)
    gradients = staticmethod(avg_pool2d_backward)

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
            divisor_override=divisor_override,
        )


class AdaptiveAvgPool2d(Layer):
    """The means of so many bins; see ``adaptive_avg_pool2d``."""

    function = staticmethod(adaptive_avg_pool2d)
    gradients = staticmethod(adaptive_avg_pool2d_backward)

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__(output_size=output_size)
