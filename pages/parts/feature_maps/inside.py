"""A photo's way through a network, computed once and kept for everybody who looks at it."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.feature_maps.chosen_photo import ChosenPhoto
from pages.parts.feature_maps.source import Source, load_network

if TYPE_CHECKING:
    from core.explain.anatomy import PhotoInside


def look_inside(source: Source, photo: ChosenPhoto) -> "PhotoInside":
    """Trace a photo; ``ModelError`` or ``RunError`` when the network cannot be loaded."""
    return _trace(source, photo.key, photo)


# The largest networks' maps take some megabytes a photo: a film over the epochs fits, no more.
@st.cache_resource(show_spinner=False, max_entries=24)
def _trace(source: Source, key: str, _photo: ChosenPhoto) -> "PhotoInside":
    from core.explain.anatomy import PhotoInside

    return PhotoInside(load_network(source), _photo.pixels)
