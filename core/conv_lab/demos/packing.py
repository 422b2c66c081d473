"""What the browser gets of a layer: the arrays to look at, and the settings behind their sums."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.conv_lab.demos.demo import Demo
from core.conv_lab.demos.settings import Layer, own_fields
from core.conv_lab.demos.terms import Line, Part, Terms
from core.conv_lab.view import COLOURS
from core.pictures.packing import pack

SYMBOLS = {"dx": "dX", "dweight": "dW", "dbias": "db"}
"""What the numbers of some panels are called, where that is not the panel's name."""


def pack_layer(name: str, layer: Layer, demo: Demo, stale: bool = False) -> bytes:
    """Pack what a layer of ``LAYERS`` came to; what it computed comes from both engines.

    The places of an array's terms come with "terms_" and its name.
    A ``stale`` layer has earlier settings, because the present ones break a rule.
    """
    own = own_fields(layer)
    every = [each.name for each in fields(layer)]  # type: ignore[arg-type]
    panels, arrays = list[dict[str, object]](), dict[str, NDArray[Any]]()
    for panel in demo.panels:
        compared = demo.comparisons.get(panel.title)
        panels.append(
            {
                "name": panel.name,
                "title": panel.title,
                "symbol": panel.symbol or SYMBOLS.get(panel.name, panel.name),
                "first": panel.first,
                "row": panel.row,
                "result": compared is not None,
                "shape": list(panel.array.shape),
            }
        )
        arrays[panel.name] = panel.array
        if compared is not None:
            arrays[f"{panel.name}_torch"] = compared.torch
    for of, terms in demo.terms.items():
        arrays[f"terms_{of}"] = terms.places.astype(np.int32)
    header = {
        "layer": name,
        "settings": {field: getattr(layer, field) for field in every if field not in own},
        "panels": panels,
        "terms": {of: _how(terms) for of, terms in demo.terms.items()},
        "lines": {of: [_written(line) for line in lines] for of, lines in demo.lines.items()},
        "stale": stale,
        "colours": COLOURS,
    }
    return pack(header, arrays)


def _how(terms: Terms) -> dict[str, object]:
    return {
        "factors": terms.factors,
        "bias": terms.bias,
        "divisor": terms.divisor,
        "quotient": terms.quotient,
        "nothing": terms.nothing,
    }


def _written(line: Line) -> dict[str, object]:
    parts = [
        [part.text, part.name, part.place] if isinstance(part, Part) else part
        for part in line.parts
    ]
    return {"parts": parts, "result": line.result}
