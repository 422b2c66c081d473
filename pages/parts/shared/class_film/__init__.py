"""Two drawings side by side, one of each class, and their way from grey as a film."""

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from core.pictures.colour import CLASS_COLOURS
from core.pictures.packing import pack
from pages.parts.web import register

if TYPE_CHECKING:
    from core.explain.class_drawing import ClassDrawing

_component = register(__file__)


def class_film(drawing: "ClassDrawing", classes: tuple[str, str], *, id: str, key: str) -> None:
    """Show the drawings of both classes, the last at first; ``id`` is another for another film."""
    header = {"id": id, "steps": drawing.steps, "classes": classes, "colours": CLASS_COLOURS}
    arrays: dict[str, NDArray[Any]] = {
        "frames": drawing.frames,
        "probabilities": drawing.probabilities,
    }
    _component(key=key, data=pack(header, arrays))
