"""What a function is that is no convolution at all: it shows in what its output depends on."""

from collections.abc import Mapping

import numpy as np

from core.check.carrying_out import Caller
from core.check.configurations import Configuration
from core.check.judge import call, compute_expected
from core.check.signature import Signature
from core.comparison.rounding import Array

PROBE = Configuration(size=(6, 6))  # a 3 x 3 kernel: its output has 4 x 4 numbers


def other_nature(process: Caller, signature: Signature) -> str:
    """Say in a sentence what a forward function is, if it is no convolution; else "".

    Several inputs go in that differ in a cell, in all of them, or in the weight.
    """
    if signature.backward:
        return ""
    expected = compute_expected(PROBE).arrays
    x, weight = expected["x"], expected["weight"]
    assert x is not None and weight is not None
    plain = _output(process, signature, expected)
    if plain is None:
        return ""

    def changed(**arrays: Array) -> np.ndarray | None:
        """Tell which numbers of the output are other ones; None where they are not comparable."""
        output = _output(process, signature, {**expected, **arrays})
        return None if output is None or output.shape != plain.shape else output != plain

    by_x = changed(x=x[:, :, ::-1, ::-1].copy() + 1)
    if by_x is not None and not by_x.any():
        return "This is no convolution: the same numbers come out whatever x is." + (
            " They are all equal." if np.ptp(plain) == 0 else ""
        )
    image = x if signature.layout == "nchw" else x[0].transpose(1, 2, 0)
    if plain.shape == image.shape and np.array_equal(plain, image):
        return "This is no convolution: it gives x back as it is."
    if plain.shape == image.shape and all(
        _only(changed(x=_poked(x, row, column)), signature, row, column)
        for row, column in ((0, 0), (2, 3), (5, 1))
    ):
        return (
            "This is no convolution: each output depends on the one input at its own place, and a "
            "window reads its neighbours too."
        )
    by_weight = changed(weight=weight[:, :, ::-1, ::-1] + 1)
    if by_weight is not None and not by_weight.any():
        return "This is no convolution: the same numbers come out whatever the weight is."
    return ""


def _output(
    process: Caller, signature: Signature, arrays: Mapping[str, Array | None]
) -> Array | None:
    """Return what comes out, where that is one array of numbers."""
    called = call(process, signature, PROBE, arrays)
    if called.ending != "returned" or len(called.arrays) != 1 or not called.arrays[0].size:
        return None
    return called.arrays[0]


def _poked(x: Array, row: int, column: int) -> Array:
    """Change one cell of x (N, C, H, W)."""
    poked = x.copy()
    poked[0, 0, row, column] += 1
    return poked


def _only(changed: np.ndarray | None, signature: Signature, row: int, column: int) -> bool:
    """Tell whether at most the number at this very place is another one."""
    if changed is None:
        return False
    here = (0, 0, row, column) if signature.layout == "nchw" else (row, column, 0)
    return not np.delete(changed.ravel(), np.ravel_multi_index(here, changed.shape)).any()
