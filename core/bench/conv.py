"""The convolutions of the article's network: NumPy against torch, forward and backward."""

import argparse
import math
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from core.bench.measure import in_turns, median_ratio, table
from core.numpy_nn import article, conv2d, conv2d_backward
from core.numpy_nn.convolution import bias_gradient, conv2d_parameter_gradients
from core.numpy_nn.engine import buffers, plain_convolution
from core.numpy_nn.engine.parallel import pool
from core.numpy_nn.geometry import convolution_geometry

if TYPE_CHECKING:
    import torch

WARM_UP_SECONDS = 0.15
"""Calls before those timed: the other engine's threads spin for a tenth of a second, waiting for
more work, and take the core from whoever comes next."""


@dataclass(frozen=True)
class Case:
    """One convolution, at the size that it has in the network for 224-pixel photos."""

    channels: int
    channels_out: int
    kernel: int
    stride: int
    padding: int
    size: int

    @property
    def name(self) -> str:
        """The convolution in the article's own short form."""
        extra = f", s{self.stride}" if self.stride > 1 else ""
        extra += f", p{self.padding}" if self.padding else ""
        return f"Conv({self.channels}, {self.channels_out}, k{self.kernel}{extra})"

    def arrays(self, batch: int) -> tuple[np.ndarray, ...]:
        """Return random x, weight, bias and dy in float32."""
        generator = np.random.default_rng(0)
        side = (self.size + 2 * self.padding - self.kernel) // self.stride + 1
        shapes = (
            (batch, self.channels, self.size, self.size),
            (self.channels_out, self.channels, self.kernel, self.kernel),
            (self.channels_out,),
            (batch, self.channels_out, side, side),
        )
        return tuple(generator.normal(size=shape).astype(np.float32) for shape in shapes)


CASES = (
    Case(3, 16, 11, 3, 0, 224),
    Case(16, 32, 5, 1, 0, 36),
    Case(32, 64, 3, 1, 1, 16),
    Case(64, 64, 3, 1, 0, 16),
)


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench conv", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--batches", type=int, nargs="+", default=[16, 1])
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = build_parser().parse_args(arguments)
    for batch in options.batches:
        print(f"Forward and backward, batch {batch}, medians of {options.repetitions} turns:\n")
        print(both_ways(batch, options.repetitions), end="\n\n")
    print(f"Forward at batch 1, medians of {options.repetitions} turns:\n")
    print(forward_only(options.repetitions))
    return 0


def both_ways(batch: int, repetitions: int) -> str:
    """Return the table of forward plus backward, and its geometric mean."""
    rows, ratios = [], []
    for case in CASES:
        measured = in_turns(contestants(case, batch), repetitions)
        ratios.append(median_ratio(measured["NumPy"], measured["torch"]))
        rows.append([case.name, *times(measured, ratios[-1]), megabytes(buffer_bytes(case, batch))])
    mean = math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))
    rows.append(["geometric mean", "", "", f"{mean:.2f}", "", ""])
    first = CASES[0]
    measured = in_turns(contestants(first, batch, input_gradient=False), repetitions)
    ratio = median_ratio(measured["NumPy"], measured["torch"])
    rows.append([f"{first.name} without dx", *times(measured, ratio), ""])
    heads = ["convolution", "torch, ms", "NumPy, ms", "ratio", "plain NumPy's ratio", "buffers, MB"]
    return table(heads, rows)


def times(measured: dict[str, list[float]], ratio: float) -> list[str]:
    """Return the cells of both engines' times and the ratios to torch's."""
    cells = [f"{1000 * statistics.median(measured[name]):.2f}" for name in ("torch", "NumPy")]
    return [*cells, f"{ratio:.2f}", f"{median_ratio(measured['plain'], measured['torch']):.2f}"]


