"""Surveys of all photos: start them, show how far they are, say what went wrong."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from core.runs.run import Run

if TYPE_CHECKING:
    from core.explain.survey import Survey

Found = TypeVar("Found")
POLL_SECONDS = 0.5


def wait_for_survey(
    run: Run, kind: str, epoch: int, read: Callable[["Survey"], Found | None], what: str
) -> Found | None:
    """Return what a survey found, starting it and showing its progress until then."""
    from core.explain.survey import Survey

    survey = Survey(run, kind, epoch)
    found = read(survey)
    if found is not None:
        return found
    progress = survey.progress()
    if progress is None or (not progress.running and not progress.problem):
        survey.start()
    elif progress.problem:
        st.warning(f"This could not be finished: {progress.problem}")
        if st.button("Try again", key=f"again-{kind}"):
            survey.start()
            st.rerun()
        return None
    show_progress(survey, what)
    return None


def show_progress(survey: "Survey", what: str) -> None:
    """Draw a bar that follows a survey; the page is drawn anew when it is done."""

    def draw() -> None:
        progress = survey.progress()
        if progress is None or not progress.running:
            st.rerun()
        elif progress.total:
            share = progress.done / progress.total
            st.progress(share, f"{what}: {progress.done:,} of {progress.total:,} photos")
        else:
            st.progress(0.0, f"{what}: starting ...")

    st.fragment(draw, run_every=POLL_SECONDS, key=f"survey-{survey.kind}-{survey.epoch}")()
