"""Take one channel of a layer apart into what each of its inputs put into it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.explain.receptive_field import padding_before


@dataclass(frozen=True)
class Contributions:
    """One channel's output as a sum: total = parts added up + bias + rounding, to the last digit.

    ``parts`` (number of inputs, ...) holds what each input put in, one map each for a layer with
    maps and one number each for a linear layer; ``inputs`` says which channels of the layer before
    they are (a grouped convolution reads only its group). ``total`` (...) is the float32 output as
    the network itself computed it. ``rounding`` (...) is what the network's float32 arithmetic lost
    against the float64 sum: the part that no input is answerable for.
    """

    inputs: tuple[int, ...]
    parts: NDArray[np.float64]
    bias: float
    total: NDArray[np.float32]
    rounding: NDArray[np.float64]

    def strongest(self) -> list[int]:
        """Order the parts, as positions in ``inputs``, from most to least influence.

        Influence is the sum of magnitudes over the map.
        """
        influence = np.abs(np.nan_to_num(self.parts)).reshape(len(self.parts), -1).sum(axis=1)
        return [int(position) for position in np.argsort(-influence, kind="stable")]


def contributions(
    layer: nn.Module, x: Tensor, output: Tensor, channel: int
) -> Contributions | None:
    """Split ``output[channel]`` of ``layer`` into the parts of its inputs.

    ``x`` and ``output`` are what went into and came out of the layer for one photo, without N, as
    from ``trace``. None for a layer that does not add up weighted inputs, as ReLU or pooling,
    whose channel comes from the same channel before it. Raises ``ValueError`` for a channel that
    the layer does not have.
    """
    if not 0 <= channel < len(output):
        raise ValueError(f"expected a channel from 0 to {len(output) - 1}, not {channel}")
    inputs: Sequence[int]
    with torch.no_grad():
        if isinstance(layer, nn.Conv2d):
            inputs, parts, bias = _convolution_parts(layer, x.double(), channel)
        elif isinstance(layer, nn.Linear):
            inputs, parts = range(len(x)), x.double() * layer.weight[channel].double()
            bias = 0.0 if layer.bias is None else float(layer.bias[channel])
        elif isinstance(layer, nn.BatchNorm2d | nn.BatchNorm1d):
            inputs, parts, bias = _batch_norm_parts(layer, x.double(), channel)
        else:
            return None
    parts_array = parts.numpy()
    total = output[channel].detach().numpy()
    with np.errstate(invalid="ignore", over="ignore"):  # a network full of NaN can be looked at too
        rounding = total.astype(np.float64) - (parts_array.sum(axis=0) + bias)
    return Contributions(tuple(inputs), parts_array, bias, total, np.asarray(rounding))


def kernels(layer: nn.Module, channel: int) -> NDArray[np.float32] | None:
    """The weights that make one channel: (inputs, kernel height, kernel width), or None."""
    if isinstance(layer, nn.Conv2d):
        return np.asarray(layer.weight[channel].detach().numpy())
    return None


def _convolution_parts(
    layer: nn.Conv2d, x: Tensor, channel: int
) -> tuple[Sequence[int], Tensor, float]:
    per_group = layer.in_channels // layer.groups
    group = channel // (layer.out_channels // layer.groups)
    inputs = range(group * per_group, (group + 1) * per_group)
    weight = layer.weight[channel].double().unsqueeze(1)  # one kernel an input, each on its own
    parts = functional.conv2d(
        _padded(layer, x[inputs.start : inputs.stop].unsqueeze(0)),
        weight,
        stride=layer.stride,
        dilation=layer.dilation,
        groups=per_group,
    )
    return inputs, parts[0], 0.0 if layer.bias is None else float(layer.bias[channel])


def _padded(layer: nn.Conv2d, x: Tensor) -> Tensor:
    top, left = padding_before(layer, 0), padding_before(layer, 1)
    bottom, right = top, left
    if layer.padding == "same":
        bottom, right = (
            layer.dilation[axis] * (layer.kernel_size[axis] - 1) - before
            for axis, before in ((0, top), (1, left))
        )
    mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
    return functional.pad(x, (left, right, top, bottom), mode=mode)


def _batch_norm_parts(
    layer: nn.BatchNorm2d | nn.BatchNorm1d, x: Tensor, channel: int
) -> tuple[Sequence[int], Tensor, float]:
    if layer.running_mean is None or layer.running_var is None:
        raise ValueError("expected a batch norm with running statistics, as a trained one has")
    scale = 1 / torch.sqrt(layer.running_var[channel].double() + layer.eps)
    shift = -layer.running_mean[channel].double() * scale
    if layer.affine:
        weight = layer.weight[channel].double()
        scale, shift = scale * weight, shift * weight + layer.bias[channel].double()
    return [channel], (x[channel] * scale).unsqueeze(0), float(shift)
