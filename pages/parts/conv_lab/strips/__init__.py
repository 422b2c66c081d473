"""Both engines' arrays compared: a row each with the difference, and the values to read.

The arrays are sent at once as bytes (``core.pictures.packing``); from then on the view follows the
pointer alone.
"""

from collections.abc import Mapping

from core.comparison.rounding import Comparison
from core.conv_lab.view import pack_strips
from pages.parts.web import register

_component = register(__file__)


def strips(comparisons: Mapping[str, Comparison], *, key: str) -> None:
    """Show arrays of both engines, by title, and their differences, with values to read."""
    _component(key=key, data=pack_strips(comparisons))
