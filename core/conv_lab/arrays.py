"""The numbers of an experiment: its input, kernel, bias and upstream gradient."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.comparison.rounding import Array
from core.conv_lab.experiment import Experiment
from core.conv_lab.own import decode_own

_Random = np.random.Generator


@dataclass(frozen=True)
class Arrays:
    """What goes into a convolution: x (C, H, W), weight (O, C / groups, KH, KW), bias (O,) or None,
    and dy (O, OH, OW), all of the experiment's dtype.
    """

    x: Array
    weight: Array
    bias: Array | None
    dy: Array


def make_arrays(experiment: Experiment) -> Arrays:
    """Make the numbers of a legal experiment; the same ones every time."""
    dtype = np.dtype(experiment.dtype)
    return Arrays(
        x=make_image(experiment).astype(dtype),
        weight=make_filters(experiment).astype(dtype),
        bias=make_bias(experiment).astype(dtype) if experiment.bias else None,
        dy=make_upstream(experiment).astype(dtype),
    )


def make_image(experiment: Experiment) -> Array:
    """Make the input (C, H, W).

    Every second channel is mirrored, and one that is still like a channel before it is moved on by
    a row and a column, round the edges, until it differs; ones can not.
    """
    if experiment.image == "own":
        return decode_own(experiment.image_data, experiment.image_shape)
    draw = _IMAGES[experiment.image]
    channels: list[Array] = []
    for channel in range(experiment.channels):
        picture = draw(experiment.height, experiment.width, _random(experiment, 1, channel))
        channels.append(_unlike(channels, picture[:, ::-1] if channel % 2 else picture))
    return np.stack(channels)


def _unlike(others: Sequence[Array], picture: Array) -> Array:
    for _ in range(max(picture.shape)):
        if not any(np.array_equal(picture, other) for other in others):
            break
        picture = np.roll(picture, (1, 1), axis=(0, 1))
    return picture


def make_filters(experiment: Experiment) -> Array:
    """Make the kernel (O, C / groups, KH, KW)."""
    if experiment.filters == "own":
        return decode_own(experiment.filters_data, experiment.weight_shape)
    shape = experiment.weight_shape
    if experiment.filters == "random":
        return _two_decimals(_random(experiment, 2).standard_normal(shape) / 2)
    out_channels, per_group, kh, kw = shape
    weight = np.zeros(shape)
    for out in range(out_channels):
        if experiment.filters == "identity":
            weight[out, out % per_group] = _single_one(kh, kw)
        else:
            weight[out] = _FILTERS[experiment.filters](kh, kw, out) / per_group
    return weight


def make_bias(experiment: Experiment) -> Array:
    """Make the bias (O,): 0.1, 0.2, ..., unless it was edited."""
    if experiment.bias_data:
        return decode_own(experiment.bias_data, (experiment.out_channels,))
    return np.arange(1, experiment.out_channels + 1) / 10


def make_upstream(experiment: Experiment) -> Array:
    """Make the upstream gradient (O, OH, OW)."""
    shape = experiment.output_shape
    if experiment.upstream == "own":
        return decode_own(experiment.upstream_data, shape)
    if experiment.upstream == "ones":
        return np.ones(shape)
    if experiment.upstream == "random":
        return _two_decimals(_random(experiment, 3).standard_normal(shape))
    dy = np.zeros(shape)
    dy[experiment.chosen] = 1
    return dy


def _random(experiment: Experiment, *purpose: int) -> _Random:
    return np.random.default_rng((experiment.seed, *purpose))


def _two_decimals(values: Array) -> Array:
    """Round, so that a person can follow the sum; adding 0 turns -0.0 into 0.0."""
    return np.asarray(values.round(2) + 0.0)


def _centred(height: int, width: int) -> tuple[Array, Array]:
    rows = np.arange(height) - (height - 1) / 2
    columns = np.arange(width) - (width - 1) / 2
    return rows[:, None] / max(height, 1) * 2, columns[None, :] / max(width, 1) * 2


def _hill(height: int, width: int, random: _Random) -> Array:
    rows, columns = _centred(height, width)
    return np.clip(1 - (rows**2 + columns**2), 0, 1).round(1)


def _disc(height: int, width: int, random: _Random) -> Array:
    rows, columns = _centred(height, width)
    return (rows**2 + columns**2 <= 0.55).astype(float)


def _step(height: int, width: int, random: _Random) -> Array:
    return np.broadcast_to(np.arange(width) >= width // 2, (height, width)).astype(float)


def _ramp(height: int, width: int, random: _Random) -> Array:
    return np.broadcast_to(np.linspace(0, 1, width).round(2), (height, width))


def _checks(height: int, width: int, random: _Random) -> Array:
    return np.asarray(np.indices((height, width)).sum(axis=0) % 2, float)


def _counting(height: int, width: int, random: _Random) -> Array:
    return np.arange(height * width, dtype=float).reshape(height, width)


def _single_one(height: int, width: int) -> Array:
    picture = np.zeros((height, width))
    picture[(height - 1) // 2, (width - 1) // 2] = 1
    return picture


def _noise(height: int, width: int, random: _Random) -> Array:
    return _two_decimals(random.standard_normal((height, width)))


_IMAGES: Mapping[str, Callable[[int, int, _Random], Array]] = {
    "hill": _hill,
    "disc": _disc,
    "step": _step,
    "ramp": _ramp,
    "checks": _checks,
    "counting": _counting,
    "one": lambda height, width, random: _single_one(height, width),
    "ones": lambda height, width, random: np.ones((height, width)),
    "random": _noise,
}


def _edges(kh: int, kw: int, out: int) -> Array:
    """All edges, then those from left to right, then those from top to bottom, and so on."""
    if out % 3 == 0:
        return kh * kw * _single_one(kh, kw) - 1
    across = np.arange(kw) - (kw - 1) / 2, np.minimum(np.arange(kh) + 1, kh - np.arange(kh))
    down = np.minimum(np.arange(kw) + 1, kw - np.arange(kw)), np.arange(kh) - (kh - 1) / 2
    along_columns, along_rows = across if out % 3 == 1 else down
    return np.outer(along_rows, along_columns)


_FILTERS: Mapping[str, Callable[[int, int, int], Array]] = {
    "edges": _edges,
    "blur": lambda kh, kw, out: np.full((kh, kw), 1 / (kh * kw)),
    "sharpen": lambda kh, kw, out: (kh * kw + 1) * _single_one(kh, kw) - 1,
}
