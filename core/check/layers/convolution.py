"""Convolution as a class; its functions have a check of their own, in ``core.check.judge``."""

import numpy as np

from core.check.layers.convolutions import REASONS, SETTINGS, given_settings, shared_mistakes
from core.check.layers.layer import Case, CheckedLayer, Facts, Pass
from core.check.layers.truth import Draw, facts_of
from core.comparison.torch_layer import convolution_layer
from core.numpy_nn import conv2d, conv2d_backward


def facts(case: Case) -> Facts:
    """Draw x (N, C, H, W), weight (O, C / groups, KH, KW) and bias, and ask torch."""
    draw, groups = Draw(case), case["groups"]
    outs = case["outs"] * groups
    x = draw(case["images"], case["ins"] * groups, *case["size"])
    weight, bias = draw(outs, case["ins"], *case["kernel"]), draw(outs)
    given = bias if case["bias"] else None
    settings = [case[name] for name in SETTINGS]
    return facts_of(
        convolution_layer(weight, given, *settings),
        x,
        draw,
        weight=weight,
        bias=given,
        no_bias=np.zeros_like(bias),
        **given_settings(case),
    )


def fits(case: Case) -> bool:
    """Tell whether the kernel fits into the padded input."""
    return all(
        case["size"][k] + 2 * case["padding"][k] > case["dilation"][k] * (case["kernel"][k] - 1)
        for k in (0, 1)
    )


MORE = {"bias": True, "ins": 2, "outs": 3}

CONVOLUTION = CheckedLayer(
    name="conv",
    title="convolution",
    words=("convolution", "conv"),
    simple=Case.of(
        images=1,
        ins=1,
        outs=1,
        size=(4, 4),
        kernel=(2, 2),
        stride=(1, 1),
        padding=(0, 0),
        dilation=(1, 1),
        groups=1,
        bias=False,
        dtype="float64",
    ),
    changes=(
        ("plain", {}),
        ("plain", {"size": (5, 5), "kernel": (3, 3)}),
        ("plain", {"size": (5, 5), "dtype": "float32"}),
        ("several channels", {"ins": 2}),
        ("several channels", {"ins": 2, "outs": 3}),
        ("several channels", {"ins": 2, "outs": 2}),
        ("bias", {"bias": True}),
        ("bias", MORE),
        ("batch", {"images": 2}),
        ("batch", {**MORE, "images": 3}),
        ("padding", {"padding": (1, 1)}),
        ("padding", {**MORE, "padding": (2, 2), "kernel": (3, 3)}),
        ("stride", {"stride": (2, 2)}),
        ("stride with a remainder", {"size": (5, 5), "stride": (2, 2)}),
        ("stride with a remainder", {**MORE, "size": (6, 6), "stride": (3, 3)}),
        ("dilation", {"size": (5, 5), "dilation": (2, 2)}),
        ("groups", {"groups": 2}),
        ("groups", {**MORE, "groups": 2}),
        ("not square", {"size": (4, 6), "kernel": (3, 2)}),
        (
            "everything at once",
            {**MORE, "images": 2, "size": (7, 8), "kernel": (3, 3), "stride": (2, 2)}
            | {"padding": (1, 1), "dilation": (2, 2), "groups": 2},
        ),
        (
            "everything at once",
            {**MORE, "size": (8, 7), "kernel": (3, 3), "stride": (2, 2), "padding": (1, 1)},
        ),
    ),
    probe={**MORE, "size": (5, 6), "kernel": (3, 2)},
    facts=facts,
    forward=Pass(("x", "weight", "bias", *SETTINGS), ("x", "weight"), ("y",)),
    backward=Pass(("dy", "x", "weight", *SETTINGS, "cache"), ("dy",), ("dx", "dweight", "dbias")),
    built_from=(
        *("in_channels", "out_channels", "kernel_size", *SETTINGS, "with_bias"),
        *("weight", "bias"),
    ),
    holds=("weight", "bias"),
    mistakes=shared_mistakes(conv2d, conv2d_backward),
    reasons=REASONS,
    legal=fits,
    layouts="images",
)
