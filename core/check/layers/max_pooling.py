"""Max pooling: the largest number of each window."""

import numpy as np
from torch import nn

from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, facts_of, one_or_pair, spoken
from core.check.layers.windows import REASONS, Window, fits, pooled, spread
from core.comparison.rounding import Array


def facts(case: Case) -> Facts:
    """Draw x (N, C, H, W), with ties or all negative where that is asked for, and ask torch."""
    draw = Draw(case)
    shape = (case["images"], case["channels"], *case["size"])
    x = draw.whole(*shape) if case["ties"] else draw(*shape)
    if case["negative"]:
        x = -1 - np.abs(x)
    stride = case["stride"] or case["kernel_size"]
    layer = nn.MaxPool2d(
        case["kernel_size"], stride, case["padding"], case["dilation"], ceil_mode=case["ceil_mode"]
    )
    return facts_of(
        layer,
        x,
        draw,
        stride=one_or_pair(stride),
        ceil_mode=case["ceil_mode"],
        **{name: one_or_pair(case[name]) for name in ("kernel_size", "padding", "dilation")},
    )


def largest(cells: Array) -> Array:
    """Return the largest of each window's cells."""
    return np.asarray(cells.max(axis=(2, 3)))


def with_zeros(cells: Array, window: Window) -> Array:
    """Let the zeros of the padding take part."""
    outside = window.cells > cells.shape[2] * cells.shape[3]
    return np.maximum(largest(cells), 0) if outside else largest(cells)


def ties(cells: Array) -> Array:
    """Tell which cells are as large as the largest."""
    return np.asarray(cells == largest(cells)[:, :, np.newaxis, np.newaxis])


def shared(cells: Array, window: Window) -> Array:
    """Share out among all that are largest."""
    equal = ties(cells)
    return np.asarray(equal / equal.sum(axis=(2, 3), keepdims=True))


def only(cells: Array, last: bool) -> Array:
    """Choose the first or the last that is largest, row by row."""
    flat = ties(cells).reshape(*cells.shape[:2], -1)
    place = flat.shape[2] - 1 - flat[..., ::-1].argmax(2) if last else flat.argmax(2)
    chosen = np.arange(flat.shape[2]) == place[..., np.newaxis]
    return np.asarray(chosen.reshape(cells.shape))


def without_ceil(f: Facts) -> Array | None:
    """Return what comes out without ceil mode; that is of another size."""
    return pooled(f, lambda cells, _: largest(cells), ceil_mode=False)


def first_by_columns(cells: Array, window: Window) -> Array:
    """Choose the first that is largest, column by column."""
    turned = only(cells.swapaxes(2, 3), last=False)
    return np.asarray(turned.swapaxes(2, 3))


MISTAKES = (
    Mistake(
        "y",
        "the zeros of the padding take part and win over negative numbers",
        lambda f: pooled(f, with_zeros),
        "Padding never wins: pad with minus infinity.",
    ),
    Mistake(
        "y",
        "the search for the largest starts at 0, which wins over negative numbers",
        lambda f: pooled(f, lambda cells, _: np.maximum(largest(cells), 0)),
        "Start from minus infinity, or from the window's first number.",
    ),
    Mistake(
        "y", "the mean is taken", lambda f: pooled(f, lambda cells, _: cells.mean(axis=(2, 3)))
    ),
    Mistake(
        "y",
        "the smallest is taken",
        lambda f: pooled(f, lambda cells, _: cells.min(axis=(2, 3))),
    ),
    Mistake(
        "y",
        "ceil_mode is ignored, and the last windows that hang over the edge are left out",
        without_ceil,
    ),
    Mistake(
        "y",
        "windows may hang over the edge though ceil_mode is False",
        lambda f: pooled(f, lambda cells, _: largest(cells), ceil_mode=True),
    ),
    Mistake(
        "dx",
        "ties are shared out among all that are largest",
        lambda f: spread(f, shared),
        "Torch gives it all to the first of them, read row by row.",
    ),
    Mistake(
        "dx",
        "every number that is largest gets the whole gradient, x == max",
        lambda f: spread(f, lambda cells, _: ties(cells)),
        "Torch gives it to the first of them alone, read row by row.",
    ),
    Mistake(
        "dx",
        "the last of those that are largest gets the gradient",
        lambda f: spread(f, lambda cells, _: only(cells, last=True)),
        "Torch gives it to the first of them, read row by row.",
    ),
    Mistake(
        "dx",
        "the first of those that are largest is looked for column by column",
        lambda f: spread(f, first_by_columns),
        "Torch reads the window row by row.",
    ),
    Mistake(
        "dx",
        "where windows overlap, the last gradient takes the place of the others",
        lambda f: spread(f, lambda cells, _: only(cells, last=False), overwrite=True),
        "Their gradients add up: += and not =.",
    ),
    Mistake(
        "dx",
        "the whole window shares the gradient, as in average pooling",
        lambda f: spread(f, lambda cells, window: np.full(cells.shape, 1 / window.cells)),
    ),
)


