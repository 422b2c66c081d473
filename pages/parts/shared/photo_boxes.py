"""Photos dropped for training: two boxes, one a class, kept on disk under a name."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.data.collection.adding import MAX_PHOTOS, add_photos
from core.data.collection.kept_photo import LONGEST_SIDE
from core.data.collection.names import LONGEST
from core.data.collection.store import (
    ENOUGH,
    Collection,
    collections,
    take_out,
)
from core.data.decode import MAX_BYTES, decode_photo
from core.data.resize import fitted
from core.errors import GlassError, PhotoError
from core.pictures.colour import CLASS_COLOURS
from core.runs.bringing import changing_boxes, check_upload, make_boxes
from core.visitors import owns
from pages.parts.shared.boxes_deleted import offer_to_delete
from pages.parts.shared.form_state import Form
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown

NEW = "New boxes ..."
SHOWN = 12
"""Photos of a box that are shown before somebody wants to see all."""
THUMBNAIL = 128
MOST_SENTENCES = 4
NOT_YOURS = (
    ":material/lock: Only the browser that made these boxes, and whoever sits at the server, can "
    "change them. Training on them is for all."
)
_SAID, _OUT = "boxes-said", "photos-to-take-out"


def choose_boxes(form: Form) -> str:
    """Draw the boxes; return the folder of their photos, empty while there are too few."""
    with st.container(border=True, key="photo-boxes"):
        collection = choose_collection(form)
        if collection is None:
            name_boxes(form)
            return ""
        mine = owns(visitor(), collection.owner)
        columns = st.columns(2, gap="medium")
        for column, class_name in zip(columns, collection.classes, strict=True):
            with column:
                show_box(collection, class_name, mine=mine)
        missing = collection.missing()
        if missing:
            st.info(escape_markdown(missing), icon=":material/add_photo_alternate:")
        if mine:
            offer_to_delete(form, collection)
        else:
            st.caption(NOT_YOURS)
    return "" if missing else str(collection.path)


def choose_collection(form: Form) -> Collection | None:
    """Draw the choice among all collections; None where another one is to be made."""
    known = {each.name: each for each in collections()}
    name = Path(form.collection).name if form.collection else ""
    if name and name not in known:
        st.warning(f"The photos called {escape_markdown(name)} were deleted.")
        form.collection = name = ""
    if not known:
        return None
    if not name and not form.new_boxes:
        name = next(iter(known))
        form.collection = str(known[name].path)
    st.session_state["which-photos"] = NEW if form.new_boxes else name

    def choose() -> None:
        chosen = st.session_state["which-photos"]
        form.new_boxes = chosen == NEW
        form.collection = "" if form.new_boxes else str(known[chosen].path)

    st.selectbox("Which photos", [*known, NEW], key="which-photos", on_change=choose)
    return None if form.new_boxes else known[name]


def name_boxes(form: Form) -> None:
    """Draw where the boxes get their names, and make them."""
    st.markdown("Name your photos and the two things to be told apart.")
    taken = {each.name.casefold() for each in collections()}
    names = ["My photos", *(f"My photos {number}" for number in range(2, 100))]
    free = next((name for name in names if name.casefold() not in taken), "")
    with st.form("new-boxes", border=False):
        left, middle, right = st.columns(3)
        name = left.text_input("Name of your photos", free, max_chars=LONGEST)
        first = middle.text_input("The first box holds", "cat", max_chars=LONGEST)
        second = right.text_input("The second box holds", "dog", max_chars=LONGEST)
        made = st.form_submit_button("Make two boxes", icon=":material/add:", type="primary")
    st.caption(
        f"From {ENOUGH} photos a class you can train on them. They are kept on the server's "
        f"computer until somebody deletes them, as pictures made anew of at most {LONGEST_SIDE} "
        "pixels a side: where and when they were taken is not kept. Everybody who opens this page "
        "here sees them."
    )
    if made:
        try:
            form.collection = str(make_boxes(name, (first, second), visitor()).path)
        except GlassError as error:
            st.error(escape_markdown(str(error)))
        else:
            form.new_boxes = False
            st.rerun()


def show_box(collection: Collection, class_name: str, *, mine: bool) -> None:
    """Draw one box: where to drop photos and take them, and what is in it."""
    key = f"{collection.name}-{class_name}"
    photos = collection.photos(class_name)
    more = max(0, ENOUGH - len(photos))
    needed = f", {more} more needed" if more else ""
    st.markdown(f"**{escape_markdown(class_name)}**: {spoken_count(len(photos))}{needed}")
    if mine:
        take_photos_in(collection, class_name, key)
    show_photos(collection, class_name, photos, key, mine=mine)


def take_photos_in(collection: Collection, class_name: str, key: str) -> None:
    """Draw where photos are dropped and shot; keep what comes."""
    taken = st.session_state.setdefault("box-drops", {}).get(key, 0)
    dropped = st.file_uploader(
        f"Drop photos of {class_name} here",
        accept_multiple_files=True,
        key=f"box-{key}-{taken}",
        max_upload_size=MAX_BYTES // 2**20,
        label_visibility="collapsed",
    )
    files = [(file.name, file) for file in dropped]
    if st.toggle("Use the camera", key=f"camera-on-{key}", persist_state="session"):
        shot = st.camera_input(f"Take a photo of {class_name}", key=f"camera-{key}-{taken}")
        files += [] if shot is None else [("camera shot.jpg", shot)]
    if files:
        add(collection, class_name, files)
        # Other widgets, so that nothing comes twice and the memory of these is free.
        st.session_state["box-drops"][key] = taken + 1
        st.rerun()
    for sentence in st.session_state.get(_SAID, {}).get(key, ()):
        st.warning(escape_markdown(sentence))


def add(collection: Collection, class_name: str, files: Sequence[tuple[str, UploadedFile]]) -> None:
    """Keep what was dropped; remember the sentences on what was not."""
    bar = st.progress(0.0, "Looking at the photos ...")

    def progress(done: int) -> None:
        bar.progress(done / len(files), f"Photo {done + 1} of {len(files)}")

    read = ((name, file.getvalue()) for name, file in files)  # one at a time in memory
    try:
        check_upload(visitor(), sum(file.size for _, file in files))
        own = changing_boxes(collection, visitor())
        sentences = add_photos(own, class_name, read, progress).sentences()
    except GlassError as error:
        sentences = [str(error)]
    if len(sentences) > MOST_SENTENCES:
        rest = f"{len(sentences) - MOST_SENTENCES + 1} others were not added for other reasons."
        sentences = [*sentences[: MOST_SENTENCES - 1], rest]
    st.session_state[_SAID] = {f"{collection.name}-{class_name}": sentences}


def show_photos(
    collection: Collection, class_name: str, photos: Sequence[Path], key: str, *, mine: bool
) -> None:
    """Show what is in a box, the newest first; a click chooses what to take out."""
    if not photos:
        return
    shown = photos
    if len(photos) > SHOWN and not st.toggle(f"Show all {len(photos):,}", key=f"all-{key}"):
        shown = photos[:SHOWN]
    out: set[str] = st.session_state.setdefault(_OUT, set())
    colour = CLASS_COLOURS[collection.label(class_name)]

    def toggle(number: int) -> None:
        out.symmetric_difference_update({str(shown[number])})

    pictures = [
        Picture(thumbnail(path), "", f"{class_name} {number + 1}", colour, str(path) in out)
        for number, path in enumerate(shown)
    ]
    gallery(pictures, key=f"box-photos-{key}", side=64, on_click=toggle, clickable=mine)
    if not mine:
        return
    chosen = [path for path in photos if str(path) in out]
    if not chosen:
        st.caption("Click a photo to take it out again.")
        return

    def remove() -> None:
        take_out(changing_boxes(collection, visitor()), chosen)
        out.difference_update(map(str, chosen))

    st.button(
        f"Take {spoken_count(len(chosen))} out",
        key=f"take-out-{key}",
        icon=":material/delete:",
        on_click=remove,
        help="They are deleted from the server's disk.",
    )


def spoken_count(count: int) -> str:
    """Say how many photos there are."""
    return "1 photo" if count == 1 else f"{count:,} photos"


def thumbnail(path: Path) -> NDArray[np.uint8]:
    """Return a small picture of a photo; a grey one while somebody deletes it."""
    try:
        return _thumbnail(str(path))
    except PhotoError:
        return np.full((8, 8, 3), 128, np.uint8)


@st.cache_data(show_spinner=False, max_entries=2 * MAX_PHOTOS)
def _thumbnail(path: str) -> NDArray[np.uint8]:
    return fitted(decode_photo(Path(path)).pixels, THUMBNAIL)
