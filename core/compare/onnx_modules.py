"""Nodes of ONNX as torch's modules, where there is one that does the very same.

Operators and their attributes are those of https://onnx.ai/onnx/operators.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import onnx
from onnx import NodeProto
from torch import nn

from core.comparison.torch_layer import with_arrays

Constants = Mapping[str, np.ndarray]


def module_of(node: NodeProto, constants: Constants) -> nn.Module | None:
    """Return the module that does what a node does; None where there is none.

    ``constants`` are the arrays by their names that the node may read as its weights.
    """
    make = MAKERS.get(node.op_type)
    facts = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    arrays = [constants.get(name) for name in node.input]
    module = make(facts, arrays) if make else None
    return None if module is None else module.eval()


def convolution(facts: dict[str, Any], arrays: list[np.ndarray | None]) -> nn.Module | None:
    """A convolution in two dimensions that pads both sides alike."""
    weight, bias = arrays[1], arrays[2] if len(arrays) > 2 else None
    padding = same_on_both(facts)
    if weight is None or weight.ndim != 4 or padding is None:
        return None
    out, ins, *kernel = weight.shape
    groups = facts.get("group", 1)
    layer = nn.Conv2d(
        ins * groups,
        out,
        (kernel[0], kernel[1]),
        pair(facts.get("strides")),
        padding,
        pair(facts.get("dilations")),
        groups,
        bias is not None,
        device="meta",
    )
    return with_arrays(layer, weight=weight, **({} if bias is None else {"bias": bias}))


def linear(facts: dict[str, Any], arrays: list[np.ndarray | None]) -> nn.Module | None:
    """A matrix and numbers added: Gemm, or MatMul without them."""
    weight, bias = arrays[1], arrays[2] if len(arrays) > 2 else None
    plain = facts.get("alpha", 1.0) == facts.get("beta", 1.0) == 1.0 and not facts.get("transA")
    if weight is None or weight.ndim != 2 or not plain:
        return None
    return matrix(weight if facts.get("transB") else weight.T, bias)


def matrix(weight: np.ndarray, bias: np.ndarray | None) -> nn.Linear:
    """Make a linear layer of ``weight`` (outputs, inputs) and ``bias`` of as many numbers."""
    outputs, inputs = weight.shape
    layer = nn.Linear(inputs, outputs, bias is not None, device="meta")
    arrays = {} if bias is None else {"bias": np.broadcast_to(bias.reshape(-1), (outputs,)).copy()}
    return with_arrays(layer, weight=np.ascontiguousarray(weight), **arrays)


def batch_norm(facts: dict[str, Any], arrays: list[np.ndarray | None]) -> nn.Module | None:
    """Batch norm with the statistics that are kept."""
    names = ("weight", "bias", "running_mean", "running_var")
    known = [array for array in arrays[1:5] if array is not None]
    if len(known) != len(names) or facts.get("training_mode"):
        return None
    layer = nn.BatchNorm2d(len(known[0]), eps=facts.get("epsilon", 1e-5), device="meta")
    counter = {"num_batches_tracked": np.array(0)}
    return with_arrays(layer, **counter, **dict(zip(names, known, strict=True)))


def max_pool(facts: dict[str, Any], arrays: list[np.ndarray | None]) -> nn.Module | None:
    """Max pooling that pads both sides alike."""
    padding = same_on_both(facts)
    if padding is None or facts.get("ceil_mode") or len(facts["kernel_shape"]) != 2:
        return None
    steps, dilation = pair(facts.get("strides")), pair(facts.get("dilations"))
    return nn.MaxPool2d(pair(facts["kernel_shape"]), steps, padding, dilation)


def average_pool(facts: dict[str, Any], arrays: list[np.ndarray | None]) -> nn.Module | None:
    """Average pooling that pads both sides alike."""
    padding = same_on_both(facts)
    usual = not facts.get("ceil_mode") and pair(facts.get("dilations")) == (1, 1)
    if padding is None or not usual or len(facts["kernel_shape"]) != 2:
        return None
    return nn.AvgPool2d(
        pair(facts["kernel_shape"]),
        pair(facts.get("strides")),
        padding,
        count_include_pad=bool(facts.get("count_include_pad", 0)),
    )


def same_on_both(facts: dict[str, Any]) -> tuple[int, int] | None:
    """Return the padding of rows and columns; None where one side gets more than the other."""
    if facts.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        return None
    top, left, bottom, right = (facts.get("pads") or [0, 0, 0, 0])[:4]
    return (top, left) if (top, left) == (bottom, right) else None


def pair(values: Any) -> tuple[int, int]:  # noqa: ANN401 - a list of two, or nothing
    """Return rows and columns, 1 where nothing is said."""
    return (1, 1) if not values else (int(values[0]), int(values[1]))


def leaky_relu(facts: dict[str, Any], arrays: list[np.ndarray | None]) -> nn.Module | None:
    """ReLU that lets a share of what is negative through."""
    return nn.LeakyReLU(facts.get("alpha", 0.01))


MAKERS: Final[dict[str, Callable[[dict[str, Any], list[np.ndarray | None]], nn.Module | None]]] = {
    "Conv": convolution,
    "Gemm": linear,
    "MatMul": linear,
    "BatchNormalization": batch_norm,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": lambda *_: nn.AdaptiveAvgPool2d(1),
    "Relu": lambda *_: nn.ReLU(),
    "LeakyRelu": leaky_relu,
    "Tanh": lambda *_: nn.Tanh(),
    "Sigmoid": lambda *_: nn.Sigmoid(),
    "Flatten": lambda *_: nn.Flatten(),
    "Reshape": lambda *_: nn.Flatten(),
}
