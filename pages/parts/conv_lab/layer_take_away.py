"""A layer's tab as one HTML file, to hand to a class: its numbers and sums, without the server."""

from urllib.parse import urlencode

from core.conv_lab.demos import Demo, Layer
from core.conv_lab.demos.address import layer_to_query
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.packing import pack_layer
from core.conv_lab.demos.settings import own_fields, settings
from core.conv_lab.view import pack_strips
from core.exchange.standalone import Component, paragraph, standalone_page
from pages.parts.conv_lab import layer_view, strips
from pages.parts.conv_lab.take_away import offer_file
from pages.parts.web import texts_of


def offer_layer(name: str, title: str, layer: Layer, demo: Demo) -> None:
    """Draw the button for a layer of ``LAYERS`` that was carried out."""
    offer_file(
        "layer",
        "Pointing and the sums",
        lambda: layer_html(name, title, layer, demo),
        f"{name}.html",
    )


def layer_html(name: str, title: str, layer: Layer, demo: Demo) -> str:
    """Write a layer with both engines' numbers."""
    address = urlencode({"layer": name} | layer_to_query(name, layer))
    parts: list[str | Component] = [
        paragraph("Point at a number to see the sum behind it."),
        paragraph(settings_in_words(layer), quiet=True),
        Component(*texts_of(layer_view.__file__), pack_layer(name, layer, demo)),
        "<h2>Step by step</h2>",
        *(paragraph(f"{step}: {line}") for step, line in demo.steps),
        paragraph(demo.note, quiet=True),
        "<h2>NumPy, torch, and their difference</h2>",
        Component(*texts_of(strips.__file__), pack_strips(demo.comparisons)),
        paragraph(f"In Glass CNN's Conv lab this layer is /conv_lab?{address}", quiet=True),
    ]
    return standalone_page(f"{title}: what exactly does it compute?", parts)


def settings_in_words(layer: Layer) -> str:
    """Say what is set, as the controls are called."""
    said = []
    for field, setting in settings(layer).items():
        value = getattr(layer, field)
        if setting.switch:
            said.append(f"{setting.label}: {'yes' if value else 'no'}")
        elif not setting.button:
            said.append(f"{setting.label}: {number(value)}")
    own = [
        f"own numbers for {field.removeprefix('own_')}"
        for field in own_fields(layer)
        if getattr(layer, field)
    ]
    return f"{', '.join([*said, *own, layer.dtype])}."
