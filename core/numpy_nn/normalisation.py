"""Batch normalisation of images, forward and backward (Ioffe and Szegedy, 2015)."""

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.arguments import (
    channel_vector,
    dimensions,
    real_array,
    result_dtype,
    rounded,
    same_shape,
    working_dtype,
)
from core.numpy_nn.engine.parallel import over_images

Vector = np.ndarray | None
Statistics = tuple[np.ndarray, np.ndarray]


def batch_norm2d(
    x: ArrayLike,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, Vector, Vector]:
    """Shift and scale each channel of ``x`` (N, C, H, W) to mean 0 and variance 1, then multiply by
    ``weight`` (C,) and add ``bias`` (C,).

    In training the mean and the (biased) variance are those of the batch, otherwise the running
    ones, each (C,). Returns (y, running_mean, running_var): in training the running statistics have
    moved by ``momentum`` towards the batch's, the variance's being the unbiased one, as in torch;
    the arrays given are not changed. y has the dtype of ``x``.

    Raises ``ValueError`` where torch refuses: one value per channel in training, no running
    statistics otherwise, not one weight, bias or statistic for each channel.
    """
    x = read_batch("x", x)
    mean, var = statistics(x, running_mean, running_var, training)
    y = normalise(x, mean, var, weight, bias, eps)
    if not training:
        running_mean = None if running_mean is None else real_array("running_mean", running_mean)
        running_var = None if running_var is None else real_array("running_var", running_var)
        return y, running_mean, running_var
    return y, *moved_statistics(x, running_mean, running_var, mean, var, momentum)


