"""Renaming a run and deleting it."""

import streamlit as st

from core.errors import RunError
from core.runs.run import Run
from pages.parts.shared.run_choice import open_run


def show_management(run: Run) -> None:
    """Let the run be renamed or deleted."""
    left, right = st.columns(2, gap="large")
    with left, st.form(f"rename-{run.id}", border=False):
        name = st.text_input("Name", run.name, max_chars=80)
        if st.form_submit_button("Rename"):
            try:
                run.rename(name)
            except RunError as error:
                st.error(str(error))
            else:
                st.rerun()
    with right:
        sure = st.checkbox(
            "Delete this run's weights, curves and answers for good", key=f"sure-{run.id}"
        )
        if st.button("Delete", disabled=not sure, key=f"delete-{run.id}"):
            try:
                run.delete()
            except RunError as error:
                st.error(str(error))
            else:
                open_run(None)
                st.rerun()
