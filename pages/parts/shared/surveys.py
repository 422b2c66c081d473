"""A survey of a run's photos that works in the background while somebody looks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from core.runs.slots import may_look
from core.small_host import small_host
from pages.parts.shared.deleted import said_when_deleted
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.explain.survey import Survey

POLL_SECONDS = 0.5


def offer_survey(survey: "Survey", label: str, doing: str, *, help: str) -> None:
    """Draw the button that starts it, why it ended or has to wait, or a bar that follows it.

    The page is drawn anew when it is done. ``doing`` says what it does: "Looking at the photos".
    """
    progress = survey.progress()
    running = progress is not None and progress.running
    if progress is not None and progress.problem:
        st.warning(f"This could not be finished: {escape_markdown(progress.problem)}")
    busy = not running and not may_look()
    key = f"start-{survey.run.id}-{survey.kind}-{survey.epoch}"
    # It stays while the survey runs, with the keyboard's focus; pressed again it begins nothing.
    if st.button(label, icon=":material/search:", key=key, disabled=busy, help=help):
        survey.start()
        st.rerun()
    if running:
        follow_survey(survey, doing)
    elif busy:
        st.caption(
            "It waits until nothing is trained on this small computer."
            if small_host()
            else "Others' photos are being looked at: reload the page when they are done."
        )


def follow_survey(survey: "Survey", doing: str) -> None:
    """Draw the bar."""

    def draw() -> None:
        with said_when_deleted(survey.run.path):
            progress = survey.progress()
            if progress is None or not progress.running:
                st.rerun()
            share, far = 0.0, "starting ..."
            if progress.total:
                share = progress.done / progress.total
                far = f"{progress.done:,} of {progress.total:,} photos"
            bar_to_stop(share, f"{doing}: {far}", survey.stop, key=f"stop-{name}")

    name = f"{survey.run.id}-{survey.kind}-{survey.epoch}"
    redrawn(draw, every=POLL_SECONDS, key=f"survey-{name}")


def bar_to_stop(share: float, words: str, stop: Callable[[], None], key: str) -> None:
    """Draw how far something in the background is, beside a button that ends it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, words)
        # The whole page comes anew: what stands there before the work has begun stands there again.
        if st.button("Stop", icon=":material/stop:", key=key, type="tertiary"):
            stop()
            st.rerun()
