"""How long one convolution takes, forward and backward, in three ways."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch

from core.comparison.torch_layer import run_layer
from core.conv_lab.arrays import Arrays, make_arrays
from core.conv_lab.engines import run_numpy, torch_layer
from core.conv_lab.experiment import Experiment
from core.numpy_nn import article

LOOPS, FAST, TORCH = "The article's loops", "NumPy engine", "torch"
_REPEATS = 9
_LOOP_SECONDS = 3.5e-6 * 5  # for one output, forward and backward, on a slow machine


@dataclass(frozen=True)
class Timing:
    """Median seconds of one forward and backward pass."""

    name: str
    seconds: float


def expected_loop_seconds(experiment: Experiment) -> float:
    """Estimate roughly how long the loops will take, to warn before they are started."""
    rows, columns = experiment.output_size
    return rows * columns * experiment.out_channels * _LOOP_SECONDS


def measure(experiment: Experiment) -> list[Timing]:
    """Time the article's loops, the NumPy engine and torch on the experiment's own numbers."""
    right = experiment.with_changes(mistake="")
    arrays = make_arrays(right)
    layer = torch_layer(right, arrays)
    x, dy = torch.tensor(arrays.x[None]), torch.tensor(arrays.dy[None])
    loops = 1 if expected_loop_seconds(right) > 0.3 else 3
    return [
        _timed(LOOPS, lambda: run_loops(right, arrays), loops),
        _timed(FAST, lambda: run_numpy(right, arrays), _REPEATS),
        _timed(TORCH, lambda: run_layer(layer, x, dy), _REPEATS),
    ]


def run_loops(e: Experiment, arrays: Arrays) -> None:
    """Run the article's forward and backward pass, whose arrays have their channels last."""
    weight = arrays.weight.transpose(0, 2, 3, 1)
    cache = article.conv2d_forward(
        arrays.x.transpose(1, 2, 0), weight, arrays.bias, e.stride, e.padding, e.dilation, e.groups
    )
    dy = arrays.dy.transpose(1, 2, 0)
    article.conv2d_backward(dy, cache, e.stride, e.padding, e.dilation, e.groups)


def _timed(name: str, work: Callable[[], object], repeats: int) -> Timing:
    if repeats > 1:
        work()  # the first call warms up
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return Timing(name, median(seconds))
