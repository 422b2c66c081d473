"""Two pictures of evidence over a photo, one for each class, with a slider for their opacity."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pictures.colour import CLASS_COLOURS
from core.pictures.packing import pack
from pages.parts.web import register

_component = register(__file__)


def evidence(
    pixels: NDArray[np.uint8],
    values: NDArray[np.floating],
    *,
    scale: float,
    unit: str,
    names: tuple[str, str],
    classes: tuple[str, str],
    photo: str,
    key: str,
) -> None:
    """Show ``values`` (S, S) over ``pixels`` (S, S, 3): above zero for class 1, below for class 0.

    ``scale`` is the value of full colour in ``unit``; ``names`` caption the pictures for class 0
    and 1. NaN is a place about which nothing is said.
    """
    header: dict[str, Any] = {
        "id": key,
        "scale": scale,
        "unit": unit,
        "names": names,
        "classes": classes,
        "colours": CLASS_COLOURS,
        "photo": photo,
    }
    arrays: dict[str, NDArray[Any]] = {
        "photo": pixels,
        "values": np.asarray(values, dtype=np.float32),
    }
    _component(key=key, data=pack(header, arrays))
