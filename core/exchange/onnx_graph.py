"""The graph of a network in ONNX: a node a layer, written from torch's modules.

Operators are those of opset ``OPSET`` (https://onnx.ai/onnx/operators), old enough for most
runtimes in use. Only what a network of ours consists of is written; any other module is refused by
its name, since a guess would give other answers.
"""

from collections.abc import Sequence
from functools import singledispatchmethod
from typing import Any, Final

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper
from torch import nn

from core.errors import ExchangeError

OPSET: Final = 17
IR_VERSION: Final = 8
"""The file format that came with that opset; newer packages would write one of their own."""


class Graph:
    """Nodes one after the other, each reading what the one before gives out, and their weights."""

    def __init__(self, input_name: str) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.last = input_name

    def add(
        self,
        operator: str,
        *,
        before: Sequence[str] = (),
        behind: Sequence[str] = (),
        **attributes: Any,  # noqa: ANN401 - as helper.make_node
    ) -> None:
        """Add a node whose inputs are what the last one gives out and constants on either side."""
        output = f"{len(self.nodes)}_{operator.lower()}"
        inputs = [*before, self.last, *behind]
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        self.last = output

    def constant(self, name: str, values: np.ndarray) -> str:
        """Keep an array under a name and return it."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add_module(self, place: int, module: nn.Module, shape: tuple[int, ...]) -> None:
        """Add the layer at ``place``, into which ``shape`` (without N) comes."""
        self._layer(module, str(place), shape)

    def _weights(self, module: nn.Module, place: str, *names: str) -> list[str]:
        """Keep those of a module's arrays that it has, under torch's names."""
        arrays = [(name, getattr(module, name)) for name in names]
        return [
            self.constant(f"{place}.{name}", array.detach().numpy())
            for name, array in arrays
            if array is not None
        ]

    @singledispatchmethod
    def _layer(self, module: nn.Module, place: str, shape: tuple[int, ...]) -> None:
        raise ExchangeError(
            f"Layer {int(place) + 1}, {type(module).__name__}, cannot be written as ONNX."
        )

    @_layer.register
    def _(self, module: nn.Conv2d, place: str, shape: tuple[int, ...]) -> None:
        if isinstance(module.padding, str) or module.padding_mode != "zeros":
            raise ExchangeError(
                f"Layer {int(place) + 1}, Conv2d, cannot be written as ONNX with padding "
                f"{module.padding!r} of {module.padding_mode}."
            )
        self.add(
            "Conv",
            behind=self._weights(module, place, "weight", "bias"),
            kernel_shape=module.kernel_size,
            strides=module.stride,
            pads=[*module.padding, *module.padding],
            dilations=module.dilation,
            group=module.groups,
        )

    @_layer.register
    def _(self, module: nn.BatchNorm2d, place: str, shape: tuple[int, ...]) -> None:
        names = ("weight", "bias", "running_mean", "running_var")
        self.add(
            "BatchNormalization",
            behind=self._weights(module, place, *names),
            epsilon=module.eps,
        )

    @_layer.register
    def _(self, module: nn.Linear, place: str, shape: tuple[int, ...]) -> None:
        self.add("Gemm", behind=self._weights(module, place, "weight", "bias"), transB=1)

    @_layer.register
    def _(self, module: nn.MaxPool2d, place: str, shape: tuple[int, ...]) -> None:
        self.add("MaxPool", **window(module.kernel_size, module.stride, module.padding))

    @_layer.register
    def _(self, module: nn.AvgPool2d, place: str, shape: tuple[int, ...]) -> None:
        sizes = window(module.kernel_size, module.stride, module.padding)
        self.add("AveragePool", count_include_pad=int(module.count_include_pad), **sizes)

    @_layer.register
    def _(self, module: nn.AdaptiveAvgPool2d, place: str, shape: tuple[int, ...]) -> None:
        """Average bins, which ONNX has no operator for, by a matrix from either side."""
        rows, columns = pair(module.output_size)
        if (rows, columns) == (1, 1):
            self.add("GlobalAveragePool")
            return
        down = self.constant(f"{place}.down", averages(shape[1], rows))
        across = self.constant(f"{place}.across", averages(shape[2], columns).T)
        self.add("MatMul", before=[down])
        self.add("MatMul", behind=[across])

    @_layer.register
    def _(self, module: nn.LeakyReLU, place: str, shape: tuple[int, ...]) -> None:
        self.add("LeakyRelu", alpha=module.negative_slope)

    @_layer.register
    def _(self, module: nn.ReLU, place: str, shape: tuple[int, ...]) -> None:
        self.add("Relu")

    @_layer.register
    def _(self, module: nn.Tanh, place: str, shape: tuple[int, ...]) -> None:
        self.add("Tanh")

    @_layer.register
    def _(self, module: nn.Sigmoid, place: str, shape: tuple[int, ...]) -> None:
        self.add("Sigmoid")

    @_layer.register
    def _(self, module: nn.Flatten, place: str, shape: tuple[int, ...]) -> None:
        self.add("Flatten", axis=1)

    @_layer.register
    def _(self, module: nn.Dropout, place: str, shape: tuple[int, ...]) -> None:
        """Add nothing: whoever answers leaves nothing out."""


def pair(size: Any) -> tuple[int, int]:  # noqa: ANN401 - torch allows one number or two
    """Return rows and columns of what torch was told as one number or as two."""
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))


def window(kernel: Any, stride: Any, padding: Any) -> dict[str, Any]:  # noqa: ANN401 - as pair
    """Return a pooling's attributes."""
    return {
        "kernel_shape": pair(kernel),
        "strides": pair(stride),
        "pads": [*pair(padding), *pair(padding)],
    }


def averages(size: int, bins: int) -> np.ndarray:
    """Return the matrix (bins, size) float32 of torch's adaptive average pooling along an axis.

    Bin i averages the places from floor(i * size / bins) to ceil((i + 1) * size / bins).
    """
    matrix = np.zeros((bins, size), np.float32)
    for i in range(bins):
        first, end = i * size // bins, -(-(i + 1) * size // bins)
        matrix[i, first:end] = 1 / (end - first)
    return matrix