def contestants(
    case: Case, batch: int, input_gradient: bool = True
) -> dict[str, Callable[[], float]]:
    """Return what takes turns: each returns the seconds of one forward and backward pass."""
    x, weight, bias, dy = case.arrays(batch)
    options = case.stride, case.padding
    size, kernel = (case.size, case.size), (case.kernel, case.kernel)
    geometry = convolution_geometry(size, kernel, *options, 1)
    tensors, torch_dy = torch_arrays(x, weight, bias, dy)
    tensors[0].requires_grad_(input_gradient)

    def with_torch() -> None:
        import torch.nn.functional

        for tensor in tensors:
            tensor.grad = None
        convolve: Any = torch.nn.functional.conv2d
        convolve(*tensors, *options).backward(torch_dy)

    def with_numpy() -> None:
        conv2d(x, weight, bias, *options)
        backward = conv2d_backward if input_gradient else conv2d_parameter_gradients
        backward(dy, x, weight, *options)

    def with_plain_numpy() -> None:
        plain_convolution.correlate(x, weight, bias, geometry, 1)
        plain_convolution.weight_gradient(dy, x, weight.shape, geometry, 1)
        if input_gradient:
            plain_convolution.input_gradient(dy, weight, geometry, 1)
        bias_gradient(dy, dy.dtype)

    calls = 5 if batch > 1 else 40
    return {
        "torch": lambda: seconds(with_torch, calls),
        "NumPy": lambda: seconds(with_numpy, calls),
        "plain": lambda: seconds(with_plain_numpy, calls),
    }


def torch_arrays(*arrays: np.ndarray) -> tuple[list["torch.Tensor"], "torch.Tensor"]:
    """Return all but the last array as tensors that want gradients, and the last."""
    import torch

    *tensors, last = (torch.from_numpy(array) for array in arrays)
    return [tensor.requires_grad_() for tensor in tensors], last


def seconds(function: Callable[[], object], calls: int) -> float:
    """Return the mean seconds of a call, after a while of calls that do not count."""
    warm = time.perf_counter() + WARM_UP_SECONDS
    while time.perf_counter() < warm:
        function()
    started = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - started) / calls


def buffer_bytes(case: Case, batch: int) -> int:
    """Return the most memory that forward and backward hold beyond arguments and results."""
    x, weight, bias, dy = case.arrays(batch)
    pool().shutdown()  # its threads keep their buffers: start with new ones
    pool.cache_clear()
    buffers.kept.__dict__.clear()
    tracemalloc.start()
    results = [conv2d(x, weight, bias, case.stride, case.padding)]
    results += conv2d_backward(dy, x, weight, case.stride, case.padding)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - sum(result.nbytes for result in results)


def megabytes(size: int) -> str:
    """Return bytes as megabytes with one digit."""
    return f"{size / 1e6:.1f}"


def forward_only(repetitions: int) -> str:
    """Return the table of the forward pass at batch 1, beside the article's loops."""
    import torch.nn.functional

    rows = []
    for case in CASES:
        x, weight, bias, _ = case.arrays(1)
        tensors = [torch.from_numpy(array) for array in (x, weight, bias)]
        runners: dict[str, Callable[[], object]] = {
            "torch": partial(torch.nn.functional.conv2d, *tensors, case.stride, case.padding),
            "NumPy": partial(conv2d, x, weight, bias, case.stride, case.padding),
        }
        turns = {name: partial(seconds, run, 20) for name, run in runners.items()}
        measured = in_turns(turns, repetitions)
        loops = statistics.median(article_seconds(case) for _ in range(3))
        ours = statistics.median(measured["NumPy"])
        rows.append(
            [
                case.name,
                f"{1000 * statistics.median(measured['torch']):.3f}",
                f"{1000 * ours:.3f}",
                f"{median_ratio(measured['NumPy'], measured['torch']):.2f}",
                f"{1000 * loops:.0f}",
                f"{loops / ours:.0f}",
            ]
        )
    heads = ["convolution", "torch, ms", "NumPy, ms", "ratio", "article's loops, ms", "times NumPy"]
    return table(heads, rows)


def article_seconds(case: Case) -> float:
    """Return the seconds of one forward pass of the article's loops."""
    x, weight, bias, _ = case.arrays(1)
    image, weight = x[0].transpose(1, 2, 0), weight.transpose(0, 2, 3, 1)
    started = time.perf_counter()
    article.conv2d(image, weight, case.stride, case.padding, 1, 1, bias)
    return time.perf_counter() - started
