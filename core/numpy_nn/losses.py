"""Binary cross entropy of probabilities and of logits, forward and backward."""

import numpy as np
from numpy.typing import ArrayLike

from core.numpy_nn.activations import sigmoid
from core.numpy_nn.arguments import real_array, result_dtype, rounded, same_shape, working_dtype

LOG_FLOOR = -100.0  # torch clamps both logarithms here, so that no probability costs infinity
DENOMINATOR_FLOOR = float(np.float32(1e-12))  # and p (1 - p) here, the nearest float32 to 1e-12


def bce_loss(probability: ArrayLike, target: ArrayLike) -> np.floating:
    """Return the mean of -(t log p + (1 - t) log(1 - p)), both logarithms at least -100.

    ``probability`` and ``target`` have the same shape and lie between 0 and 1, or ``ValueError`` is
    raised; the result has the dtype of ``probability``. The mean of nothing is NaN, as in torch.
    """
    p, t = loss_arguments("probability", probability, target)
    between_0_and_1("probability", p)
    between_0_and_1("target", t)
    work = working_dtype(p, t)
    wide_p, wide_t = p.astype(work, copy=False), t.astype(work, copy=False)
    with np.errstate(divide="ignore"):  # log(0) is clamped
        log_p = np.maximum(np.log(wide_p), LOG_FLOOR)
        log_not_p = np.maximum(np.log1p(-wide_p), LOG_FLOOR)
    return mean((wide_t - 1) * log_not_p - wide_t * log_p, result_dtype(p, t))


def bce_loss_backward(probability: ArrayLike, target: ArrayLike, dloss: float = 1.0) -> np.ndarray:
    """Return the gradient of ``bce_loss`` with respect to ``probability``, times ``dloss``:
    (p - t) / (p (1 - p)) / count, the denominator p (1 - p) at least 1e-12 as in torch.
    """
    p, t = loss_arguments("probability", probability, target)
    between_0_and_1("probability", p)
    between_0_and_1("target", t)
    work = working_dtype(p, t)
    wide_p, wide_t = p.astype(work, copy=False), t.astype(work, copy=False)
    denominator = np.maximum((1 - wide_p) * wide_p, work.type(DENOMINATOR_FLOOR))
    return rounded(
        (wide_p - wide_t) / denominator * work.type(dloss / max(p.size, 1)), result_dtype(p, t)
    )


def bce_with_logits(logit: ArrayLike, target: ArrayLike) -> np.floating:
    """Return the binary cross entropy of sigmoid(logit), the mean of
    max(x, 0) - x t + log(1 + exp(-|x|)), which overflows nowhere.

    ``logit`` and ``target`` have the same shape, or ``ValueError`` is raised; the result has the
    dtype of ``logit``.
    """
    x, t = loss_arguments("logit", logit, target)
    work = working_dtype(x, t)
    wide_x, wide_t = x.astype(work, copy=False), t.astype(work, copy=False)
    losses = np.maximum(wide_x, 0) - wide_x * wide_t + np.log1p(np.exp(-np.abs(wide_x)))
    return mean(losses, result_dtype(x, t))


def bce_with_logits_backward(logit: ArrayLike, target: ArrayLike, dloss: float = 1.0) -> np.ndarray:
    """Return the gradient of ``bce_with_logits`` with respect to ``logit``, times ``dloss``:
    (sigmoid(x) - t) / count.
    """
    x, t = loss_arguments("logit", logit, target)
    work = working_dtype(x, t)
    difference = sigmoid(x.astype(work, copy=False)) - t.astype(work, copy=False)
    return rounded(difference * work.type(dloss / max(x.size, 1)), result_dtype(x, t))


class BCELoss:
    """``bce_loss`` with the interface of a layer."""

    def forward(self, probability: ArrayLike, target: ArrayLike) -> float:
        """Return the mean loss of probabilities and targets of the same shape."""
        self.remembered = probability, target
        return float(bce_loss(probability, target))

    def backward(self) -> np.ndarray:
        """Return the gradient with respect to the newest probabilities."""
        return bce_loss_backward(*self.remembered)


def loss_arguments(name: str, value: ArrayLike, target: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Read what the network says and the target, which must have the same shape."""
    array, goal = real_array(name, value), real_array("target", target)
    same_shape("target", goal, array.shape)
    return array, goal


def between_0_and_1(name: str, array: np.ndarray) -> None:
    """Refuse values below 0, above 1 or NaN."""
    if not np.all((array >= 0) & (array <= 1)):
        raise ValueError(
            f"{name} must lie between 0 and 1, not from {array.min():g} to {array.max():g}"
        )


def mean(losses: np.ndarray, dtype: np.dtype) -> np.floating:
    """Return the mean; NaN for none."""
    value: np.floating = dtype.type(losses.mean() if losses.size else np.nan)
    return value
