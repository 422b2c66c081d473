"""Six classic mistakes in a convolution, each planted on purpose into the NumPy engine.

Each works on a batch (N, C, H, W) like ``conv2d`` and ``conv2d_backward`` and is wrong in one way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.comparison.rounding import Array
from core.conv_lab.experiment import Experiment
from core.numpy_nn import conv2d, conv2d_backward

Gradients = tuple[Array, Array, Array]


def _settings(e: Experiment) -> dict[str, object]:
    return {
        "stride": e.stride,
        "padding": e.padding,
        "dilation": e.dilation,
        "groups": e.groups,
    }


def _right_forward(x: Array, weight: Array, bias: Array | None, e: Experiment) -> Array:
    return conv2d(x, weight, bias, **_settings(e))  # type: ignore[arg-type]


def _right_backward(dy: Array, x: Array, weight: Array, e: Experiment) -> Gradients:
    return conv2d_backward(dy, x, weight, **_settings(e))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Mistake:
    """A mistake: what is done wrongly, why the right way exists, and when nobody would notice.

    ``shows_in`` is the array in which it is seen best: "y", "dx", "dweight" or "dbias"; with one of
    the changes in ``louder``, tried in this order, it is seen there.
    """

    title: str
    why: str
    shows_in: str
    silent: Callable[[Experiment], str]
    louder: tuple[Mapping[str, object], ...]
    forward: Callable[[Array, Array, Array | None, Experiment], Array] = _right_forward
    backward: Callable[[Array, Array, Array, Experiment], Gradients] = _right_backward


def _flipped_forward(x: Array, weight: Array, bias: Array | None, e: Experiment) -> Array:
    return _right_forward(x, weight[:, :, ::-1, ::-1], bias, e)


def _flipped_backward(dy: Array, x: Array, weight: Array, e: Experiment) -> Gradients:
    dx, dweight, dbias = _right_backward(dy, x, weight[:, :, ::-1, ::-1], e)
    return dx, dweight[:, :, ::-1, ::-1].copy(), dbias


def _scrambled(x: Array) -> Array:
    """Read pixels (H, W, C) as if they were (C, H, W): what ``reshape`` does."""
    return x.transpose(0, 2, 3, 1).reshape(x.shape)


def _scrambled_forward(x: Array, weight: Array, bias: Array | None, e: Experiment) -> Array:
    return _right_forward(_scrambled(x), weight, bias, e)


def _scrambled_backward(dy: Array, x: Array, weight: Array, e: Experiment) -> Gradients:
    return _right_backward(dy, _scrambled(x), weight, e)


def _remainder_backward(dy: Array, x: Array, weight: Array, e: Experiment) -> Gradients:
    """Take (OH - 1) stride + extent - 2 padding for the input's height; what is missing stays 0."""
    dx, dweight, dbias = _right_backward(dy, x, weight, e)
    dx = dx.copy()
    rows, columns = (max(e.size[i] - e.remainder[i], 0) for i in (0, 1))
    dx[:, :, rows:] = 0
    dx[:, :, :, columns:] = 0
    return dx, dweight, dbias


def _dilation_backward(dy: Array, x: Array, weight: Array, e: Experiment) -> Gradients:
    """Walk back with a kernel without holes over the part of the padded input that it reaches."""
    (top, left), (kh, kw) = e.padding, e.kernel
    padded = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))
    rows = (dy.shape[2] - 1) * e.stride[0] + kh
    columns = (dy.shape[3] - 1) * e.stride[1] + kw
    reached, dweight, dbias = conv2d_backward(
        dy, padded[:, :, :rows, :columns], weight, stride=e.stride, groups=e.groups
    )
    dpadded = np.zeros_like(padded)
    dpadded[:, :, :rows, :columns] = reached
    return dpadded[:, :, top : top + e.height, left : left + e.width], dweight, dbias


def _bias_backward(dy: Array, x: Array, weight: Array, e: Experiment) -> Gradients:
    """Write ``db = dy`` at every output instead of ``db += dy``: the last one remains."""
    dx, dweight, _ = _right_backward(dy, x, weight, e)
    return dx, dweight, dy[:, :, -1, -1].sum(axis=0)


def _groupless_forward(x: Array, weight: Array, bias: Array | None, e: Experiment) -> Array:
    return _right_forward(x[:, : weight.shape[1]], weight, bias, e.with_changes(groups=1))


