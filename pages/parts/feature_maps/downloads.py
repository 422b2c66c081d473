"""Maps to take away: as a picture, and as the very numbers in a .npy file."""

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.parts.feature_maps.chosen_photo import ChosenPhoto
from pages.parts.feature_maps.source import Source
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.explain.anatomy import PhotoInside
    from core.explain.anatomy_packing import Selection

PICTURE_SIDE = 512


def offer_downloads(
    source: Source, photo: ChosenPhoto, inside: "PhotoInside", selection: "Selection"
) -> None:
    """Draw the buttons; files are made when one is pressed."""
    layer = inside.network.layers[selection.layer]
    values, what = inside.outputs[selection.layer], layer.name
    if selection.channel is not None and values.ndim == 3:
        values, what = values[selection.channel], f"{layer.name} channel {selection.channel}"
    stem = file_stem(f"{source.name} {source.when} {photo.name} {what}")
    with st.container(horizontal=True, vertical_alignment="center"):
        size = " × ".join(map(str, values.shape))
        name = escape_markdown(photo.name)
        st.caption(f"Take away {what} of {name}, {size}:", width="content")
        st.download_button(
            "PNG",
            lambda: picture(values),
            f"{stem}.png",
            "image/png",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            ".npy",
            lambda: npy(values),
            f"{stem}.npy",
            "application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
        )


def file_stem(text: str) -> str:
    """Make a file name that every system takes."""
    kept = "".join(letter if letter.isalnum() else "-" for letter in text)
    return "-".join(filter(None, kept.split("-")))[:120]


def picture(values: NDArray[Any]) -> bytes:
    """Colour a map, or tile all maps of a layer, on one scale; cells enlarged without smoothing."""
    from core.pictures.tiles import fold, map_png, palette, png, tile_maps

    if values.ndim == 2:
        return map_png(values, cell=max(1, PICTURE_SIDE // max(values.shape)))
    tile = tile_maps(values if values.ndim == 3 else fold(values))
    cell = max(1, 2 * PICTURE_SIDE // max(tile.pixels.shape))
    return png(palette()[tile.pixels].repeat(cell, axis=0).repeat(cell, axis=1))


def npy(values: NDArray[Any]) -> bytes:
    """Write the float32 values as NumPy's own file."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(values), allow_pickle=False)
    return file.getvalue()
