"""The layers: each is three dicts of arrays and two methods.

``params`` are learned, ``grads`` are their gradients under the same names, ``buffers`` are kept
along (running statistics). ``forward(x)`` returns y and remembers what the backward pass needs;
``backward(dy)`` fills ``grads`` and returns dx for the newest ``forward``. Names of arguments,
parameters and buffers are torch's.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from core.numpy_nn.activations import (
    flatten,
    flatten_backward,
    linear,
    linear_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
)
from core.numpy_nn.arguments import Pair, pair
from core.numpy_nn.average_pooling import (
    OutputSize,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    avg_pool2d,
    avg_pool2d_backward,
)
from core.numpy_nn.convolution import conv2d, conv2d_backward, conv2d_parameter_gradients
from core.numpy_nn.geometry import Padding
from core.numpy_nn.initialisations import xavier_normal
from core.numpy_nn.max_pooling import max_pool2d, max_pool2d_backward
from core.numpy_nn.normalisation import (
    batch,
    moved_statistics,
    normalise,
    normalise_backward,
    statistics,
)
from core.numpy_nn.transposed_convolution import conv_transpose2d, conv_transpose2d_backward


class Layer:
    """What every layer has: it calls ``function`` forward and ``gradients`` backward.

    Both get the layer's ``params`` and ``options``; a layer that remembers something better than
    its input has its own ``forward`` and ``backward``.
    """

    function: Callable[..., np.ndarray]
    gradients: Callable[..., Any]

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments
        """What the layer was built from, by name: plain values."""
        self.options = dict(arguments)
        """Those of them that the functions take."""
        self.params: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}
        self.buffers: dict[str, np.ndarray] = {}
        self.training = True
        self.remembered: tuple[Any, ...] = ()

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y and remember what ``backward`` needs, in place of what it remembered before.

        ``x`` itself may be remembered: it must stay as it is until ``backward`` is done.
        """
        y = self.function(x, **self.params, **self.options)
        self.remembered = (x,)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Fill ``grads`` and return dx, given the gradient of the newest ``forward``'s result.

        Raises ``RuntimeError`` before the first ``forward`` and ``ValueError`` for a wrong shape.
        """
        (x,) = self.recall()
        if not self.params:
            dx: np.ndarray = self.gradients(dy, x, **self.options)
            return dx
        dx, *gradients = self.gradients(dy, x, self.params["weight"], **self.options)
        self.keep_gradients(gradients)
        return dx

    def backward_parameters(self, dy: np.ndarray) -> None:
        """Fill ``grads`` like ``backward``, where nobody needs dx."""
        self.backward(dy)

    def recall(self) -> tuple[Any, ...]:
        """Return what the newest ``forward`` remembered."""
        if not self.remembered:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it")
        return self.remembered

    def keep_gradients(self, gradients: Sequence[np.ndarray]) -> None:
        """Keep the gradients of the parameters there are, given those of weight and bias."""
        self.grads = dict(zip(self.params, gradients, strict=False))

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"{type(self).__name__}({parts})"


class Conv2d(Layer):
    """Convolution; see ``conv2d``. Weights start from Xavier normal, biases from 0."""

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
    """Transposed convolution; see ``conv_transpose2d``. Starts like ``Conv2d``."""

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


class Linear(Layer):
    """x weight^T + bias; see ``linear``. Weights start from Xavier normal, biases from 0."""

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


class BatchNorm2d(Layer):
    """Batch normalisation; see ``batch_norm2d``. In training each forward moves the running
    statistics, in evaluation they are what it normalises with. Starts from weight 1 and bias 0.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(num_features=num_features, eps=eps, momentum=momentum, affine=affine)
        if affine:
            self.params["weight"] = np.ones(num_features, dtype)
            self.params["bias"] = np.zeros(num_features, dtype)
        self.buffers["running_mean"] = np.zeros(num_features, dtype)
        self.buffers["running_var"] = np.ones(num_features, dtype)
        self.buffers["num_batches_tracked"] = np.array(0, np.int64)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y; in training also move the running statistics."""
        x = batch("x", x)
        running = self.buffers["running_mean"], self.buffers["running_var"]
        mean, var = statistics(x, *running, self.training)
        eps, momentum = self.arguments["eps"], self.arguments["momentum"]
        y = normalise(x, mean, var, self.params.get("weight"), self.params.get("bias"), eps)
        self.remembered = x, mean, var, self.training
        if self.training:
            moved = moved_statistics(x, *running, mean, var, momentum)
            self.buffers |= {
                "running_mean": np.asarray(moved[0]),
                "running_var": np.asarray(moved[1]),
                "num_batches_tracked": self.buffers["num_batches_tracked"] + 1,
            }
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Fill ``grads`` and return dx, in the mode that the newest ``forward`` was in."""
        x, mean, var, training = self.recall()
        weight, eps = self.params.get("weight"), self.arguments["eps"]
        dx, *gradients = normalise_backward(dy, x, mean, var, weight, training, eps)
        self.keep_gradients(gradients)
        return dx


class ReLU(Layer):
    """max(x, 0)."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y, which the next layer remembers anyway, and remember it rather than x."""
        y = relu(x)
        self.remembered = (y,)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx: y is above 0 exactly where x is."""
        (y,) = self.recall()
        return relu_backward(dy, y)


class Sigmoid(Layer):
    """1 / (1 + exp(-x))."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y and remember it."""
        y = sigmoid(x)
        self.remembered = (y,)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx, for which y is enough."""
        (y,) = self.recall()
        return sigmoid_backward(dy, y)


class Flatten(Layer):
    """(N, ...) as (N, everything else)."""

    function = staticmethod(flatten)
    gradients = staticmethod(flatten_backward)


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


def check_divisible(groups: int, **channels: int) -> None:
    """Refuse channels that are not divisible by ``groups``."""
    for name, count in channels.items():
        if groups < 1 or count % groups:
            raise ValueError(f"{name} must be divisible by groups ({groups}), not {count}")


def weight_and_bias(shape: tuple[int, ...], biases: int, dtype: DTypeLike) -> dict[str, np.ndarray]:
    """Draw a weight of ``shape`` from Xavier normal and add ``biases`` zeros, if any."""
    params = {"weight": xavier_normal(np.random.default_rng(), shape).astype(dtype)}
    return params | ({"bias": np.zeros(biases, dtype)} if biases else {})
