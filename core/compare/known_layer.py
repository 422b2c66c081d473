"""The sums behind an array, exactly, where the layer, its input and its weight are known."""

import copy
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import nn

from core.compare.basis import Basis
from core.compare.resummed import terms_behind, units_of_orders
from core.comparison.magnitudes import layer_sums
from core.comparison.rounding import Array
from core.comparison.torch_layer import HeightWidth, convolution_layer, linear_layer, run_layer
from core.errors import ComparisonError
from core.wording import shape_words

KINDS: Final = ("conv", "linear")
RESULTS: Final = ("y", "dx", "dweight", "dbias")


@dataclass(frozen=True)
class KnownLayer:
    """A layer whose arrays are at hand; ``result`` is which of its results is compared.

    ``x`` is (N, C, H, W) or (C, H, W) for a convolution and (N, F) or (F,) for a linear layer,
    ``weight`` as torch keeps it: (O, C / groups, KH, KW) or (O, F). ``dy``, the gradient of the
    output, is needed for any result but "y".
    """

    kind: str
    x: Array
    weight: Array
    bias: Array | None = None
    dy: Array | None = None
    stride: HeightWidth = (1, 1)
    padding: HeightWidth = (0, 0)
    dilation: HeightWidth = (1, 1)
    groups: int = 1
    result: str = "y"


def from_layer(known: KnownLayer, shape: tuple[int, ...]) -> Basis:
    """Compute the sums behind ``known.result``, whose arrays have ``shape``, and the result.

    A sum of products of x and w has the magnitude sum |x||w|, computed in float64. The result may
    lack the axis of the batch. ``ComparisonError`` says what does not fit together.
    """
    check_arrays(known)
    layer = build(known)
    x = torch.from_numpy(batched(known, known.x)).double()
    try:
        with torch.no_grad():
            y = copy.deepcopy(layer).double()(x)
    except RuntimeError as error:
        raise ComparisonError(
            f"This {known.kind} layer cannot read an input of {shape_words(known.x.shape)} with a "
            f"weight of {shape_words(known.weight.shape)}: {first_line(error)}."
        ) from error
    dy = gradient(known, y)
    results = run_layer(copy.deepcopy(layer).double(), x, dy)
    sums = layer_sums(layer, x, dy)[known.result]
    exact = results[known.result]
    if exact.shape != shape:
        if exact.shape[1:] != shape or len(exact) != 1 or known.result not in ("y", "dx"):
            raise ComparisonError(
                f"{known.result} of this layer is {shape_words(exact.shape)}, and the arrays are "
                f"{shape_words(shape)}: look at stride, padding, dilation and groups."
            )
        exact = exact[0]
        sums = type(sums)(sums.magnitudes[0], sums.terms)

    def orders(index: tuple[int, ...], dtype: np.dtype) -> int:
        return units_of_orders(terms_behind(layer, x, dy, known.result, index), dtype)

    words = (
        f"What each number's terms add up to in magnitude, sum |x||w|, is computed from the input "
        f"and the weight; a sum of this {known.kind} layer has up to {sums.terms:,} terms."
    )
    return Basis(sums, words, exact, orders=orders)


def check_arrays(known: KnownLayer) -> None:
    """Raise ``ComparisonError`` for arrays that are no layer's, or hold what is no number."""
    axes = 4 if known.kind == "conv" else 2
    wanted = "(O, C / groups, KH, KW)" if axes == 4 else "(O, F)"
    if known.weight.ndim != axes or not known.weight.size:
        raise ComparisonError(
            f"The weight of a {known.kind} layer is {wanted}, not "
            f"{shape_words(known.weight.shape)}."
        )
    if known.x.ndim not in (axes, axes - 1):
        wanted = "(N, C, H, W)" if axes == 4 else "(N, F)"
        raise ComparisonError(
            f"The input of a {known.kind} layer is {wanted}, not {shape_words(known.x.shape)}."
        )
    if known.bias is not None and known.bias.shape != known.weight.shape[:1]:
        raise ComparisonError(
            f"The bias must be {len(known.weight)}, one number for each output, not "
            f"{shape_words(known.bias.shape)}."
        )
    if len(known.weight) % known.groups:
        raise ComparisonError(
            f"{len(known.weight)} output channels cannot be shared out to {known.groups} groups."
        )


def build(known: KnownLayer) -> nn.Module:
    """Build the layer in float64, so that no input is rounded to its dtype."""
    weight = known.weight.astype(np.float64)
    bias = None if known.bias is None else known.bias.astype(np.float64)
    if known.kind == "linear":
        return linear_layer(weight, bias)
    settings = (known.stride, known.padding, known.dilation, known.groups)
    return convolution_layer(weight, bias, *settings)


def batched(known: KnownLayer, array: Array) -> Array:
    """Return an array with the axis of the batch, which may have been left out."""
    axes = 4 if known.kind == "conv" else 2
    return array[np.newaxis] if array.ndim == axes - 1 else array


def gradient(known: KnownLayer, y: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the output ``y``, zeros where nothing but ``y`` is asked for."""
    if known.result == "y":
        return torch.zeros_like(y)
    if known.dy is None:
        raise ComparisonError(f"For {known.result} the output's gradient is needed: --dy.")
    dy = batched(known, known.dy)
    if dy.shape != tuple(y.shape):
        raise ComparisonError(
            f"The output's gradient must be {shape_words(tuple(y.shape))} as the output is, not "
            f"{shape_words(dy.shape)}."
        )
    return torch.from_numpy(dy).double()


def first_line(error: Exception) -> str:
    """Return what torch says, without its details."""
    return str(error).partition("\n")[0].rstrip(".")
