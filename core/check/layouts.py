"""The orders of axes that people keep arrays in, and the way from torch's to theirs."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from core.comparison.rounding import Array

IMAGES: Final = {"nchw": "(N, C, H, W)", "hwc": "(H, W, C)", "nhwc": "(N, H, W, C)"}
LAYOUTS: Final[Mapping[str, Mapping[str, str]]] = {
    "images": IMAGES,
    "channels": {**IMAGES, "rows": "(N, features)"},
    "rows": {"nchw": "(N, features)", "hwc": "(features, N)"},
    "any": {"nchw": "any shape"},
}
"""How a kind of layer may be laid out: as torch does, as the article and its kin, as TensorFlow.

What treats every pixel of a channel alike may have all pixels as rows, and channels as features.
"""

FLOWING: Final = ("x", "y", "dy", "dx")


def laid_out(kind: str, layout: str, name: str, value: Any) -> Any:  # noqa: ANN401 - or a setting
    """Lay an array, given its role or its result's name, as ``layout`` does; others stay."""
    if layout == "nchw" or not isinstance(value, np.ndarray):
        return value
    images = value.ndim == 4
    if images and layout == "rows":
        return np.ascontiguousarray(value.transpose(0, 2, 3, 1)).reshape(-1, value.shape[1])
    if images and layout == "nhwc":
        return np.ascontiguousarray(value.transpose(0, 2, 3, 1) if name in FLOWING else hwio(value))
    if images:
        turned = value[0].transpose(1, 2, 0) if name in FLOWING else value.transpose(0, 2, 3, 1)
        return np.ascontiguousarray(turned)
    if kind == "rows" and name in FLOWING:
        return np.ascontiguousarray(value.T)
    if kind == "rows" and name in ("bias", "no_bias"):
        return value[:, np.newaxis]
    return value


def hwio(weight: Array) -> Array:
    """Lay a convolution's weight (out, in, height, width) as (height, width, in, out)."""
    return weight.transpose(2, 3, 1, 0)


def article_cache(given: Mapping[str, Any]) -> dict[str, Array | None]:
    """Make the cache of the article's backward functions: Z, W, b and A_prev."""
    roles = {"Z": "y", "W": "weight", "b": "bias", "A_prev": "x"}
    return {name: given.get(role) for name, role in roles.items()}