def _groupless_backward(dy: Array, x: Array, weight: Array, e: Experiment) -> Gradients:
    first = x[:, : weight.shape[1]]
    dfirst, dweight, dbias = _right_backward(dy, first, weight, e.with_changes(groups=1))
    dx = np.zeros_like(x)
    dx[:, : weight.shape[1]] = dfirst
    return dx, dweight, dbias


def _flip_is_silent(e: Experiment) -> str:
    if e.kernel == (1, 1):
        return "A kernel of 1 x 1 looks the same when it is flipped."
    return "Turned by 180 degrees, the kernel gives the same sums with these numbers."


def _remainder_is_silent(e: Experiment) -> str:
    if e.remainder == (0, 0):
        return (
            f"The stride {e.stride[0]} x {e.stride[1]} leaves no row and no column over: "
            "the last window ends exactly at the edge."
        )
    if any(padding and over for padding, over in zip(e.padding, e.remainder, strict=True)):
        return (
            "Windows do reach the rows and columns that are left over, but with these numbers "
            "their gradient is 0."
        )
    return (
        "The rows and columns that are left over were touched by no window, "
        "so their gradient is 0 either way; with padding, windows do reach them."
    )


MISTAKES: Mapping[str, Mistake] = {
    "flip": Mistake(
        "Kernel flipped",
        "Deep learning's convolution lays the kernel on the picture as it is; that of mathematics "
        "turns it by 180 degrees first, and weights trained with one do not fit the other.",
        "y",
        _flip_is_silent,
        ({"filters": "random"}, {"filters": "random", "image": "random", "kernel": (3, 3)}),
        _flipped_forward,
        _flipped_backward,
    ),
    "reshape": Mistake(
        "Reshape instead of transpose",
        "A photo is stored pixel by pixel, (H, W, C); transpose moves the channel axis to the "
        "front, while reshape only renames the axes and mixes the colours of neighbours.",
        "y",
        lambda e: (
            "With one channel there are no axes to mix up: both give the same picture."
            if e.channels == 1
            else "This picture looks the same after its pixels are mixed up."
        ),
        ({"channels": 3, "groups": 1}, {"channels": 3, "groups": 1, "image": "random"}),
        _scrambled_forward,
        _scrambled_backward,
    ),
    "remainder": Mistake(
        "Stride remainder dropped in the backward pass",
        "Where the stride does not divide exactly, rows and columns are left over after the last "
        "step; the gradient must still have the input's full size, so they are added again.",
        "dx",
        _remainder_is_silent,
        (
            {"stride": (2, 2), "padding": (1, 1), "height": 8, "width": 8, "kernel": (3, 3)},
            {"stride": (2, 2), "padding": (1, 1), "height": 8, "width": 8, "kernel": (3, 3)}
            | {"filters": "random", "upstream": "ones", "dilation": (1, 1)},
        ),
        backward=_remainder_backward,
    ),
    "dilation": Mistake(
        "Dilation ignored in the backward pass",
        "A dilated kernel skips pixels between those that it reads, so its gradient must go back "
        "to exactly those that it has read and not to their neighbours.",
        "dx",
        lambda e: (
            "Without dilation the kernel has no holes to ignore."
            if e.dilation == (1, 1)
            else "With these numbers the gradients with and without holes are the same."
        ),
        ({"dilation": (2, 2)}, {"dilation": (2, 2), "kernel": (3, 3), "filters": "random"}),
        backward=_dilation_backward,
    ),
    "bias": Mistake(
        "Bias gradient not summed",
        "One bias is added at every output position, so its gradient is the sum over all of them.",
        "dbias",
        lambda e: (
            "There is no bias here, so it has no gradient."
            if not e.bias
            else "Here the last output's gradient alone happens to be the whole sum."
        ),
        ({"bias": True}, {"bias": True, "upstream": "ones"}),
        backward=_bias_backward,
    ),
    "groups": Mistake(
        "Groups ignored",
        "Each group of output channels reads its own share of the input channels; without that, "
        "all of them read the first share.",
        "y",
        lambda e: (
            "With one group every output channel reads all input channels anyway."
            if e.groups == 1
            else "With these numbers all groups happen to see the same."
        ),
        (
            {"groups": 2, "channels": 2, "out_channels": 2},
            {"groups": 2, "channels": 2, "out_channels": 2, "image": "ramp", "filters": "edges"},
            {"groups": 2, "channels": 2, "out_channels": 2, "image": "random", "filters": "random"},
        ),
        _groupless_forward,
        _groupless_backward,
    ),
}
