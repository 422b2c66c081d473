"""A layer's arrays as grids: point at a number to see the sum behind it.

The arrays are sent at once as bytes (``core.pictures.packing``); from then on the view follows the
pointer alone.
"""

from core.conv_lab.demos import Demo, Layer
from core.conv_lab.demos.packing import pack_layer
from pages.parts.web import register

_component = register(__file__)


def layer_view(name: str, layer: Layer, demo: Demo, *, stale: bool, key: str) -> None:
    """Show what a layer came to, greyed out when it is ``stale``."""
    _component(key=key, data=pack_layer(name, layer, demo, stale))
