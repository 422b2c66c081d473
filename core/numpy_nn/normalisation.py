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

Vector = np.ndarray | None


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
    x = real_array("x", x)
    dimensions("x", x, "N, C, H, W")
    channels = x.shape[1]
    mean, var = statistics(x, running_mean, running_var, training)
    new_mean = (
        None if running_mean is None else channel_vector("running_mean", running_mean, channels)
    )
    new_var = None if running_var is None else channel_vector("running_var", running_var, channels)
    count = x.size // max(channels, 1)
    if training and count:
        if new_mean is not None:
            new_mean = moved(new_mean, mean, momentum)
        if new_var is not None:
            new_var = moved(new_var, var * (count / (count - 1)), momentum)
    scale = 1 / np.sqrt(var + var.dtype.type(eps))
    given = [x]
    if weight is not None:
        given.append(channel_vector("weight", weight, channels))
        scale = scale * given[-1]
    shift = -mean * scale
    if bias is not None:
        given.append(channel_vector("bias", bias, channels))
        shift = shift + given[-1]
    y = x.astype(var.dtype, copy=False) * along_channels(scale).astype(var.dtype, copy=False)
    y += along_channels(shift)
    return rounded(y, result_dtype(x, *given)), new_mean, new_var


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

    In training the batch's mean and variance depend on every pixel, so that with
    x_hat = (x - mean) / sqrt(var + eps)
    dx = weight / sqrt(var + eps) (dy - mean(dy) - x_hat mean(dy x_hat)).
    Raises ``ValueError`` where ``batch_norm2d`` does, or when ``dy`` has not the shape of ``x``.
    """
    x = real_array("x", x)
    dimensions("x", x, "N, C, H, W")
    dy = real_array("dy", dy)
    same_shape("dy", dy, x.shape)
    mean, var = statistics(x, running_mean, running_var, training)
    work = np.result_type(var, working_dtype(dy))
    inverse = (1 / np.sqrt(var + var.dtype.type(eps))).astype(work, copy=False)
    x_hat = (x.astype(work, copy=False) - along_channels(mean)) * along_channels(inverse)
    wide_dy = dy.astype(work, copy=False)
    dbias = wide_dy.sum(axis=(2, 3)).sum(axis=0)
    dweight = (wide_dy * x_hat).sum(axis=(2, 3)).sum(axis=0)
    scale, parameter = inverse, result_dtype(x, dy)
    if weight is not None:
        weight = channel_vector("weight", weight, x.shape[1])
        scale, parameter = inverse * weight, result_dtype(weight, x, dy)
    dx = wide_dy
    if training and x.size:
        count = x.size // x.shape[1]
        dx = wide_dy - along_channels(dbias / count) - x_hat * along_channels(dweight / count)
    dx = dx * along_channels(scale).astype(work, copy=False)
    return rounded(dx, result_dtype(x, dy)), rounded(dweight, parameter), rounded(dbias, parameter)


def statistics(
    x: np.ndarray, running_mean: ArrayLike | None, running_var: ArrayLike | None, training: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance (C,) to normalise ``x`` (N, C, H, W) with, in the working dtype."""
    work = working_dtype(x)
    if training:
        if x.size == x.shape[1]:
            raise ValueError(
                f"x must have more than 1 value per channel in training, not {x.shape}"
            )
        if not x.size:
            return np.zeros(x.shape[1], work), np.ones(x.shape[1], work)
        wide = x.astype(work, copy=False)
        mean = wide.mean(axis=(2, 3)).mean(axis=0)
        return mean, np.square(wide - along_channels(mean)).mean(axis=(2, 3)).mean(axis=0)
    if running_mean is None or running_var is None:
        raise ValueError("running_mean and running_var must be given unless training, not None")
    mean = channel_vector("running_mean", running_mean, x.shape[1])
    var = channel_vector("running_var", running_var, x.shape[1])
    work = np.result_type(work, working_dtype(mean, var))
    return mean.astype(work, copy=False), var.astype(work, copy=False)


def moved(running: np.ndarray, batch: np.ndarray, momentum: float) -> np.ndarray:
    """Return the running statistic after one batch."""
    return rounded((1 - momentum) * running + momentum * batch, result_dtype(running, batch))


def along_channels(vector: np.ndarray) -> np.ndarray:
    """Return (C,) as (C, 1, 1), so that it meets the channels of (N, C, H, W)."""
    return vector[:, np.newaxis, np.newaxis]
