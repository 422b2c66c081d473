"""Transposed convolution: each pixel of x spreads over a window of y."""

import numpy as np
from torch import nn

from core.check.layers.convolutions import REASONS, given_settings, shared_mistakes
from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, facts_of
from core.comparison.rounding import Array
from core.comparison.torch_layer import with_arrays
from core.numpy_nn import conv_transpose2d, conv_transpose2d_backward

IN_ORDER = ("stride", "padding", "output_padding", "groups", "dilation")


def facts(case: Case) -> Facts:
    """Draw x (N, C, H, W), weight (C, O / groups, KH, KW) and bias, and ask torch."""
    draw, groups = Draw(case), case["groups"]
    ins, outs = case["ins"] * groups, case["outs"] * groups
    x = draw(case["images"], ins, *case["size"])
    weight, bias = draw(ins, case["outs"], *case["kernel"]), draw(outs)
    none = np.zeros_like(bias)
    layer = nn.ConvTranspose2d(
        ins,
        outs,
        case["kernel"],
        **{name: case[name] for name in IN_ORDER},
        device="meta",
    )
    return facts_of(
        with_arrays(layer, weight=weight, bias=bias if case["bias"] else none),
        x,
        draw,
        weight=weight,
        bias=bias if case["bias"] else None,
        no_bias=none,
        **given_settings(case, "output_padding"),
    )


def possible(case: Case) -> bool:
    """Tell whether torch takes it, and something is left of the result."""
    return all(
        case["output_padding"][k] < max(case["stride"][k], case["dilation"][k])
        and result_side(case, k) >= 1
        for k in (0, 1)
    )


def result_side(case: Case, k: int) -> int:
    """Return the height or the width of y."""
    covered = (case["size"][k] - 1) * case["stride"][k]
    window = case["dilation"][k] * (case["kernel"][k] - 1) + 1
    return int(covered + window + case["output_padding"][k] - 2 * case["padding"][k])


def settings(f: Facts, **changes: object) -> dict[str, object]:
    """Return the settings, some of them changed."""
    return {name: f[name] for name in IN_ORDER} | changes


def y_with(f: Facts, **changes: object) -> Array:
    """Return y with other settings."""
    return conv_transpose2d(f["x"], f["weight"], f["bias"], **settings(f, **changes))  # type: ignore[arg-type]


def output_padding_in_front(f: Facts) -> Array:
    """Put the rows and columns of output padding at the top and the left."""
    more = f["output_padding"]
    rows, columns = more if isinstance(more, tuple) else (more, more)
    if not rows and not columns:
        return np.asarray(f.results["y"])
    y = y_with(f, output_padding=0)
    return np.pad(y, ((0, 0), (0, 0), (rows, 0), (columns, 0)))


def overwritten(f: Facts) -> Array:
    """Let a later window take the place of an earlier one where they overlap."""
    x, weight, groups = f["x"], f["weight"], f["groups"]
    outs = weight.shape[1] * groups
    whole = y_with(f, padding=0, output_padding=0)
    y = np.zeros((len(x), outs, *whole.shape[2:]))
    (sh, sw), (dh, dw) = (
        each if isinstance(each, tuple) else (each, each) for each in (f["stride"], f["dilation"])
    )
    for row, column in np.ndindex(*x.shape[2:]):
        one = conv_transpose2d(
            x[:, :, row : row + 1, column : column + 1],
            weight,
            None,
            dilation=(dh, dw),
            groups=groups,
        )
        height, width = one.shape[2:]
        there = y[:, :, row * sh : row * sh + height : dh, column * sw : column * sw + width : dw]
        there[...] = one[:, :, ::dh, ::dw]
    if f["bias"] is not None:
        y += f["bias"][:, np.newaxis, np.newaxis]
    return cut(f, y)


