"""The place to drop a zip of photos: what was dropped is kept on disk, not in this visit."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import GlassError
from core.runs.bringing import keep_zip
from core.runs.photos import make_room
from core.served import is_served, roots
from core.wording import spoken_size
from pages.parts.shared.form_state import Form
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown

MEGABYTES = 500
_TAKEN = "zips-taken"


def drop_zip(form: Form) -> str:
    """Draw the place; return the path of the zip that is kept, empty while there is none."""
    taken = int(st.session_state.get(_TAKEN, 0))
    dropped = st.file_uploader(
        "Drop a zip of photos here",
        key=f"zip-{taken}",
        max_upload_size=MEGABYTES,
        help="A zip of a folder with photos: training_set and test_set with cats and dogs inside, "
        "train and test, two class folders without a split, or files named cat.0.jpg and "
        "dog.0.jpg. It is kept on the server's computer as long as a run needs it.",
    )
    if not is_served() or roots():
        st.caption(
            "A larger one that lies on the server's computer can be named by its path, under A "
            "folder of photos."
        )
    if dropped is not None:
        keep(form, dropped)
        st.session_state[_TAKEN] = taken + 1  # another uploader, so that this one's memory is free
        st.rerun()
    if form.refused:
        st.error(escape_markdown(form.refused))
    if form.dropped and not Path(form.dropped).is_file():
        form.dropped = ""
        st.warning("The zip that was dropped here is not kept any more; drop it again.")
    if form.dropped:
        kept = Path(form.dropped)
        st.markdown(
            f":material/folder_zip: **{escape_markdown(kept.name)}**, "
            f"{spoken_size(kept.stat().st_size)}, is chosen."
        )
    return form.dropped


def keep(form: Form, dropped: UploadedFile) -> None:
    """Keep a dropped zip, or remember why it cannot be used; then the one before stays."""
    form.refused = ""
    with st.spinner(f"Unpacking {escape_markdown(dropped.name)} ..."):
        make_room()
        try:
            form.dropped = str(keep_zip(dropped.name, dropped.getbuffer(), visitor()))
        except GlassError as error:
            form.refused = str(error)
