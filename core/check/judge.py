"""What torch says to a case, and whether an answer agrees with it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from core.check.cases import Case
from core.check.signature import Array, Signature, arguments
from core.check.worker import Answer, Worker
from core.system import one_torch_thread

# Shares of the sum of the terms' magnitudes: wide enough for any order of summation.
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}


@dataclass(frozen=True)
class Verdict:
    """Whether a case is right, and a sentence about what is wrong."""

    right: bool
    sentence: str = ""


def make_arrays(case: Case) -> dict[str, Array | None]:
    """Make random numbers for a case, the same every time, as (N, C, H, W); y is torch's."""
    random = np.random.default_rng(7)

    def draw(*shape: int) -> Array:
        return random.standard_normal(shape).astype(case.dtype)

    arrays: dict[str, Array | None] = {
        "x": draw(case.batch, case.channels, *case.size),
        "weight": draw(case.out_channels, case.per_group, *case.kernel),
        "dy": draw(case.batch, case.out_channels, *case.output_size),
        "bias": draw(case.out_channels) if case.bias else None,
    }
    arrays["y"] = by_torch(case, arrays)["y"]
    return arrays


def by_torch(case: Case, arrays: dict[str, Array | None]) -> dict[str, Array]:
    """Compute y, dx, dweight and dbias with torch."""
    x, weight, bias, dy = (arrays[name] for name in ("x", "weight", "bias", "dy"))
    assert x is not None and weight is not None and dy is not None
    if bias is None:
        bias = np.zeros(case.out_channels, x.dtype)
    leaves = [torch.from_numpy(array.copy()).requires_grad_() for array in (x, weight, bias)]
    settings = (case.stride, case.padding, case.dilation, case.groups)
    with one_torch_thread():
        y = F.conv2d(leaves[0], leaves[1], leaves[2], *settings)
        gradients = torch.autograd.grad(y, leaves, torch.from_numpy(dy.copy()))
    results = zip(("y", "dx", "dweight", "dbias"), (y, *gradients), strict=True)
    return {name: tensor.detach().numpy() for name, tensor in results}


def judge(worker: Worker, signature: Signature, case: Case) -> Verdict:
    """Call the reader's function with a case and compare."""
    arrays = make_arrays(case)
    answer = worker.call(signature, arguments(signature, arrays, _settings(case)))
    if answer.kind != "returned":
        verb = "raised" if answer.kind == "raised" else "gave no answer:"
        return Verdict(False, f"it {verb} {answer.sentence}")
    return _compare(signature, case, arrays, answer)


def _settings(case: Case) -> dict[str, Any]:
    """Give a pair as one number where both are the same, as most functions take it."""
    pairs = {name: getattr(case, name) for name in ("stride", "padding", "dilation")}
    numbers: dict[str, Any] = {
        name: pair[0] if pair[0] == pair[1] else pair for name, pair in pairs.items()
    }
    return {**numbers, "groups": case.groups}


def _compare(
    signature: Signature, case: Case, arrays: dict[str, Array | None], answer: Answer
) -> Verdict:
    expected = by_torch(case, arrays)
    sizes = by_torch(case, {k: None if a is None else np.abs(a) for k, a in arrays.items()})
    names = _returned_names(signature)
    if len(answer.arrays) != len(names):
        return Verdict(
            False, f"it returned {len(answer.arrays)} arrays, expected {', '.join(names)}"
        )
    for name, ours in zip(names, answer.arrays, strict=True):
        theirs, size = (_in_layout(signature, name, each[name]) for each in (expected, sizes))
        if name == "dbias" and ours.size == theirs.size:
            ours = ours.reshape(theirs.shape)  # the article keeps its bias in some other shape
        if ours.shape != theirs.shape:
            return Verdict(False, f"{name} has the shape {ours.shape}, expected {theirs.shape}")
        wrong = ~(np.abs(ours - theirs) <= TOLERANCE[case.dtype] * size)
        if wrong.any():
            at = tuple(int(k) for k in np.argwhere(wrong)[0])
            return Verdict(
                False,
                f"{name}[{', '.join(map(str, at))}] is {ours[at]:.6g}, expected {theirs[at]:.6g} "
                f"({int(wrong.sum())} of {wrong.size} numbers are wrong)",
            )
    if answer.changed:
        return Verdict(False, f"it changed its argument {' and '.join(answer.changed)}")
    return Verdict(True)


def _returned_names(signature: Signature) -> tuple[str, ...]:
    if not signature.backward:
        return ("y",)
    return ("dweight", "dbias", "dx") if signature.layout == "hwc" else ("dx", "dweight", "dbias")


def _in_layout(signature: Signature, name: str, array: Array) -> Array:
    if signature.layout == "nchw" or name == "dbias":
        return array
    return array.transpose(0, 2, 3, 1) if name == "dweight" else array[0].transpose(1, 2, 0)