def cut(f: Facts, y: Array) -> Array:
    """Cut the padding off a whole result, and put the output padding behind it."""
    height, width = f.results["y"].shape[2:]
    padding = f["padding"]
    top, left = padding if isinstance(padding, tuple) else (padding, padding)
    more = [(0, 0), (0, 0), (0, height), (0, width)]
    return np.pad(y, more)[:, :, top : top + height, left : left + width]


MISTAKES = (
    Mistake(
        "y",
        "padding is not cut off",
        lambda f: y_with(f, padding=0),
        "Padding makes the result of a transposed convolution smaller.",
    ),
    Mistake("y", "output_padding is left out", lambda f: y_with(f, output_padding=0)),
    Mistake(
        "y",
        "output_padding is put at the top and the left",
        output_padding_in_front,
        "It belongs at the bottom and the right, where windows may still reach it.",
    ),
    Mistake(
        "y",
        "where windows overlap, the last one takes the place of the others",
        overwritten,
        "They add up: += and not =.",
    ),
    *shared_mistakes(conv_transpose2d, conv_transpose2d_backward, ("output_padding",)),
)

MORE = {"bias": True, "ins": 2, "outs": 3}

TRANSPOSED_CONVOLUTION = CheckedLayer(
    name="convtranspose",
    title="transposed convolution",
    words=("transposedconv", "convtranspose", "convtransposed", "deconv", "transposeconv"),
    simple=Case.of(
        images=1,
        ins=1,
        outs=1,
        size=(3, 3),
        kernel=(2, 2),
        stride=(1, 1),
        padding=(0, 0),
        output_padding=(0, 0),
        dilation=(1, 1),
        groups=1,
        bias=False,
        dtype="float64",
    ),
    changes=(
        ("plain", {}),
        ("plain", {"size": (1, 1)}),
        ("plain", {"kernel": (3, 3)}),
        ("plain", {"kernel": (3, 3), "dtype": "float32"}),
        ("several channels", {"ins": 2}),
        ("several channels", {"ins": 2, "outs": 3}),
        ("several channels", {"ins": 2, "outs": 2}),
        ("bias", {"bias": True}),
        ("bias", MORE),
        ("batch", {"images": 2}),
        ("batch", {**MORE, "images": 3}),
        ("stride", {"stride": (2, 2)}),
        ("stride", {**MORE, "stride": (2, 2), "kernel": (3, 3)}),
        ("stride", {"stride": (3, 3), "kernel": (2, 2)}),
        ("padding", {"padding": (1, 1)}),
        ("padding", {**MORE, "padding": (1, 1), "kernel": (3, 3), "stride": (2, 2)}),
        ("output padding", {"output_padding": (1, 1), "stride": (2, 2)}),
        (
            "output padding",
            {"output_padding": (1, 1), "stride": (2, 2), "padding": (1, 1), "kernel": (3, 3)},
        ),
        ("dilation", {"dilation": (2, 2)}),
        ("groups", {"groups": 2}),
        ("groups", {**MORE, "groups": 2}),
        ("not square", {"size": (2, 4), "kernel": (3, 2)}),
        (
            "everything at once",
            {**MORE, "images": 2, "size": (4, 3), "kernel": (3, 3), "stride": (2, 2)}
            | {"padding": (1, 1), "output_padding": (1, 1), "groups": 2},
        ),
        (
            "everything at once",
            {**MORE, "size": (3, 4), "kernel": (3, 3), "stride": (2, 2), "padding": (1, 1)},
        ),
    ),
    probe={**MORE, "size": (4, 5), "kernel": (3, 2)},
    facts=facts,
    forward=Pass(("x", "weight", "bias", *IN_ORDER), ("x", "weight"), ("y",)),
    backward=Pass(("dy", "x", "weight", *IN_ORDER, "cache"), ("dy",), ("dx", "dweight", "dbias")),
    built_from=(
        *("in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding"),
        *("groups", "with_bias", "dilation", "weight", "bias"),
    ),
    holds=("weight", "bias"),
    mistakes=MISTAKES,
    reasons=REASONS,
    legal=possible,
    layouts="images",
)
