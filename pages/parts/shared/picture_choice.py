"""The pictures of a new training: where they come from, and a look at some of them."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.config import DRAWN, TrainConfig
from core.data import DataRequest
from core.data.preview import Preview, preview_source
from core.errors import ConfigError, DataError
from core.pictures.colour import CLASS_COLOURS
from pages.parts.shared.form_state import DRAWN_PETS, FOLDER, Form
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.words import escape_markdown

SAMPLES = 12
SAMPLE_SIDE = 96


def choose_source(form: Form) -> None:
    """Draw the choice of where pictures come from."""
    if st.session_state.get("source") != form.source:
        st.session_state["source"] = form.source

    def choose() -> None:
        form.source = st.session_state["source"]

    st.segmented_control(
        "Pictures",
        [DRAWN_PETS, FOLDER],
        required=True,
        key="source",
        on_change=choose,
        help="Drawn pets need no download, so you can start at once. A folder holds your own "
        "photos, one sub-folder for each of two classes.",
    )


def type_folder() -> str:
    """Return the folder's path, empty while none was typed."""
    path = st.text_input(
        "Path of the folder on the server's computer",
        placeholder="/home/me/cat-and-dog",
        key="folder",
        persist_state="session",
        help="training_set and test_set with cats and dogs inside, train and test, two class "
        "folders without a split, or files named cat.0.jpg and dog.0.jpg.",
    )
    return str(Path(path.strip()).expanduser()) if path.strip() else ""


@st.cache_data(show_spinner="Looking at the pictures ...", ttl=20, max_entries=20)
def cached_preview(request: DataRequest) -> Preview | str:
    """Return some pictures and what was found, or the sentence why there are none."""
    try:
        return preview_source(request, SAMPLES)
    except DataError as error:
        return str(error)


def request_for(data: str, values: dict[str, Any], instead: dict[str, Any]) -> DataRequest:
    """Return what would be trained on, as thumbnails; with numbers that cannot work, what
    ``instead`` says. The network, which somebody may be changing, does not matter here.
    """
    names = ("train_per_class", "test_per_class", "seed")
    for chosen in (values, instead):
        try:
            return DataRequest(data or DRAWN, SAMPLE_SIDE, **{name: chosen[name] for name in names})
        except ConfigError:
            continue
    return DataRequest.of(TrainConfig(image_size=SAMPLE_SIDE))


def look_at(data: str, request: DataRequest) -> Preview | None:
    """Show sample pictures with labels and what was found; None when there is nothing to train."""
    if not data:
        st.info("Type the path of a folder with photos of two classes to see what is in it.")
        return None
    preview = cached_preview(request)
    if isinstance(preview, str):
        st.error(preview)
        return None
    st.markdown("**Some of the training pictures**")
    gallery(
        [
            Picture(pixels, preview.classes[label], name, CLASS_COLOURS[label])
            for pixels, label, name in zip(
                preview.pixels, preview.labels, preview.names, strict=True
            )
        ],
        key="samples",
        side=80,
        clickable=False,
    )
    st.markdown("**What was found**")
    st.markdown("\n".join(f"- {escape_markdown(sentence)}" for sentence in preview.sentences))
    for name, sentence in preview.unreadable:
        st.warning(f"{escape_markdown(name)} will be left out. {sentence}")
    return preview