def batch_norm2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dweight, dbias), the gradients of ``batch_norm2d``, given the gradient ``dy`` of
    its y; the rest is what ``batch_norm2d`` was given (the running statistics as they were before).

    Raises ``ValueError`` where ``batch_norm2d`` does, or when ``dy`` has not the shape of ``x``.
    """
    x = read_batch("x", x)
    mean, var = statistics(x, running_mean, running_var, training)
    return normalise_backward(dy, x, mean, var, weight, training, eps)


def statistics(
    x: np.ndarray, running_mean: ArrayLike | None, running_var: ArrayLike | None, training: bool
) -> Statistics:
    """Mean and biased variance (C,) to normalise ``x`` (N, C, H, W) with, in the working dtype."""
    if training:
        return batch_statistics(x)
    if running_mean is None or running_var is None:
        raise ValueError("running_mean and running_var must be given unless training, not None")
    mean = channel_vector("running_mean", running_mean, x.shape[1])
    var = channel_vector("running_var", running_var, x.shape[1])
    work = working_dtype(x, mean, var)
    return mean.astype(work, copy=False), var.astype(work, copy=False)


def batch_statistics(x: np.ndarray) -> Statistics:
    """Mean and biased variance (C,) of the batch; 0 and 1 for an empty one."""
    work, (images, channels, height, width) = working_dtype(x), x.shape
    if x.size == channels:
        raise ValueError(f"x must have more than 1 value per channel in training, not {x.shape}")
    if not x.size:
        return np.zeros(channels, work), np.ones(channels, work)
    sums = np.empty((images, channels), work)

    def add_up(n: int) -> None:
        np.sum(x[n], axis=(1, 2), dtype=work, out=sums[n])

    def add_up_squares(n: int) -> None:
        centred = (x[n] - along_channels(mean)).reshape(channels, height * width)
        np.vecdot(centred, centred, out=sums[n])

    count = images * height * width
    over_images(add_up, x)
    mean = sums.sum(axis=0) / work.type(count)
    over_images(add_up_squares, x)
    return mean, sums.sum(axis=0) / work.type(count)


def moved_statistics(
    x: np.ndarray,
    running_mean: ArrayLike | None,
    running_var: ArrayLike | None,
    mean: np.ndarray,
    var: np.ndarray,
    momentum: float,
) -> tuple[Vector, Vector]:
    """Return the running statistics, if there are any, after the batch ``x``; an empty one moves
    nothing.
    """
    count = x.size // max(x.shape[1], 1)
    unbiased = var * (count / (count - 1)) if count else var
    moved: list[Vector] = []
    for name, running, newest in (
        ("running_mean", running_mean, mean),
        ("running_var", running_var, unbiased),
    ):
        old = None if running is None else channel_vector(name, running, x.shape[1])
        if old is not None and count:
            dtype = result_dtype(old, newest)
            old = rounded((1 - momentum) * old + momentum * newest, dtype)
        moved.append(old)
    return moved[0], moved[1]


def normalise(
    x: np.ndarray,
    mean: np.ndarray,
    var: np.ndarray,
    weight: ArrayLike | None,
    bias: ArrayLike | None,
    eps: float,
) -> np.ndarray:
    """Return weight (x - mean) / sqrt(var + eps) + bias, as x times one number plus another."""
    given, scale = [x], inverse_deviation(var, eps)
    if weight is not None:
        given.append(channel_vector("weight", weight, x.shape[1]))
        scale = (scale * given[-1]).astype(var.dtype, copy=False)
    shift = -mean * scale
    if bias is not None:
        given.append(channel_vector("bias", bias, x.shape[1]))
        shift = (shift + given[-1]).astype(var.dtype, copy=False)
    y = np.empty(x.shape, var.dtype)

    def normalise_image(n: int) -> None:
        np.multiply(x[n], along_channels(scale), out=y[n])
        y[n] += along_channels(shift)

    over_images(normalise_image, x)
    return rounded(y, result_dtype(x, *given))


def normalise_backward(
    dy: ArrayLike,
    x: np.ndarray,
    mean: np.ndarray,
    var: np.ndarray,
    weight: ArrayLike | None,
    training: bool,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dweight, dbias), given the statistics that ``x`` was normalised with.

    In training these depend on every pixel, so that with x_hat = (x - mean) / sqrt(var + eps)
    dx = weight / sqrt(var + eps) (dy - mean(dy) - x_hat mean(dy x_hat)).
    """
    dy = real_array("dy", dy)
    same_shape("dy", dy, x.shape)
    work, (images, channels, height, width) = np.result_type(var, working_dtype(dy)), x.shape
    inverse = inverse_deviation(var, eps).astype(work, copy=False)
    dbiases, dweights = np.empty((2, images, channels), work)

    def add_up(n: int) -> None:
        centred = (x[n] - along_channels(mean)).reshape(channels, height * width)
        gradient = dy[n].astype(work, copy=False).reshape(channels, height * width)
        np.sum(gradient, axis=1, out=dbiases[n])
        np.vecdot(centred, gradient, out=dweights[n])

    over_images(add_up, x)
    dbias, dweight = dbiases.sum(axis=0), dweights.sum(axis=0) * inverse
    scale, parameter = inverse, result_dtype(x, dy)
    if weight is not None:
        weight = channel_vector("weight", weight, channels)
        scale, parameter = (inverse * weight).astype(work), result_dtype(weight, x, dy)
    count = work.type(max(images * height * width, 1))
    x_share, share = scale * inverse * dweight / count, scale * dbias / count
    dx = np.empty(x.shape, work)

    def input_gradient(n: int) -> None:
        np.multiply(dy[n], along_channels(scale), out=dx[n])
        if training:
            centred = x[n] - along_channels(mean)
            centred *= along_channels(x_share)
            centred += along_channels(share)
            dx[n] -= centred

    over_images(input_gradient, x)
    return rounded(dx, result_dtype(x, dy)), rounded(dweight, parameter), rounded(dbias, parameter)


def inverse_deviation(var: np.ndarray, eps: float) -> np.ndarray:
    """Return 1 / sqrt(var + eps) in the dtype of ``var``."""
    inverse: np.ndarray = 1 / np.sqrt(var + var.dtype.type(eps))
    return inverse


def read_batch(name: str, value: ArrayLike) -> np.ndarray:
    """Read images (N, C, H, W)."""
    array = real_array(name, value)
    dimensions(name, array, "N, C, H, W")
    return array


def along_channels(vector: np.ndarray) -> np.ndarray:
    """Return (C,) as (C, 1, 1), so that it meets the channels of (C, H, W)."""
    return vector[:, np.newaxis, np.newaxis]
