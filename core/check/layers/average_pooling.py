"""Average pooling: the mean of each window."""

import numpy as np
from torch import nn

from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, facts_of, one_or_pair
from core.check.layers.windows import REASONS, Window, fits, pooled, spread
from core.comparison.rounding import Array


def facts(case: Case) -> Facts:
    """Draw x (N, C, H, W) and ask torch."""
    draw = Draw(case)
    x = draw(case["images"], case["channels"], *case["size"])
    stride = case["stride"] or case["kernel_size"]
    modes = {name: case[name] for name in ("ceil_mode", "count_include_pad")}
    layer = nn.AvgPool2d(case["kernel_size"], stride, case["padding"], **modes)
    return facts_of(
        layer,
        x,
        draw,
        stride=one_or_pair(stride),
        **modes,
        **{name: one_or_pair(case[name]) for name in ("kernel_size", "padding")},
    )


def seen(cells: Array) -> int:
    """Count the cells of the image that a window sees."""
    height, width = cells.shape[2:]
    return int(height * width)


def right_share(f: Facts, cells: Array, window: Window) -> float:
    """Return what each cell counts."""
    return 1 / (window.inside if f["count_include_pad"] else seen(cells))


def added(cells: Array) -> Array:
    """Add up a window."""
    return np.asarray(cells.sum(axis=(2, 3)))


def equal(cells: Array, share: float) -> Array:
    """Give every cell of a window the same share."""
    return np.full(cells.shape, share)


HANGING = (
    "what hangs over the edge in ceil mode is counted too, and each window divided by the kernel's "
    "size"
)
NOT_COUNTED = "the cells of the padding are never counted"
COUNTED = "the cells of the padding are counted though count_include_pad is False"
COUNT_REMEDY = "Torch counts them, unless count_include_pad is False."

MISTAKES = (
    Mistake(
        "y",
        "the sum is taken where the mean is meant",
        lambda f: pooled(f, lambda cells, _: added(cells)),
    ),
    Mistake(
        "y",
        "the largest is taken",
        lambda f: pooled(f, lambda cells, _: cells.max(axis=(2, 3))),
    ),
    Mistake(
        "y",
        NOT_COUNTED,
        lambda f: pooled(f, lambda cells, _: added(cells) / seen(cells)),
        COUNT_REMEDY,
    ),
    Mistake(
        "y",
        COUNTED,
        lambda f: pooled(f, lambda cells, window: added(cells) / window.inside),
    ),
    Mistake(
        "y",
        HANGING,
        lambda f: pooled(f, lambda cells, window: added(cells) / window.cells),
        "Torch counts a window's cells only as far as the padding reaches.",
    ),
    Mistake(
        "y",
        "ceil_mode is ignored, and the last windows that hang over the edge are left out",
        lambda f: pooled(
            f, lambda cells, window: added(cells) * right_share(f, cells, window), ceil_mode=False
        ),
    ),
    Mistake(
        "dx",
        "the gradient is not divided by the number of cells in the window",
        lambda f: spread(f, lambda cells, _: equal(cells, 1.0)),
        "Each cell gets its share of dy, which is dy divided by that number.",
    ),
    Mistake(
        "dx",
        "where windows overlap, the last gradient takes the place of the others",
        lambda f: spread(
            f, lambda cells, window: equal(cells, right_share(f, cells, window)), overwrite=True
        ),
        "Their gradients add up: += and not =.",
    ),
    Mistake(
        "dx",
        NOT_COUNTED,
        lambda f: spread(f, lambda cells, _: equal(cells, 1 / seen(cells))),
        COUNT_REMEDY,
    ),
    Mistake(
        "dx",
        COUNTED,
        lambda f: spread(f, lambda cells, window: equal(cells, 1 / window.inside)),
    ),
    Mistake(
        "dx",
        HANGING,
        lambda f: spread(f, lambda cells, window: equal(cells, 1 / window.cells)),
        "Torch counts a window's cells only as far as the padding reaches.",
    ),
)

AVERAGE_POOLING = CheckedLayer(
    name="avgpool",
    title="average pooling",
    words=("averagepooling", "averagepool", "avgpooling", "avgpool", "meanpool"),
    simple=Case.of(
        images=1,
        channels=1,
        size=(2, 2),
        kernel_size=(2, 2),
        stride=None,
        padding=(0, 0),
        ceil_mode=False,
        count_include_pad=True,
        dtype="float64",
    ),
    changes=(
        ("plain", {}),
        ("plain", {"size": (4, 4)}),
        ("plain", {"size": (6, 6), "kernel_size": (3, 3)}),
        ("plain", {"size": (6, 6), "dtype": "float32"}),
        ("several channels", {"channels": 3}),
        ("batch", {"images": 2, "channels": 2}),
        ("remainder", {"size": (5, 5)}),
        ("remainder", {"size": (7, 6), "kernel_size": (3, 3), "channels": 2}),
        ("overlap", {"size": (5, 5), "stride": (1, 1)}),
        ("overlap", {"size": (7, 7), "kernel_size": (3, 3), "stride": (2, 2), "channels": 2}),
        ("stride beyond the window", {"size": (7, 7), "stride": (3, 3)}),
        ("padding", {"padding": (1, 1)}),
        ("padding", {"size": (5, 5), "kernel_size": (3, 3), "padding": (1, 1)}),
        ("padding not counted", {"padding": (1, 1), "count_include_pad": False}),
        (
            "padding not counted",
            {"size": (5, 6), "kernel_size": (3, 3), "padding": (1, 1)}
            | {"count_include_pad": False, "stride": (2, 2)},
        ),
        ("ceil mode", {"size": (5, 5), "ceil_mode": True}),
        ("ceil mode", {"size": (7, 6), "kernel_size": (3, 3), "ceil_mode": True, "channels": 2}),
        (
            "ceil mode",
            {"size": (6, 6), "padding": (1, 1), "kernel_size": (3, 3)}
            | {"ceil_mode": True, "stride": (2, 2)},
        ),
        ("not square", {"size": (4, 6), "kernel_size": (2, 3)}),
        ("not square", {"size": (5, 6), "stride": (1, 2)}),
        (
            "everything at once",
            {"images": 2, "channels": 3, "size": (8, 7), "kernel_size": (3, 3), "stride": (2, 2)}
            | {"padding": (1, 1), "ceil_mode": True},
        ),
        (
            "everything at once",
            {"channels": 2, "size": (8, 7), "kernel_size": (3, 3), "stride": (2, 2)}
            | {"padding": (1, 1), "ceil_mode": True, "count_include_pad": False},
        ),
    ),
    probe={"channels": 3, "size": (4, 6)},
    facts=facts,
    forward=Pass(
        ("x", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"), ("x",), ("y",)
    ),
    backward=Pass(
        (
            *("dy", "x", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
            *("y", "cache"),
        ),
        ("dy",),
        ("dx",),
    ),
    built_from=("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
    mistakes=MISTAKES,
    reasons=REASONS
    | {
        "count_include_pad": lambda _: "count_include_pad is False",
    },
    legal=fits,
    layouts="images",
)
