"""What torch says to a configuration, and whether what the reader's function returned agrees."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.check.carrying_out import Caller, CallResult
from core.check.configurations import Configuration
from core.check.reading import wrong_number
from core.check.signature import ConvolutionRequest, Signature, arguments
from core.comparison.magnitudes import layer_sums
from core.comparison.rounding import Array, Sums, agreeing
from core.comparison.torch_layer import convolution_layer, run_layer
from core.files import write_atomically
from core.system import one_torch_thread


@dataclass(frozen=True)
class Verdict:
    """Whether a configuration is right, a sentence about what is wrong, and whether it hung.

    ``arrays`` are those that went in ("x", "weight", "bias", "dy" or the cache's "Z", "W", "b",
    "A_prev"), what must come out ("y_expected") and what came out ("y_returned"), all in the
    function's layout; what came out is missing where nothing did.
    """

    right: bool
    sentence: str = ""
    hung: bool = False
    arrays: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """What goes in and comes out, (N, C, H, W): the arrays, torch's results, the sums behind them.

    Results are "y", "dx", "dweight" and "dbias".
    """

    arrays: Mapping[str, Array | None]
    results: Mapping[str, Array]
    sums: Mapping[str, Sums]


@lru_cache(maxsize=1000)
def compute_expected(configuration: Configuration) -> Expected:
    """Make random numbers, the same every time, and compute with torch what they give.

    All functions of a file are held against the same; nobody may change these arrays.
    """
    random, c = np.random.default_rng(7), configuration

    def draw(*shape: int) -> Array:
        return random.standard_normal(shape).astype(c.dtype)

    x = draw(c.batch, c.channels, *c.size)
    weight = draw(c.out_channels, c.per_group, *c.kernel)
    dy = draw(c.batch, c.out_channels, *c.output_size)
    bias = draw(c.out_channels) if c.bias else None
    layer = convolution_layer(weight, bias, c.stride, c.padding, c.dilation, c.groups)
    with one_torch_thread():
        results = run_layer(layer, torch.tensor(x), torch.tensor(dy))
        sums = layer_sums(layer, torch.tensor(x), torch.tensor(dy))
    arrays = {"x": x, "weight": weight, "dy": dy, "bias": bias, "y": results["y"]}
    return Expected(arrays, results, sums)


def judge(process: Caller, signature: Signature, configuration: Configuration) -> Verdict:
    """Call the reader's function with a configuration and compare."""
    expected = compute_expected(configuration)
    called = call(process, signature, configuration, expected.arrays)
    by_role = arguments(signature, expected.arrays, _settings(configuration))
    verdict = (
        _compare(signature, expected, called)
        if called.ending == "returned"
        else Verdict(False, called.sentence, called.ending == "hung")
    )
    return replace(verdict, arrays=_arrays(signature, expected, by_role, called))


def call(
    process: Caller,
    signature: Signature,
    configuration: Configuration,
    arrays: Mapping[str, Array | None],
) -> CallResult:
    """Call the reader's function with arrays (N, C, H, W) that fit to a configuration."""
    by_role = arguments(signature, arrays, _settings(configuration))
    return process.call(ConvolutionRequest(signature, by_role))


def write_arrays(arrays: Mapping[str, Array], path: Path) -> None:
    """Write a case's arrays as ``.npz``, to be read with ``numpy.load``; may raise ``OSError``.

    ``path`` appears whole or not at all.
    """
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    write_atomically(path, file.getvalue())


def _arrays(
    signature: Signature, expected: Expected, by_role: Mapping[str, Any], called: CallResult
) -> dict[str, Array]:
    """Name the arrays that went in, must come out, and came out."""
    entered = {role: by_role[role] for role in signature.parameters}
    entered |= entered.pop("cache", {})
    arrays = {name: each for name, each in entered.items() if isinstance(each, np.ndarray)}
    names = _returned_names(signature)
    for name in names:
        arrays[f"{name}_expected"] = _in_layout(signature, name, expected.results[name])
    fitting = len(called.arrays) == len(names)
    for place, array in enumerate(called.arrays):
        arrays[f"{names[place] if fitting else place}_returned"] = array
    return arrays


