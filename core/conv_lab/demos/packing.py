"""What the browser gets of a layer: the arrays to look at, and the settings behind their sums."""

from dataclasses import fields

from core.conv_lab.demos.demo import Demo
from core.conv_lab.demos.settings import Layer, own_fields
from core.conv_lab.view import COLOURS
from core.pictures.packing import pack


def pack_layer(name: str, layer: Layer, demo: Demo, stale: bool = False) -> bytes:
    """Pack what a layer of ``LAYERS`` came to; what it computed comes from both engines.

    A ``stale`` layer has earlier settings, because the present ones break a rule.
    """
    own = own_fields(layer)
    every = [each.name for each in fields(layer)]  # type: ignore[arg-type]
    panels, arrays = [], {}
    for panel in demo.panels:
        compared = demo.comparisons.get(panel.title)
        panels.append(
            {
                "name": panel.name,
                "title": panel.title,
                "row": panel.row,
                "result": compared is not None,
                "shape": list(panel.array.shape),
            }
        )
        arrays[panel.name] = panel.array
        if compared is not None:
            arrays[f"{panel.name}_torch"] = compared.torch
    header = {
        "layer": name,
        "settings": {field: getattr(layer, field) for field in every if field not in own},
        "panels": panels,
        "stale": stale,
        "colours": COLOURS,
    }
    return pack(header, arrays)
