"""One layer in torch, forward and backward: what NumPy's numbers are held against."""

from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.comparison.rounding import Array

HeightWidth = tuple[int, int]
Given = TypeVar("Given", bound=nn.Module)


class BareConv2d(nn.Conv2d):
    """A convolution without a draw of weights, which are replaced: on the meta device it would
    begin with importing sympy, a second, and take a millisecond each time.
    """

    def reset_parameters(self) -> None:
        """Leave the weights as they lie in memory."""


class BareLinear(nn.Linear):
    """A linear layer, the same."""

    def reset_parameters(self) -> None:
        """Leave the weights as they lie in memory."""


def run_layer(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Array]:
    """Return the output "y" of ``layer`` at ``x`` (N, ...) and the gradients that ``dy`` gives.

    These are "dx", and "d" with the name of each parameter: "dweight", "dbias".
    """
    parameters = dict(layer.named_parameters())
    entered = x.detach().clone().requires_grad_()
    y = layer(entered.clone() if getattr(layer, "inplace", False) else entered)
    dx, *gradients = torch.autograd.grad(y, [entered, *parameters.values()], dy)
    results = {"y": y.detach(), "dx": dx}
    results |= {f"d{name}": each for name, each in zip(parameters, gradients, strict=True)}
    return {name: tensor.numpy() for name, tensor in results.items()}


def convolution_layer(
    weight: Array,
    bias: Array | None,
    stride: HeightWidth,
    padding: HeightWidth,
    dilation: HeightWidth,
    groups: int,
) -> nn.Conv2d:
    """Make a convolution of ``weight`` (O, C / groups, KH, KW) and ``bias`` (O,), 0 where None."""
    out, ins, *kernel = weight.shape
    zero = np.zeros(out, weight.dtype)
    layer = BareConv2d(ins * groups, out, (kernel[0], kernel[1]), stride, padding, dilation, groups)
    return with_arrays(layer, weight=weight, bias=zero if bias is None else bias)


def linear_layer(weight: Array, bias: Array | None = None) -> nn.Linear:
    """Make a linear layer of ``weight`` (outputs, inputs) and ``bias`` (outputs,)."""
    outputs, inputs = weight.shape
    layer = BareLinear(inputs, outputs, bias is not None)
    return with_arrays(layer, weight=weight, **({} if bias is None else {"bias": bias}))


def with_arrays(layer: Given, **arrays: Array) -> Given:
    """Let copies of the arrays be the layer's parameters and running statistics of those names."""
    tensors = {name: torch.tensor(array) for name, array in arrays.items()}
    layer.load_state_dict(tensors, strict=False, assign=True)
    return layer
