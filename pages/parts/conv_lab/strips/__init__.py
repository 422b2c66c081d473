"""Both engines' arrays compared: a row each with the difference, and the values to read.

The arrays are sent at once as bytes (``core.conv_lab.packing``); from then on the view follows the
pointer alone.
"""

from collections.abc import Sequence

from core.conv_lab.engines import Comparison
from core.conv_lab.view import pack_strips
from pages.parts.web import register

_component = register(__file__)


def strips(comparisons: Sequence[Comparison], titles: Sequence[str], *, key: str) -> None:
    """Show arrays of both engines and their differences, a row each, with values to read."""
    _component(key=key, data=pack_strips(comparisons, titles))
