"""The pictures of a new training: where they come from, and a look at some of them."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.changes import Changes
from core.config import DRAWN, TrainConfig
from core.data import DataRequest
from core.data.preview import Preview, preview_source
from core.data.typed_source import typed_source
from core.errors import ConfigError, DataError
from core.pictures.colour import CLASS_COLOURS
from core.served import is_served, roots, what_is_open
from pages.parts.shared.article_photos import choose_article_set
from pages.parts.shared.form_state import Form
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.one_of import one_of
from pages.parts.shared.photo_boxes import choose_boxes
from pages.parts.shared.photo_source import ARTICLE, BOXES, FOLDER, SOURCES, WHAT_TO_DO
from pages.parts.shared.words import escape_markdown
from pages.parts.shared.zip_drop import drop_zip

SAMPLES = 12
SAMPLE_SIDE = 96


def choose_source(form: Form) -> None:
    """Draw the choice of where pictures come from."""

    def choose(source: str) -> None:
        form.source, form.refused = source, ""

    one_of(
        "Pictures",
        SOURCES,
        form.source,
        choose,
        key="source",
        help="Drawn pets need no download, so you can start at once. Your own photos are dropped "
        "here, or lie in a folder or a zip with one sub-folder for each of two classes.",
    )


def choose_data(form: Form, beneath: DeltaGenerator) -> str:
    """Draw what the chosen source needs: ``beneath`` it, or across the page what is wide.

    Return what to train on, empty while that is missing.
    """
    if form.drawn:
        return DRAWN
    if form.source == FOLDER:
        return type_folder()
    if form.source == BOXES:
        return choose_boxes(form)
    if form.source == ARTICLE:
        return choose_article_set()
    with beneath:
        return drop_zip(form)


def type_folder() -> str:
    """Return the path of the folder or the zip, empty while none was typed or none may be read."""
    if is_served():
        st.caption(f":material/lock: {escape_markdown(what_is_open())}")
        if not roots():
            return ""
    typed = st.text_input(
        "Path of the folder or zip on the server's computer",
        placeholder="/home/me/cat-and-dog",
        key="folder",
        persist_state="session",
        help="training_set and test_set with cats and dogs inside, train and test, two class "
        "folders without a split, or files named cat.0.jpg and dog.0.jpg.",
    )
    try:
        return typed_source(typed) if typed.strip() else ""
    except DataError:
        return typed  # looking at it says what is wrong


@st.cache_data(show_spinner="Looking at the pictures ...", ttl=20, max_entries=20)
def cached_preview(request: DataRequest) -> Preview | str:
    """Return some pictures and what was found, or the sentence why there are none."""
    try:
        return preview_source(request, SAMPLES)
    except DataError as error:
        return str(error)


def request_for(
    data: str, values: dict[str, Any], instead: dict[str, Any], changes: Changes
) -> DataRequest:
    """Return what would be trained on, as thumbnails; with numbers that cannot work, what
    ``instead`` says. The network, which somebody may be changing, does not matter here.
    """
    changed = vars(changes)
    names = ("train_per_class", "test_per_class", "seed")
    for chosen in (values, instead):
        try:
            numbers = {name: chosen[name] for name in names}
            return DataRequest(data or DRAWN, SAMPLE_SIDE, **numbers, **changed)
        except ConfigError:
            continue
    return DataRequest.of(TrainConfig(image_size=SAMPLE_SIDE))


def look_at(data: str, request: DataRequest, form: Form) -> Preview | None:
    """Show sample pictures with labels and what was found; None when there is nothing to train."""
    if not data and form.source == FOLDER and is_served() and not roots():
        return None  # which is said where the path would be typed
    if not data:
        st.info(WHAT_TO_DO[form.source])
        return None
    preview = cached_preview(request)
    if isinstance(preview, str):
        st.error(escape_markdown(preview))
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
