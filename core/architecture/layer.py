"""What every kind of layer has.

A layer is a small frozen value that knows nothing of its neighbours: given the shape that comes
in, it says what goes out, or raises ``Misfit`` with the nearest layers that would work there.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.architecture.misfit import Shape
from core.architecture.reach import Windows
from core.architecture.values import Form


def told(form: Form, default: Any = dataclasses.MISSING) -> Any:  # noqa: ANN401 - as a field
    """Declare a number of a layer: how it is written, and its value when the text is silent."""
    return field(default=default, metadata={"form": form})


@dataclass(frozen=True)
class Layer:
    """What every layer has; one that changes only values needs no more.

    ``word`` begins its line in the text; ``leading`` names the field that follows without its name.
    """

    word: ClassVar[str] = ""
    leading: ClassVar[str] = ""

    def output(self, shape: Shape) -> Shape:
        """Return the shape that goes out for one that comes in; ``Misfit`` when none can."""
        return shape

    def parameters(self, shape: Shape) -> int:
        """Count what is learned, given what comes in."""
        return 0

    def multiply_adds(self, shape: Shape) -> int:
        """Count the products, each with its addition, given what comes in."""
        return 0

    def windows(self, axis: int, size: int, cells: int) -> Windows | None:
        """Return which of ``size`` places each of ``cells`` reads along an axis, rows being 0.

        None for a layer whose cells read the same place alone, and for one that moves nothing.
        """
        return None
