"""Batch norm's formulas, each of which may be changed in one place."""

from collections.abc import Callable

import numpy as np

from core.check.layers.layer import Facts
from core.comparison.rounding import Array

EACH_CHANNEL = (0, 2, 3)


def channels(vector: Array) -> Array:
    """Lay (C,) along the channels of (N, C, H, W)."""
    return np.asarray(vector)[:, np.newaxis, np.newaxis]


def batch_mean(f: Facts) -> Array:
    """Return the batch's mean of each channel."""
    return np.asarray(f["x"].mean(axis=EACH_CHANNEL))


def batch_var(f: Facts, unbiased: bool = False) -> Array:
    """Return the batch's variance of each channel."""
    return np.asarray(f["x"].var(axis=EACH_CHANNEL, ddof=int(unbiased)))


def mean_and_var(f: Facts) -> tuple[Array, Array]:
    """Return what is to be normalised with."""
    if f["training"]:
        return batch_mean(f), batch_var(f)
    return f["running_mean"], f["running_var"]


def scaled(f: Facts, normalised: Array) -> Array:
    """Multiply by the weight and add the bias."""
    return np.asarray(channels(f["weight"]) * normalised + channels(f["bias"]))


def normalised(f: Facts, mean: Array, deviation: Array) -> Array:
    """Return (x - mean) / deviation."""
    return np.asarray((f["x"] - channels(mean)) / channels(deviation))


def with_deviation(f: Facts, deviation: Callable[[Array], Array]) -> Array:
    """Return y with another deviation, made of the variance."""
    mean, var = mean_and_var(f)
    return scaled(f, normalised(f, mean, deviation(var)))


def with_statistics(f: Facts, mean: Array, var: Array) -> Array:
    """Return y with other statistics."""
    return scaled(f, normalised(f, mean, np.sqrt(var + f["eps"])))


def over_axes(f: Facts, axes: tuple[int, ...]) -> Array | None:
    """Return y of training with statistics over other axes."""
    if not f["training"]:
        return np.asarray(f.results["y"])
    mean, var = f["x"].mean(axis=axes, keepdims=True), f["x"].var(axis=axes, keepdims=True)
    return scaled(f, (f["x"] - mean) / np.sqrt(var + f["eps"]))


def without(f: Facts, role: str) -> Array:
    """Return y without the weight or the bias."""
    mean, var = mean_and_var(f)
    x_hat = normalised(f, mean, np.sqrt(var + f["eps"]))
    if role == "weight":
        return np.asarray(x_hat + channels(f["bias"]))
    return np.asarray(x_hat * channels(f["weight"]))


def moved(f: Facts, name: str, newest: Array, momentum: float | None = None) -> Array:
    """Move a running statistic towards the newest in training."""
    if not f["training"]:
        return np.asarray(f[name])
    share = f["momentum"] if momentum is None else momentum
    return np.asarray((1 - share) * f[name] + share * newest)


def always_moved(f: Facts, name: str, newest: Array) -> Array:
    """Move a running statistic in evaluation too."""
    return np.asarray((1 - f["momentum"]) * f[name] + f["momentum"] * newest)


def x_hat_of(f: Facts, eps_outside: bool = False) -> tuple[Array, Array]:
    """Return the normalised input and 1 / deviation, (C, 1, 1)."""
    mean, var = mean_and_var(f)
    deviation = np.sqrt(var) + f["eps"] if eps_outside else np.sqrt(var + f["eps"])
    return normalised(f, mean, deviation), 1 / channels(deviation)


def dx_without(f: Facts, of_mean: bool, of_var: bool, eps_outside: bool = False) -> Array:
    """Return dx with or without what flows through the mean and through the variance."""
    x_hat, inverse = x_hat_of(f, eps_outside)
    dx = f["dy"]
    if f["training"] and of_mean:
        dx = dx - f["dy"].mean(axis=EACH_CHANNEL, keepdims=True)
    if f["training"] and of_var:
        dx = dx - x_hat * (f["dy"] * x_hat).mean(axis=EACH_CHANNEL, keepdims=True)
    return np.asarray(channels(f["weight"]) * inverse * dx)


def dx_as_in_training(f: Facts) -> Array:
    """Return dx as if the statistics were the batch's."""
    mean, var = batch_mean(f), batch_var(f)
    deviation = np.sqrt(var + f["eps"])
    x_hat = normalised(f, mean, deviation)
    dx = f["dy"] - f["dy"].mean(axis=EACH_CHANNEL, keepdims=True)
    dx = dx - x_hat * (f["dy"] * x_hat).mean(axis=EACH_CHANNEL, keepdims=True)
    return np.asarray(channels(f["weight"] / deviation) * dx)


def dweight(f: Facts, times: Array, mean: bool = False) -> Array:
    """Add up dy times something over each channel, or take the mean."""
    product = f["dy"] * times
    reduced = product.mean(axis=EACH_CHANNEL) if mean else product.sum(axis=EACH_CHANNEL)
    return np.asarray(reduced)
