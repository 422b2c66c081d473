"""What a visitor changed about the photos of a source: photos with a switch each, and the count."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import replace

import streamlit as st

from core.changes import Changes, Choice
from core.config import DRAWN, TrainConfig
from core.data import DataRequest
from core.data.change_list import ChangeList, changes_of
from core.errors import DataError, GlassError, sentence_for
from core.review.findings import FoundPhoto, article, said
from core.review.thumbnails import Thumbnail, thumbnails
from core.runs.bringing import changing_list, may_review
from pages.parts.shared.one_of import one_of
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown

SIDE = 112
CARD_WIDTH = 232
NAMED = 12
"""Photos that are named where they are only counted."""
_PROBLEM = "photo-changes-problem"
SPLITS = {"train": "to train on", "test": "to test on"}


def kept_changes(data: str) -> Changes:
    """Return what is changed about a source of photos; a list that cannot be read is told."""
    try:
        return changes_of(data) if data else Changes()
    except DataError as error:
        st.error(escape_markdown(str(error)))
        st.button(
            "Begin a new list",
            key="new-changes",
            on_click=attempt,
            args=(lambda: changing_list(ChangeList(data), visitor()).clear(),),
            help="The damaged one is deleted. Until then photos are used as they were found.",
        )
        return Changes()


def say_what_was_changed(config: TrainConfig) -> None:
    """Say of a run which photos of its source it leaves out, and whose label is turned over."""
    if config.data == DRAWN or not config.changes:
        return
    parts = [("Left out", config.left_out), ("Label turned over", config.turned_over)]
    told = [f"**{words}:** {shortened(names)}" for words, names in parts if names]
    st.caption(f":material/rule: {config.changes.words}.", help="\n\n".join(told))


def shortened(names: Collection[str]) -> str:
    """Name the first photos, and count the others."""
    shown = ", ".join(escape_markdown(name) for name in list(names)[:NAMED])
    more = len(names) - NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def attempt(action: Callable[[], object]) -> None:
    """Do what a click asks for, or remember why that cannot be."""
    try:
        action()
    except (GlassError, OSError) as error:
        st.session_state[_PROBLEM] = sentence_for(error)


def choose(kept: ChangeList, names: Collection[str], choice: Choice) -> None:
    """Write down what becomes of photos."""
    attempt(lambda: changing_list(kept, visitor()).choose(*names, choice=choice))


def say_what_went_wrong() -> None:
    """Say why the last choice could not be written down, if it could not."""
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(escape_markdown(problem))


@st.cache_data(show_spinner="Fetching the photos ...", ttl=600, max_entries=40)
def _thumbnails(request: DataRequest, names: tuple[str, ...]) -> dict[str, Thumbnail]:
    return thumbnails(request, names, SIDE)


def fetch(request: DataRequest, names: Collection[str]) -> dict[str, Thumbnail]:
    """Return small pictures of photos by their names; those that are gone are missing."""
    as_found = replace(request, image_size=SIDE, left_out=(), turned_over=())
    try:
        return _thumbnails(as_found, tuple(names))
    except DataError:
        return {}


def photo_cards(
    request: DataRequest,
    classes: tuple[str, str],
    names: Collection[str],
    pictures: dict[str, Thumbnail],
    *,
    key: str,
    words: dict[str, str] | None = None,
) -> None:
    """Draw photos side by side, each with its switch; ``words`` say more about some."""
    changes, kept = request.changes, ChangeList(request.source)
    mine = may_review(kept.source, visitor())
    with st.container(horizontal=True, gap="medium"):
        for name in names:
            with st.container(width=CARD_WIDTH, gap="small"):
                found = pictures.get(name)
                if found is None:
                    st.caption(f"{escape_markdown(name)} is not there any more.")
                    continue
                st.image(found.pixels, width=found.pixels.shape[1])
                more = (words or {}).get(name, "")
                st.caption(f"{describe(found.photo, classes)}{more}")
                switch(kept, changes.of(name), found.photo, classes, key, mine=mine)


def describe(photo: FoundPhoto, classes: tuple[str, str]) -> str:
    """Say which photo it is, what it is called and how large it is."""
    kind = escape_markdown(article(classes[photo.label]))
    size = f"{photo.width} x {photo.height} pixels"
    return f"{escape_markdown(photo.name)}: {kind} {SPLITS[photo.split]}, {size}."


def switch(
    kept: ChangeList,
    now: Choice,
    photo: FoundPhoto,
    classes: tuple[str, str],
    key: str,
    *,
    mine: bool,
) -> None:
    """Draw the switch of one photo: as it is, left out, or the other class."""
    mark = hashlib.sha256(photo.name.encode()).hexdigest()[:12]
    one_of(
        f"What {escape_markdown(photo.name)} is",
        [Choice.KEEP, Choice.TURN_OVER, Choice.LEAVE_OUT],
        now,
        lambda choice: choose(kept, [photo.name], choice),
        key=f"change-{key}-{mark}",
        format_func=lambda choice: escape_markdown(said(choice, photo, classes)),
        disabled=not mine,
        label_visibility="collapsed",
    )
