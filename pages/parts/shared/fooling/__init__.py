"""One gradient step, as large as one likes: the photo, the changed photo and the difference."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.pictures.colour import CLASS_COLOURS
from core.pictures.packing import pack
from pages.parts.web import hear, register

if TYPE_CHECKING:
    from core.explain.fooling import Fooling

_component = register(__file__)


def fooling_view(
    found: "Fooling",
    steps: int,
    classes: tuple[str, str],
    *,
    id: str,
    key: str,
    on_steps: Callable[[int], None],
) -> None:
    """Show the step at a size of ``steps``; ``on_steps`` is told another.

    ``id`` names photo and network: with another one the slider goes where ``steps`` says.
    """
    header = {
        "id": id,
        "steps": steps,
        "turning": found.turning,
        "classes": classes,
        "colours": CLASS_COLOURS,
    }
    arrays: dict[str, NDArray[Any]] = {
        "photo": found.photo,
        "direction": (found.direction + 1).astype(np.uint8),
        "probabilities": found.probabilities,
    }
    _component(key=key, data=pack(header, arrays), on_steps_change=hear(key, "steps", on_steps))
