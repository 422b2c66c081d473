"""The article's mistakes: switched on for a training, and told wherever its network is asked."""

from collections.abc import Callable, Collection

import streamlit as st

from core.data.mistaken import as_seen
from core.data.preview import Preview
from core.mistakes import ELSEWHERE, PIXEL_MISTAKES, Mistake, told
from pages.parts.shared.gallery import Picture, gallery

SIDE = 96


def choose_mistakes(look: Callable[[], Preview | str]) -> list[Mistake]:
    """Draw a folded switch for each mistake; return those that are on.

    ``look`` finds the training photos, one of which is shown before and after.
    """
    section = st.expander("The article's mistakes", key="mistakes", on_change="rerun")
    with section:
        st.caption(
            "The article this network comes from makes mistakes that this program does not. Make "
            "one on purpose and watch what it does to the curves."
        )
        if section.open:
            show_before_and_after(look())
        chosen = []
        for mistake in Mistake:
            if st.toggle(mistake.heading, key=f"mistake-{mistake}", persist_state="session"):
                chosen.append(mistake)
            st.caption(mistake.effect)
        st.caption(ELSEWHERE)
    say_what_was_done(chosen)
    return chosen


def show_before_and_after(preview: Preview | str) -> None:
    """Show one training photo as it is, and what each mistake of pixels makes of it."""
    if isinstance(preview, str) or not len(preview.pixels):
        return
    photo, name = preview.pixels[0], preview.names[0]
    pictures = [Picture(photo, "as it is", f"{name}, as it is")]
    for mistake in PIXEL_MISTAKES:
        pixels = as_seen(photo, [mistake])
        caption = "as BGR" if mistake is Mistake.BGR else "reshaped"
        pictures.append(Picture(pixels, caption, f"{name}, {mistake.short}"))
    gallery(pictures, key="mistaken", side=SIDE, clickable=False)


def say_what_was_done(mistakes: Collection[Mistake]) -> None:
    """Say which mistakes a training makes, if any, and on asking what to expect of each."""
    if mistakes:
        st.markdown(
            f":material/experiment: Trained with a mistake on purpose: **{told(mistakes)}**.",
            help="\n\n".join(f"**{each.heading}.** {each.effect}" for each in mistakes),
        )


def say_how_it_sees(mistakes: Collection[Mistake]) -> None:
    """Say what is done to every photo before this network sees it, if anything."""
    if done := [mistake for mistake in PIXEL_MISTAKES if mistake in mistakes]:
        st.caption(
            f":material/experiment: This network sees every photo as in its training: {told(done)}."
        )
