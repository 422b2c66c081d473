"""What convolution and transposed convolution share: settings, reasons, usual mistakes."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.check.layers.layer import Case, Facts, Mistake
from core.check.layers.truth import number_reason, one_or_pair, spoken
from core.comparison.rounding import Array

Forward = Callable[..., Array]
Backward = Callable[..., tuple[Array, Array, Array]]

SETTINGS = ("stride", "padding", "dilation", "groups")
REASONS: Mapping[str, Callable[[Any], str]] = {
    "images": lambda n: f"the batch has {n} images",
    "ins": lambda n: f"a group has {n} input channels",
    "outs": lambda n: f"a group has {n} output channels",
    "size": lambda pair: f"the input is {spoken(pair)}",
    "kernel": lambda pair: f"the kernel is {spoken(pair)}",
    "stride": lambda pair: f"stride is {spoken(pair)}",
    "padding": lambda pair: f"padding is {spoken(pair)}",
    "output_padding": lambda pair: f"output_padding is {spoken(pair)}",
    "dilation": lambda pair: f"dilation is {spoken(pair)}",
    "groups": lambda n: f"groups are {n}",
    "bias": lambda _: "there is a bias",
    "dtype": number_reason,
}


def given_settings(case: Case, *more: str) -> dict[str, Any]:
    """Return the settings as a function takes them, and what a class is built from."""
    return {name: one_or_pair(case[name]) for name in (*SETTINGS, *more)} | {
        "in_channels": case["ins"] * case["groups"],
        "out_channels": case["outs"] * case["groups"],
        "kernel_size": one_or_pair(case["kernel"]),
        "with_bias": case["bias"],
    }


def flipped(weight: Array) -> Array:
    """Turn kernels by 180 degrees."""
    return np.ascontiguousarray(weight[:, :, ::-1, ::-1])


def swapped(weight: Array) -> Array | None:
    """Let the first two axes change places, where they are equally long."""
    if weight.shape[0] != weight.shape[1]:
        return None
    return np.ascontiguousarray(weight.swapaxes(0, 1))


def shared_mistakes(
    forward: Forward, backward: Backward, more: tuple[str, ...] = ()
) -> tuple[Mistake, ...]:
    """List mistakes, given the right functions; ``more`` are settings of the layer's own."""

    def settings(f: Facts, **changes: object) -> dict[str, Any]:
        return {name: f[name] for name in (*SETTINGS, *more)} | changes

    def y(f: Facts, weight: Array | None = None, bias: bool = True, **changes: object) -> Array:
        kernel = f["weight"] if weight is None else weight
        return forward(f["x"], kernel, f["bias"] if bias else None, **settings(f, **changes))

    def y_swapped(f: Facts) -> Array | None:
        weight = swapped(f["weight"])
        return None if weight is None or f["groups"] > 1 else y(f, weight)

    def gradients(f: Facts, weight: Array | None = None) -> tuple[Array, Array, Array]:
        return backward(f["dy"], f["x"], f["weight"] if weight is None else weight, **settings(f))

    return (
        Mistake(
            "y",
            "the kernel is turned by 180 degrees",
            lambda f: y(f, flipped(f["weight"])),
            "Deep learning lays it on as it is; turning it is what mathematics calls convolution.",
        ),
        Mistake("y", "the bias is left out", lambda f: y(f, bias=False)),
        Mistake("y", "the weight's axes of inputs and of outputs change places", y_swapped),
        Mistake(
            "dx",
            "the kernel is turned by 180 degrees",
            lambda f: gradients(f, flipped(f["weight"]))[0],
        ),
        Mistake(
            "dweight",
            "it is turned by 180 degrees",
            lambda f: flipped(f.results["dweight"]),
        ),
        Mistake(
            "dweight",
            "the mean over the batch is taken where the sum is meant",
            lambda f: f.results["dweight"] / len(f["x"]),
        ),
        Mistake(
            "dweight",
            "only the last image of the batch counts, = where += is meant",
            lambda f: backward(f["dy"][-1:], f["x"][-1:], f["weight"], **settings(f))[1],
        ),
        Mistake(
            "dbias",
            "the mean is taken where the sum is meant",
            lambda f: f["dy"].mean(axis=(0, 2, 3)),
        ),
        Mistake(
            "dbias",
            "the mean over the batch is taken where the sum is meant",
            lambda f: f["dy"].sum(axis=(0, 2, 3)) / len(f["x"]),
        ),
        Mistake(
            "dbias",
            "only the last output counts, = where += is meant",
            lambda f: f["dy"][-1, :, -1, -1],
        ),
        Mistake("dbias", "dy is added up over the batch alone", lambda f: f["dy"].sum(axis=0)),
    )
