"""Renaming a run and deleting it."""

import streamlit as st

from core.errors import GlassError
from core.runs.run import Run
from pages.parts.shared.run_choice import open_run
from pages.parts.shared.visitor import NOT_YOURS, changing, is_mine
from pages.parts.shared.words import escape_markdown


def show_management(run: Run) -> None:
    """Let the run be renamed or deleted by those who may."""
    if not is_mine(run):
        st.info(NOT_YOURS)
        return
    left, right = st.columns(2, gap="large")
    with left, st.form(f"rename-{run.id}", border=False):
        name = st.text_input("Name", run.name, max_chars=80)
        if st.form_submit_button("Rename"):
            try:
                changing(run).rename(name)
            except GlassError as error:
                st.error(escape_markdown(str(error)))
            else:
                st.rerun()
    with right:
        sure = st.checkbox(
            "Delete this run's weights, curves and answers for good", key=f"sure-{run.id}"
        )
        if st.button("Delete", disabled=not sure, key=f"delete-{run.id}"):
            try:
                changing(run).delete()
            except GlassError as error:
                st.error(escape_markdown(str(error)))
            else:
                open_run(None)
                st.rerun()
