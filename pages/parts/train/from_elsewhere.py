"""Runs from elsewhere: taken in from a zip, and told where their photos lie here."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import GlassError
from core.runs.bringing import check_upload
from core.runs.photos_elsewhere import look_for_photos_in, missing_photos
from core.runs.run import Run
from pages.parts.shared.run_choice import open_run
from pages.parts.shared.visitor import changing, is_mine, visitor
from pages.parts.shared.words import escape_markdown


def offer_to_take_in() -> None:
    """Draw, folded away, where a run's zip is dropped; once it is taken in it is shown."""
    section = st.expander(
        "Open a run from elsewhere", icon=":material/folder_zip:", key="take-in", on_change="rerun"
    )
    with section:
        st.caption(
            "A zip that another installation has written: there, choose the run, then Take it "
            "along, then Run as a zip. All of it is checked before it becomes one of the runs "
            "here. A larger one goes in with `python -m core.take_in FILE.zip`."
        )
        if not section.open:
            return
        file = st.file_uploader("A run's zip", key="run-zip", label_visibility="collapsed")
        if file is not None:
            take_in(file)


def take_in(file: UploadedFile) -> None:
    """Take a zip in and show its run, or say what is wrong with it; a file is checked once."""
    from core.exchange.taking_run import take_in_run  # imports torch

    refused: dict[str, str] = st.session_state.setdefault("refused-zips", {})
    if file.file_id not in refused:
        try:
            with st.spinner("Checking the run ..."):
                check_upload(visitor(), file.size)
                run = take_in_run(file, owner=visitor().mark)
        except GlassError as error:
            refused[file.file_id] = str(error)
        else:
            open_run(run)
            st.rerun()
    st.error(escape_markdown(refused[file.file_id]))


def say_what_is_missing(run: Run) -> None:
    """Say above a run from elsewhere that its photos are not here, with where to tell."""
    missing = missing_photos(run)
    if missing is None:
        return
    st.info(
        f"This run was trained elsewhere, and its photos, **{escape_markdown(run.config.data)}**, "
        "did not come along: it can be looked at, but not trained on.",
        icon=":material/no_photography:",
    )


def tell_where_photos_are(run: Run) -> None:
    """Draw where a run from elsewhere is told where its photos lie here."""
    if missing_photos(run) is None or not is_mine(run):
        return
    with st.form(f"photos-{run.id}", border=False):
        typed = st.text_input("Folder or zip of its photos on this computer")
        if st.form_submit_button("Take its photos from there"):
            try:
                look_for_photos_in(changing(run), typed)
            except GlassError as error:
                st.error(escape_markdown(str(error)))
            else:
                st.rerun()
