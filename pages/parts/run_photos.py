"""The test photos of a run, so that its answers can be shown beside them."""

import streamlit as st

from core.data import load_data
from core.data.dataset import PhotoSet
from core.data.report import DataError
from core.runs import Run


def test_photos(run: Run) -> PhotoSet | str:
    """Return the photos that the run was tested on, or a sentence when they are gone."""
    config = run.config
    try:
        return _load(
            config.data,
            config.image_size,
            config.train_per_class,
            config.test_per_class,
            config.seed,
        )
    except DataError as error:
        return f"The pictures of this run cannot be shown: {error}"


@st.cache_resource(show_spinner="Fetching the pictures ...", max_entries=4, ttl=600)
def _load(source: str, size: int, train: int, test: int, seed: int) -> PhotoSet:
    return load_data(source, size, train, test, seed).test
