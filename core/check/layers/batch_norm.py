"""Batch norm: y = weight (x - mean) / sqrt(var + eps) + bias, in training and in evaluation."""

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from core.check.layers.batch_norm_mistakes import MISTAKES
from core.check.layers.layer import Case, CheckedLayer, Facts, Pass
from core.check.layers.truth import Draw, facts_of, number_reason, spoken
from core.comparison.magnitudes import running_sums
from core.comparison.torch_layer import with_arrays


def facts(case: Case) -> Facts:
    """Draw x (N, C, H, W), weight, bias and running statistics (C,), and ask torch."""
    draw, channels = Draw(case), case["channels"]
    x = draw(case["images"], channels, *case["size"])
    x = (case["around"] + case["spread"] * x).astype(case["dtype"])
    ones, zeros = np.ones(channels, case["dtype"]), np.zeros(channels, case["dtype"])
    given = {
        "weight": draw(channels) if case["weight"] else ones,
        "bias": draw(channels) if case["bias"] else zeros,
        "running_mean": draw(channels),
        "running_var": draw.positive(channels),
    }
    layer = nn.BatchNorm2d(channels, case["eps"], case["momentum"], device="meta")
    layer = with_arrays(layer, **given).train(case["training"])
    layer.num_batches_tracked = torch.tensor(0)
    running = running_sums(layer, torch.from_numpy(x))
    settings = {name: case[name] for name in ("training", "momentum", "eps")}
    found = facts_of(layer, x, draw, **given, **settings, num_features=channels)
    assert layer.running_mean is not None and layer.running_var is not None
    moved = {"running_mean": layer.running_mean.numpy(), "running_var": layer.running_var.numpy()}
    sums = {f"running_{name}": each for name, each in running.items()}
    return replace(found, results={**found.results, **moved}, sums={**found.sums, **sums})


def several_values(case: Case) -> bool:
    """Tell whether a channel has more than one number, as training needs."""
    height, width = case["size"]
    return bool(case["images"] * height * width > 1)


ALL = {"weight": True, "bias": True}

BATCH_NORM = CheckedLayer(
    name="batchnorm",
    title="batch norm",
    words=("batchnormalization", "batchnormalisation", "batchnorm", "bn"),
    simple=Case.of(
        images=1,
        channels=1,
        size=(2, 2),
        training=True,
        weight=False,
        bias=False,
        momentum=0.1,
        eps=1e-5,
        spread=1.0,
        around=0.0,
        dtype="float64",
    ),
    changes=(
        ("plain", {}),
        ("plain", {"size": (3, 4)}),
        ("plain", {"size": (4, 3), "dtype": "float32"}),
        ("several channels", {"channels": 2}),
        ("several channels", {"channels": 3, "size": (4, 3)}),
        ("batch", {"images": 2}),
        ("batch", {"images": 3, "channels": 2, "size": (3, 2)}),
        ("batch", {"images": 4, "channels": 3, "size": (1, 1)}),
        ("weight and bias", {"weight": True}),
        ("weight and bias", {"bias": True}),
        ("weight and bias", {**ALL, "channels": 3, "images": 2}),
        ("epsilon", {"eps": 1e-3}),
        ("epsilon", {"eps": 0.1, "channels": 2}),
        ("numbers nearly equal", {"spread": 1e-3, "channels": 2}),
        ("numbers far from 0", {"around": 1000.0, "channels": 2}),
        ("momentum", {"momentum": 0.3}),
        ("momentum", {"momentum": 0.9, "channels": 2}),
        ("evaluation", {"training": False}),
        ("evaluation", {"training": False, "size": (1, 2)}),
        ("evaluation", {**ALL, "training": False, "channels": 2, "images": 2}),
        ("evaluation", {**ALL, "training": False, "channels": 3, "eps": 0.1, "spread": 1e-3}),
        ("everything at once", {**ALL, "channels": 2, "images": 2, "size": (5, 3), "eps": 1e-2}),
        ("everything at once", {**ALL, "channels": 3, "size": (5, 4), "momentum": 0.4}),
        ("everything at once", {**ALL, "channels": 4, "images": 4, "spread": 0.1, "around": 3.0}),
    ),
    probe={**ALL, "channels": 2, "size": (3, 4)},
    facts=facts,
    forward=Pass(
        ("x", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"),
        ("x",),
        ("y", "running_mean", "running_var"),
        in_place=("running_mean", "running_var"),
    ),
    backward=Pass(
        ("dy", "x", "running_mean", "running_var", "weight", "training", "eps", "cache"),
        ("dy",),
        ("dx", "dweight", "dbias"),
    ),
    built_from=("num_features", "eps", "momentum", "weight", "bias"),
    built_needs=(),
    holds=("weight", "bias", "running_mean", "running_var"),
    mistakes=MISTAKES,
    reasons={
        "images": lambda n: f"the batch has {n} images",
        "channels": lambda n: f"there are {n} channels",
        "size": lambda pair: f"the maps are {spoken(pair)}",
        "training": lambda _: "it evaluates (training is False)",
        "weight": lambda _: "there is a weight other than 1",
        "bias": lambda _: "there is a bias",
        "momentum": lambda n: f"momentum is {n}",
        "eps": lambda n: f"eps is {n}",
        "spread": lambda n: f"the numbers are nearly equal (their deviation is {n:g})",
        "around": lambda n: (
            f"the numbers lie around {n:g}, far from 0, where the mean of the squares minus the "
            "square of the mean loses its digits"
        ),
        "dtype": number_reason,
    },
    legal=several_values,
    layouts="channels",
)
