"""Checking of arguments: a refusal is a ``ValueError`` that names the argument and what came."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

Pair: TypeAlias = int | Sequence[int]


def pair(name: str, value: Pair, minimum: int) -> tuple[int, int]:
    """Read an int or a pair (height, width) whose parts are at least ``minimum``."""
    parts = tuple(value) if isinstance(value, tuple | list | np.ndarray) else (value,)
    integers = all(isinstance(p, int | np.integer) and not isinstance(p, bool) for p in parts)
    if len(parts) not in (1, 2) or not integers:
        raise ValueError(f"{name} must be an int or a pair (height, width) of ints, not {value!r}")
    if min(parts) < minimum:
        raise ValueError(f"{name} must be at least {minimum}, not {value!r}")
    return int(parts[0]), int(parts[-1])


def real_array(name: str, value: ArrayLike) -> np.ndarray:
    """Return ``value`` as an array of integers or floats in this machine's byte order, not copied
    when it already is one.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold integers or floats, not {array.dtype}")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def dimensions(name: str, array: np.ndarray, names: str) -> None:
    """Refuse an array that has not one dimension for each word of ``names``."""
    if array.ndim != len(names.split(", ")):
        raise ValueError(f"{name} must have the shape ({names}), not {array.shape}")


def same_shape(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse an array whose shape is not ``shape``."""
    if array.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}, not {array.shape}")


def images(name: str, value: ArrayLike) -> tuple[np.ndarray, bool]:
    """Read images (N, C, H, W), or one image (C, H, W), to which a batch axis of one is added.

    Returns the images and whether the axis was added.
    """
    array = real_array(name, value)
    if array.ndim not in (3, 4):
        raise ValueError(f"{name} must have the shape (N, C, H, W) or (C, H, W), not {array.shape}")
    return (array[np.newaxis], True) if array.ndim == 3 else (array, False)


def images_gradient(dy: ArrayLike, shape: tuple[int, ...], unbatched: bool) -> np.ndarray:
    """Read the gradient of a result of ``shape`` (N, C, H, W), or (C, H, W) where ``images`` has
    added the batch axis, as (N, C, H, W).
    """
    array = real_array("dy", dy)
    same_shape("dy", array, shape[1:] if unbatched else shape)
    return array.reshape(shape)


def channel_vector(name: str, value: ArrayLike, channels: int) -> np.ndarray:
    """Read one value for each of ``channels`` channels."""
    array = real_array(name, value)
    if array.shape != (channels,):
        raise ValueError(
            f"{name} must have one value for each of {channels} channels, "
            f"shape ({channels},), not {array.shape}"
        )
    return array


def result_dtype(array: np.ndarray, *others: np.ndarray) -> np.dtype:
    """Dtype of a result: that of a float ``array``; integers take part in NumPy's promotion with
    the ``others``, and become float64 where nothing is a float.
    """
    if array.dtype.kind == "f":
        return array.dtype
    promoted = np.result_type(array, *others)
    return promoted if promoted.kind == "f" else np.dtype(np.float64)


def working_dtype(*arrays: np.ndarray) -> np.dtype:
    """Dtype to compute in: the widest of the arrays', float32 for float16, float64 for integers."""
    promoted = np.result_type(*arrays)
    return np.result_type(promoted, np.float32) if promoted.kind == "f" else np.dtype(np.float64)


def rounded(array: np.ndarray, dtype: DTypeLike) -> np.ndarray:
    """Round to ``dtype``; what is too large for it becomes infinite, silently as in torch."""
    with np.errstate(over="ignore"):
        return array.astype(dtype, copy=False)


def is_finite(array: np.ndarray) -> bool:
    """Whether all elements, and so their sum, are finite; may say no when the sum overflows."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.sum()))
