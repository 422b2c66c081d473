"""A patch to move and size over a photo, with what the network gets and says."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pictures.colour import CLASS_COLOURS
from core.pictures.packing import pack
from pages.parts.web import hear, register

_component = register(__file__)


def cover_view(
    pixels: NDArray[np.uint8],
    seen: NDArray[np.uint8],
    facts: dict[str, Any],
    *,
    key: str,
    on_cover: Callable[[list[float]], None],
) -> None:
    """Show the photo (S, S, 3) with a patch, and ``seen``, what the network got.

    ``facts``: id, patch (top, left, height, width), grey, classes, probability and uncovered, both
    P(class 1). ``on_cover`` is told the patch asked for.
    """
    header = {**facts, "colours": CLASS_COLOURS}
    _component(
        key=key,
        data=pack(header, {"photo": pixels, "seen": seen}),
        on_cover_change=hear(key, "cover", on_cover),
    )