MAX_POOLING = CheckedLayer(
    name="maxpool",
    title="max pooling",
    words=("maxpooling", "maxpool", "pool"),
    simple=Case.of(
        images=1,
        channels=1,
        size=(2, 2),
        kernel_size=(2, 2),
        stride=None,
        padding=(0, 0),
        dilation=(1, 1),
        ceil_mode=False,
        ties=False,
        negative=False,
        dtype="float64",
    ),
    changes=(
        ("plain", {}),
        ("plain", {"size": (4, 4)}),
        ("plain", {"size": (6, 6), "kernel_size": (3, 3)}),
        ("plain", {"size": (6, 6), "dtype": "float32"}),
        ("several channels", {"channels": 3}),
        ("batch", {"images": 2, "channels": 2}),
        ("negative numbers", {"negative": True}),
        ("negative numbers", {"negative": True, "channels": 2, "size": (6, 4)}),
        ("ties", {"ties": True, "size": (4, 4)}),
        ("ties", {"ties": True, "size": (6, 6)}),
        ("ties", {"ties": True, "size": (6, 6), "kernel_size": (3, 3), "channels": 2}),
        ("remainder", {"size": (5, 5)}),
        ("remainder", {"size": (7, 6), "kernel_size": (3, 3), "channels": 2}),
        ("overlap", {"size": (5, 5), "stride": (1, 1)}),
        ("overlap", {"size": (7, 7), "kernel_size": (3, 3), "stride": (2, 2)}),
        ("overlap", {"size": (5, 5), "kernel_size": (3, 3), "stride": (1, 1), "ties": True}),
        ("stride beyond the window", {"size": (7, 7), "stride": (3, 3)}),
        ("padding", {"padding": (1, 1)}),
        ("padding", {"padding": (1, 1), "negative": True}),
        ("padding", {"size": (5, 5), "kernel_size": (3, 3), "padding": (1, 1), "negative": True}),
        ("padding", {"size": (6, 6), "kernel_size": (3, 3), "padding": (1, 1), "ties": True}),
        ("ceil mode", {"size": (5, 5), "ceil_mode": True}),
        ("ceil mode", {"size": (6, 5), "ceil_mode": True, "negative": True}),
        ("ceil mode", {"size": (7, 7), "kernel_size": (3, 3), "ceil_mode": True, "channels": 2}),
        (
            "ceil mode",
            {"size": (5, 5), "kernel_size": (2, 2), "padding": (1, 1), "ceil_mode": True},
        ),
        ("dilation", {"size": (6, 6), "dilation": (2, 2), "stride": (1, 1)}),
        ("not square", {"size": (4, 6), "kernel_size": (2, 3)}),
        ("not square", {"size": (5, 6), "stride": (1, 2)}),
        (
            "everything at once",
            {"images": 2, "channels": 3, "size": (8, 7), "kernel_size": (3, 3), "stride": (2, 2)}
            | {"padding": (1, 1), "ceil_mode": True, "ties": True},
        ),
        (
            "everything at once",
            {"channels": 2, "size": (8, 7), "kernel_size": (3, 3), "stride": (2, 2)}
            | {"padding": (1, 1), "ceil_mode": True, "ties": True},
        ),
    ),
    probe={"channels": 3, "size": (4, 6)},
    facts=facts,
    forward=Pass(
        ("x", "kernel_size", "stride", "padding", "dilation", "ceil_mode"), ("x",), ("y",)
    ),
    backward=Pass(
        (
            *("dy", "x", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
            *("y", "cache"),
        ),
        ("dy",),
        ("dx",),
    ),
    built_from=("kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    mistakes=MISTAKES,
    reasons=REASONS
    | {
        "dilation": lambda pair: f"dilation is {spoken(pair)}",
        "ties": lambda _: "there are ties, equal numbers within a window",
        "negative": lambda _: "all numbers are negative",
    },
    legal=fits,
    layouts="images",
)
