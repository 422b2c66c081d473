"""What turns a channel on: the training photos, and the places in them, that excite it most."""

from typing import TYPE_CHECKING

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data.mistaken import as_seen
from core.runs.run import Run
from pages.parts.feature_maps.chosen_photo import choose
from pages.parts.feature_maps.source import Source, load_network
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.run_photos import run_data
from pages.parts.shared.surveys import offer_survey
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.explain.anatomy_packing import Selection
    from core.explain.seen_photos import Tops

SIDE = 128


def show_tops(source: Source, selection: "Selection") -> None:
    """Draw the strongest photos of the selected channel, or what to do to get them."""
    from core.explain.survey import Survey

    run, channel = source.run, selection.channel
    if run is None or source.epoch is None or channel is None:
        return
    layer = load_network(source).layers[selection.layer]
    if not layer.has_maps:
        return
    st.markdown(f"**What turns {layer.name}, channel {channel} on?**")
    survey = Survey(run, "tops", source.epoch)
    found = survey.tops()
    if found is not None:
        draw_tops(source, run, selection, channel, found)
        return
    offer_survey(
        survey,
        "Search the training photos",
        "Looking at the training photos",
        help="All channels of this epoch at once, in the background; it is kept with the run.",
    )


def draw_tops(
    source: Source, run: Run, selection: "Selection", channel: int, found: "Tops"
) -> None:
    """Draw a channel's strongest photos with the place in each."""
    data = run_data(run)
    if isinstance(data, str):
        st.warning(data)
        return
    if found.photos != len(data.train):
        st.warning("The pictures in the run's source have changed since this search.")
        return
    top = found.layers[selection.layer]
    field = load_network(source).fields[selection.layer]
    if not top.values[channel, 0]:
        st.info(f"Nothing: it is silent for all {found.photos:,} training photos, zero everywhere.")
        return
    pictures, numbers = [], []
    for k in range(top.values.shape[1]):
        number, value = int(top.photos[channel, k]), float(top.values[channel, k])
        if number < 0 or not np.isfinite(value):
            continue
        box = field.box(int(top.rows[channel, k]), int(top.columns[channel, k]))
        pixels = as_seen(np.array(data.train.pixels[number]), run.config.mistakes)
        label = data.classes[data.train.labels[number]]
        pictures.append(
            Picture(with_box(pixels, box), f"{value:.3g}", f"{data.train.names[number]}, a {label}")
        )
        numbers.append(number)
    gallery(
        pictures, key="tops", side=SIDE, on_click=lambda n: choose("photo", f"train:{numbers[n]}")
    )
    st.caption(
        f"{escape_markdown(source.name)}, {source.when}: the {len(pictures)} strongest of "
        f"{found.photos:,} training photos, each with the value of its strongest cell and, framed, "
        "what that cell sees. Click one to look at it in all layers."
    )


def with_box(pixels: NDArray[np.uint8], box: tuple[int, int, int, int] | None) -> NDArray[np.uint8]:
    """Draw a frame that is seen on every colour around a place of a photo."""
    enlarged = cv2.resize(pixels, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_AREA)
    if box is None:
        return np.asarray(enlarged, dtype=np.uint8)
    scale = 2 * SIDE / len(pixels)
    top, left, bottom, right = (round(edge * scale) for edge in box)
    last = 2 * SIDE - 2
    corners = (min(left, last), min(top, last)), (min(right, last), min(bottom, last))
    for colour, width in ((0, 7), (255, 3)):
        cv2.rectangle(enlarged, *corners, (colour, colour, colour), width)
    return np.asarray(enlarged, dtype=np.uint8)