def _settings(configuration: Configuration) -> dict[str, Any]:
    """Give a pair as one number where both are the same, as most functions take it."""
    pairs = {name: getattr(configuration, name) for name in ("stride", "padding", "dilation")}
    numbers: dict[str, Any] = {
        name: pair[0] if pair[0] == pair[1] else pair for name, pair in pairs.items()
    }
    return {**numbers, "groups": configuration.groups}


def _compare(signature: Signature, expected: Expected, called: CallResult) -> Verdict:
    names = _returned_names(signature)
    if len(called.arrays) != len(names):
        return Verdict(False, wrong_number(names, len(called.arrays)))
    for name, ours in zip(names, called.arrays, strict=True):
        theirs = _in_layout(signature, name, expected.results[name])
        sums = expected.sums[name]
        laid_out = Sums(_in_layout(signature, name, sums.magnitudes), sums.terms)
        if name == "dbias" and ours.size == theirs.size:
            ours = ours.reshape(theirs.shape)  # the article keeps its bias in some other shape
        if ours.ndim != theirs.ndim:
            return Verdict(
                False,
                f"{name} must have {theirs.ndim} axes, {_axes(signature, name)}, not {ours.ndim}: "
                f"its shape must be {theirs.shape}, not {ours.shape}.",
            )
        if ours.shape != theirs.shape:
            return Verdict(False, f"The shape of {name} must be {theirs.shape}, not {ours.shape}.")
        wrong = ~agreeing(ours, theirs, laid_out)
        if wrong.any():
            return Verdict(False, first_wrong(name, ours, theirs, laid_out, wrong))
    if called.changed:
        return Verdict(False, f"It changed its argument {' and '.join(called.changed)}.")
    return Verdict(True)


def first_wrong(
    name: str, ours: Array, theirs: Array, sums: Sums, wrong: np.ndarray[Any, np.dtype[np.bool_]]
) -> str:
    """Say what the first wrong number is and must be, and how many are wrong."""
    at = tuple(int(k) for k in np.argwhere(wrong)[0])
    place = ", ".join(map(str, at))
    digits = next((n for n in (6, 9) if f"{ours[at]:.{n}g}" != f"{theirs[at]:.{n}g}"), 17)
    sentence = (
        f"{name}{f'[{place}]' if at else ''} is {ours[at]:.{digits}g}, must be "
        f"{theirs[at]:.{digits}g} ({int(wrong.sum())} of {wrong.size} numbers are wrong)."
    )
    narrow = theirs.astype(np.float32)
    with np.errstate(over="ignore"):
        rounded = np.array_equal(ours, ours.astype(np.float32))
    if theirs.dtype == np.float64 and rounded and agreeing(ours, narrow, sums).all():
        sentence += " It looks computed in float32: the numbers that came in are float64."
    return sentence


def _axes(signature: Signature, name: str) -> str:
    """Name the axes of what comes out."""
    nchw = signature.layout == "nchw"
    if name == "dbias":
        return "(O)"
    if name == "dweight":
        return "(O, C, KH, KW)" if nchw else "(O, KH, KW, C)"
    return "(N, C, H, W)" if nchw else "(H, W, C)"


def _returned_names(signature: Signature) -> tuple[str, ...]:
    if not signature.backward:
        return ("y",)
    return ("dweight", "dbias", "dx") if signature.layout == "hwc" else ("dx", "dweight", "dbias")


def _in_layout(signature: Signature, name: str, array: Array) -> Array:
    if signature.layout == "nchw" or name == "dbias":
        return array
    return array.transpose(0, 2, 3, 1) if name == "dweight" else array[0].transpose(1, 2, 0)
