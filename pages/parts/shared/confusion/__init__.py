"""The confusion matrix as a table: what the photos are against what was said of them."""

import numpy as np
from numpy.typing import NDArray

from pages.parts.web import register

_component = register(__file__)


def confusion_matrix(
    counts: NDArray[np.integer], classes: tuple[str, str], *, key: str, clickable: bool = True
) -> tuple[int, int] | None:
    """Draw ``counts`` (2, 2), row true class, column answer; return the chosen (row, column).

    On screen class 1 comes first, and the right answers run from top left to bottom right.
    """
    result = _component(
        key=key,
        data={"counts": tuple(counts.tolist()), "classes": classes, "clickable": clickable},
        default={"cell": None},
        on_cell_change=lambda: None,
    )
    cell = result.cell
    return None if cell is None else (int(cell[0]), int(cell[1]))
