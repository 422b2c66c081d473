"""Usual mistakes in batch norm."""

import numpy as np

from core.check.layers.batch_norm_formulas import (
    EACH_CHANNEL,
    always_moved,
    batch_mean,
    batch_var,
    channels,
    dweight,
    dx_as_in_training,
    dx_without,
    moved,
    normalised,
    over_axes,
    with_deviation,
    with_statistics,
    without,
    x_hat_of,
)
from core.check.layers.layer import Mistake

EPSILON = "epsilon is added to the root and not under it, sqrt(var) + eps"
SUM = "the mean over a channel is taken where the sum is meant"
OTHER_WAY = "momentum is taken the other way round, momentum old + (1 - momentum) new"
TORCH_MOMENTUM = "Torch's momentum is the share of the new: (1 - momentum) old + momentum new."
BIASED = "the batch's biased variance (divided by n) goes into the running one"
UNBIASED_REMEDY = (
    "Torch normalises with the biased variance and keeps the unbiased one, divided by n - 1."
)

EACH_ITS_OWN = "Each channel, or feature, has its own, over all the other axes."

MISTAKES = (
    Mistake("y", EPSILON, lambda f: with_deviation(f, lambda var: np.sqrt(var) + f["eps"])),
    Mistake(
        "y",
        "the unbiased variance (divided by n - 1) is normalised with",
        lambda f: (
            with_statistics(f, batch_mean(f), batch_var(f, True))
            if f["training"]
            else f.results["y"]
        ),
        UNBIASED_REMEDY,
    ),
    Mistake(
        "y",
        "it is divided by the variance and not by its root",
        lambda f: with_deviation(f, lambda var: var + f["eps"]),
    ),
    Mistake("y", "epsilon is left out", lambda f: with_deviation(f, np.sqrt)),
    Mistake(
        "y",
        "the batch's own statistics are used in evaluation too",
        lambda f: with_statistics(f, batch_mean(f), batch_var(f)),
        "In evaluation (training is False) the running statistics are meant.",
    ),
    Mistake(
        "y",
        "the running statistics are used in training too",
        lambda f: with_statistics(f, f["running_mean"], f["running_var"]),
        "In training the batch's own statistics are meant.",
    ),
    Mistake(
        "y",
        "the running statistics are moved first and then used in training",
        lambda f: with_statistics(f, f.results["running_mean"], f.results["running_var"]),
        "In training the batch's own statistics are meant.",
    ),
    Mistake(
        "y",
        "one mean and one variance are taken over all channels",
        lambda f: over_axes(f, (0, 1, 2, 3)),
        EACH_ITS_OWN,
    ),
    Mistake(
        "y",
        "mean and variance are taken over the batch alone, for each pixel its own",
        lambda f: over_axes(f, (0,)),
        EACH_ITS_OWN,
    ),
    Mistake(
        "y",
        "each image has its own mean and variance, as in instance norm",
        lambda f: over_axes(f, (2, 3)),
        EACH_ITS_OWN,
    ),
    Mistake(
        "y",
        "each pixel, or row, has its own mean and variance over its channels, as in layer norm",
        lambda f: over_axes(f, (1,)),
        EACH_ITS_OWN,
    ),
    Mistake("y", "the weight is left out", lambda f: without(f, "weight")),
    Mistake("y", "the bias is left out", lambda f: without(f, "bias")),
    Mistake(
        "running_mean",
        OTHER_WAY,
        lambda f: moved(f, "running_mean", batch_mean(f), 1 - f["momentum"]),
        TORCH_MOMENTUM,
    ),
    Mistake(
        "running_mean",
        "it stays where it was in training",
        lambda f: f["running_mean"],
        "It must be returned behind y, or changed in place.",
    ),
    Mistake(
        "running_mean",
        "it moves in evaluation too",
        lambda f: always_moved(f, "running_mean", batch_mean(f)),
    ),
    Mistake(
        "running_mean",
        "the batch's takes its place",
        lambda f: moved(f, "running_mean", batch_mean(f), 1.0),
        TORCH_MOMENTUM,
    ),
    Mistake(
        "running_var",
        BIASED,
        lambda f: moved(f, "running_var", batch_var(f)),
        UNBIASED_REMEDY,
    ),
    Mistake(
        "running_var",
        OTHER_WAY,
        lambda f: moved(f, "running_var", batch_var(f, True), 1 - f["momentum"]),
        TORCH_MOMENTUM,
    ),
    Mistake(
        "running_var",
        f"{OTHER_WAY}, and {BIASED}",
        lambda f: moved(f, "running_var", batch_var(f), 1 - f["momentum"]),
        f"{TORCH_MOMENTUM} {UNBIASED_REMEDY}",
    ),
    Mistake(
        "running_var",
        "it stays where it was in training",
        lambda f: f["running_var"],
        "It must be returned behind y, or changed in place.",
    ),
    Mistake(
        "running_var",
        "it moves in evaluation too",
        lambda f: always_moved(f, "running_var", batch_var(f, True)),
    ),
    Mistake(
        "running_var",
        f"it moves in evaluation too, and {BIASED}",
        lambda f: always_moved(f, "running_var", batch_var(f)),
        UNBIASED_REMEDY,
    ),
    Mistake(
        "running_var",
        "the standard deviation is kept, not the variance",
        lambda f: moved(f, "running_var", np.sqrt(batch_var(f, True))),
    ),
    Mistake(
        "dx",
        "mean and variance are taken for constants, through which no gradient flows",
        lambda f: dx_without(f, of_mean=False, of_var=False),
        "In training they depend on every pixel: dx = weight / deviation "
        "(dy - mean(dy) - x_hat mean(dy x_hat)).",
    ),
    Mistake(
        "dx",
        "what flows through the variance is left out",
        lambda f: dx_without(f, of_mean=True, of_var=False),
        "It is - x_hat mean(dy x_hat), times weight / deviation.",
    ),
    Mistake(
        "dx",
        "what flows through the mean is left out",
        lambda f: dx_without(f, of_mean=False, of_var=True),
        "It is - mean(dy), times weight / deviation.",
    ),
    Mistake(
        "dx",
        "gradient flows through the statistics in evaluation too",
        dx_as_in_training,
        "The running statistics are constants: dx = weight / deviation dy.",
    ),
    Mistake("dx", EPSILON, lambda f: dx_without(f, True, True, eps_outside=True)),
    Mistake(
        "dx",
        "the weight is left out",
        lambda f: np.asarray(f.results["dx"] / channels(f["weight"])),
    ),
    Mistake("dweight", SUM, lambda f: dweight(f, x_hat_of(f)[0], mean=True)),
    Mistake(
        "dweight",
        "dy is multiplied by x and not by the normalised x",
        lambda f: dweight(f, f["x"]),
    ),
    Mistake(
        "dweight",
        "dy is multiplied by y, weight and bias included, and not by the normalised x",
        lambda f: dweight(f, f["y"]),
    ),
    Mistake("dweight", EPSILON, lambda f: dweight(f, x_hat_of(f, True)[0])),
    Mistake(
        "dweight",
        "the batch's own statistics are used in evaluation too",
        lambda f: dweight(f, normalised(f, batch_mean(f), np.sqrt(batch_var(f) + f["eps"]))),
    ),
    Mistake("dbias", SUM, lambda f: f["dy"].mean(axis=EACH_CHANNEL)),
    Mistake("dbias", "dy is added up over the batch alone", lambda f: f["dy"].sum(axis=0)),
    Mistake("dbias", "dy is added up over everything", lambda f: f["dy"].sum()),
)
