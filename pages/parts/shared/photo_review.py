"""A look through the photos of a source before a network learns from them, in a fold of its own."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.changes import Changes, Choice
from core.config import DRAWN
from core.data import DataRequest
from core.data.change_list import ChangeList
from core.review.findings import BY_HEART, SURE, Alike, Doubts, Findings, spare_photos
from core.review.look import SHIPPED, Look, Progress
from core.runs.listing import list_runs, names_of
from core.wording import percent
from pages.parts.shared.paging import page_of
from pages.parts.shared.photo_changes import (
    attempt,
    choose,
    fetch,
    photo_cards,
    say_what_went_wrong,
)
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.surveys import bar_to_stop
from pages.parts.shared.words import escape_markdown

What = TypeVar("What", Findings, Doubts)
LIVE_SECONDS = 0.5
GROUPS_PER_PAGE = 6
AGAIN_HELP = "Worth it again once the photos, or what is left out of them, have changed."


def review_photos(request: DataRequest, classes: tuple[str, str] | None) -> None:
    """Draw the fold for a folder or a zip; ``classes`` are None where nothing can be trained on.

    ``request`` is what would be trained on, with what is changed about it.
    """
    if request.source == DRAWN or not (classes or request.changes):
        return
    # Always the same label: with another one the fold would close at every choice.
    fold = st.expander("Look through these photos", key="review", on_change="rerun")
    with fold:
        if not fold.open:
            return
        st.caption(
            "Photos that show the same, odd sizes, labels that look wrong: leave a photo out, or "
            "say what it really is. Your folder or zip stays as it is: what you choose goes on a "
            "list that this program keeps for it, and each run keeps a copy of the list it began "
            "with."
        )
        say_what_went_wrong()
        draw(request, classes or ("label 0", "label 1"))


def draw(request: DataRequest, classes: tuple[str, str]) -> None:
    """Draw the part that is chosen."""
    parts: dict[str, Callable[[DataRequest, tuple[str, str]], None]] = {
        "Shown twice": show_alike,
        "Odd sizes": show_odd,
        "Labels that look wrong": show_doubts,
        "What you changed": show_changed,
    }
    part = st.segmented_control(
        "What to look for",
        list(parts),
        default="Shown twice",
        required=True,
        wrap=True,
        key="review-part",
        persist_state="session",
        label_visibility="collapsed",
    )
    parts[part](request, classes)


def show_alike(request: DataRequest, classes: tuple[str, str]) -> None:
    """Draw the photos that show the same, side by side."""
    found = compared(request)
    if found is None:
        return
    if not found.alike:
        st.success(f"Each of the {found.looked:,} photos shows something else.")
        return
    extra = sum(len(each.photos) - 1 for each in found.alike)
    are = "1 photo shows" if extra == 1 else f"{extra:,} photos show"
    st.markdown(
        f"**{are} what another one of the {found.looked:,} shows already**, the worst first."
    )
    if found.cut:
        st.caption("There are too many photos that are nearly alike to find all of them.")
    offer_to_spare(request, found)
    shown = found.alike[page_of(len(found.alike), "alike", GROUPS_PER_PAGE)]
    pictures = fetch(request, [photo.name for each in shown for photo in each.photos])
    for number, each in enumerate(shown):
        st.markdown(f"**{explained(each)}**")
        names = [photo.name for photo in each.photos]
        photo_cards(request, classes, names, pictures, key=f"alike-{number}")


def explained(each: Alike) -> str:
    """Say what is found and what it means."""
    if each.both_labels:
        return f"{each.words} One of the labels is wrong."
    if each.both_splits:
        return f"{each.words} The network is tested on what it has seen."
    return each.words


def offer_to_spare(request: DataRequest, found: Findings) -> None:
    """Draw the button that leaves out all but one of every group."""
    spare = spare_photos(found.alike, request.changes)
    if spare:
        st.button(
            f"Leave out {'1 spare photo' if len(spare) == 1 else f'{len(spare):,} spare photos'}",
            icon=":material/filter_none:",
            on_click=choose,
            args=(ChangeList(request.source), spare, Choice.LEAVE_OUT),
            help="One photo of each group stays, the first. Groups with both labels are left to "
            "you.",
        )


def show_odd(request: DataRequest, classes: tuple[str, str]) -> None:
    """Draw the photos of odd size."""
    found = compared(request)
    if found is None:
        return
    if not found.odd:
        st.success(f"None of the {found.looked:,} photos has an odd size.")
        return
    count = "1 photo has" if len(found.odd) == 1 else f"{len(found.odd):,} photos have"
    st.markdown(f"**{count} a size unlike the others'.** Each becomes a square for the network.")
    shown = found.odd[page_of(len(found.odd), "odd")]
    names = [odd.photo.name for odd in shown]
    words = {odd.photo.name: f" It {odd.why}." for odd in shown}
    photo_cards(request, classes, names, fetch(request, names), key="odd", words=words)


def show_doubts(request: DataRequest, classes: tuple[str, str]) -> None:
    """Let a network be asked, and draw the photos whose labels look wrong to it."""
    networks = networks_for(request.source, classes)
    st.caption(f"A trained network that is sure of the other class may be right. {BY_HEART}")
    if not networks:
        st.info("Train a network on these photos first; then it can be asked about their labels.")
        return
    network = st.selectbox(
        "Network to ask",
        list(networks),
        format_func=networks.__getitem__,
        key="network-to-ask",
        persist_state="session",
    )
    look = Look(request, network)
    found = looked(look, "Ask it about every photo", look.doubts)
    if found is None:
        return
    if not found.photos:
        st.success(
            f"Of {found.looked:,} photos none has a label that this network is at least "
            f"{SURE * 100:.0f} % sure is wrong."
        )
        return
    draw_doubts(request, classes, found)


def draw_doubts(request: DataRequest, classes: tuple[str, str], found: Doubts) -> None:
    """Draw the photos whose labels look wrong, the surest first."""
    count = "1 label looks" if len(found.photos) == 1 else f"{len(found.photos):,} labels look"
    st.markdown(
        f"**{count} wrong** among {found.looked:,} photos: this network is at least "
        f"{SURE * 100:.0f} % sure of the other class. The surest come first."
    )
    shown = found.photos[page_of(len(found.photos), "doubts")]
    names = [doubt.photo.name for doubt in shown]
    words = {
        doubt.photo.name: f" **{percent(doubt.certain)} "
        f"{escape_markdown(classes[1 - doubt.photo.label])}**, says the network."
        for doubt in shown
    }
    photo_cards(request, classes, names, fetch(request, names), key="doubts", words=words)


def networks_for(source: str, classes: tuple[str, str]) -> dict[str, str]:
    """Return the networks that can be asked about a source, by what a look calls them."""
    runs = {
        run.id: run
        for run in list_runs()
        if run.config.data == source and run.checkpoints.positions()
    }
    names = names_of(runs.values())
    networks = {str(run.path): f"Run: {names[id]}" for id, run in runs.items()}
    return networks | ({SHIPPED: "The shipped model"} if classes == ("dog", "cat") else {})


def show_changed(request: DataRequest, classes: tuple[str, str]) -> None:
    """Draw all that is changed, to be taken back."""
    changes: Changes = request.changes
    if not changes:
        st.info("Nothing is changed: all photos are used as they were found.")
        return
    st.markdown(f"**{changes.words}.**")
    names = [*changes.left_out, *changes.turned_over]
    st.button(
        "Take everything back",
        icon=":material/undo:",
        on_click=choose,
        args=(ChangeList(request.source), names, Choice.KEEP),
    )
    shown = names[page_of(len(names), "changed")]
    photo_cards(request, classes, shown, fetch(request, shown), key="changed")


def compared(request: DataRequest) -> Findings | None:
    """Return what comparing the photos found; until then draw what leads there."""
    look = Look(request)
    return looked(look, "Compare the photos", look.findings)


def looked(look: Look, label: str, read: Callable[[], What | None]) -> What | None:
    """Return what a look found; before it the button, meanwhile how far it is."""
    progress = look.progress()
    ended = progress is not None and progress.ended
    problem = progress.problem if progress is not None else ""
    found = read() if ended and not problem else None
    if problem:
        st.error(escape_markdown(problem))
    # It stays while the look goes on and afterwards, with the keyboard's focus: only its label may
    # change. Pressed while one goes on it begins nothing.
    st.button(
        "Look again" if ended else label,
        icon=":material/search:",
        key=f"look-{look.folder.name}",
        on_click=attempt,
        args=(look.start,),
        help=AGAIN_HELP,
    )
    if progress is not None and not ended:
        redrawn(lambda: follow(look), every=LIVE_SECONDS, key=f"follow-{look.folder.name}")
    return found


def follow(look: Look) -> None:
    """Draw how far a look is, until it ends."""
    progress = look.progress() or Progress(ended=True)
    if progress.ended:
        st.rerun()
    share, words = 0.0, "Getting ready ..."
    if progress.total:
        share = min(1.0, progress.done / progress.total)
        words = f"{progress.done:,} of {progress.total:,} photos."
    bar_to_stop(share, words, look.stop, key=f"stop-{look.folder.name}")
