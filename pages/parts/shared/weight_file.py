"""Weights that were made elsewhere, opened on the page where a network is chosen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.architecture.library import presets
from core.config import LIMITS
from core.errors import GlassError
from core.networks.kept_weights import list_kept
from core.runs.bringing import check_upload
from core.visitors import owns
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.exchange.taking_weights import Wanted

OWN = "its own text"
ABOUT = (
    "A **.safetensors** file, such as `safetensors.torch.save_file(model.state_dict(), ...)` "
    "writes it; with the .json beside it if this program wrote both. Names, shapes and numbers are "
    "checked before anything answers. Files of pickle (.pt, .pth) are refused: opening one can run "
    "any program."
)


def offer_weight_file(chosen: str, choose: Callable[[str], None], key: str) -> None:
    """Draw what opens a weight file, and deletes the one that is ``chosen``.

    ``choose`` is told the id of weights that were taken in, or "" once they are deleted.
    """
    popover = st.popover(
        "Open a weight file",
        icon=":material/upload_file:",
        type="tertiary",
        key=f"weights-{key}",
        on_change="rerun",
    )
    if not popover.open:
        return
    with popover:
        st.markdown(ABOUT)
        offer_upload(choose, key)
        kept = list_kept().get(chosen)
        if kept is not None and owns(visitor(), kept.owner):
            pressed = st.button("Delete the chosen weights", key=f"del-{key}")
            if pressed:
                kept.delete()
                choose("")


def offer_upload(choose: Callable[[str], None], key: str) -> None:
    """Draw where a file is dropped; an uploader whose file was taken in makes place for another."""
    taken_in = st.session_state.setdefault(f"weight-files-{key}", 0)
    files = st.file_uploader(
        "Weights",
        accept_multiple_files=True,
        key=f"weight-file-{key}-{taken_in}",
        label_visibility="collapsed",
    )
    if not files:
        return
    try:
        taken = take_in(files, key)
    except GlassError as error:
        st.error(escape_markdown(str(error)))
        return
    if taken is not None:
        st.session_state[f"weight-files-{key}"] = taken_in + 1
        choose(taken)


def take_in(files: Sequence[UploadedFile], key: str) -> str | None:
    """Draw what must be told of a file; return the id of its weights once they are taken in."""
    from core.exchange.taking_weights import (  # imports torch
        NothingFitsError,
        described,
        fitting,
        keep_weights,
    )

    weights = next((each for each in files if not each.name.endswith(".json")), None)
    description = next((each for each in files if each.name.endswith(".json")), None)
    if weights is None:
        st.info("The weights are missing: drop the .safetensors file too.")
        return None
    content, name = weights.getvalue(), weights.name
    if description is not None:
        wanted, measured = described(content, name, description.getvalue())
        st.caption(f"For photos of {wanted.image_size} pixels, by its description.")
    else:
        measured = {}
        try:
            guess: Wanted | None = fitting(content, name)
        except NothingFitsError as error:
            guess = None
            st.info(escape_markdown(str(error)))
        wanted = ask(guess, f"{key}-{weights.file_id}")
    if not st.button("Use these weights", type="primary", key=f"use-{key}"):
        return None
    check_upload(visitor(), len(content))
    return keep_weights(content, name, wanted, measured, owner=visitor().mark).id


def ask(guess: "Wanted | None", key: str) -> "Wanted":
    """Draw which network a file is of, for which photos, and what its answers mean."""
    from core.exchange.taking_weights import Wanted

    names = [*presets(), OWN]
    known = guess is not None and guess.network in presets()
    network = st.selectbox(
        "Network",
        names,
        index=names.index(guess.network) if guess and known else len(names) - 1,
        key=f"network-{key}",
    )
    if network == OWN:
        network = st.text_area(
            "The network's text, a layer a line",
            "" if guess is None or known else guess.network,
            key=f"text-{key}",
            height=160,
        )
    low, high = (int(limit) for limit in LIMITS["image_size"])
    size = st.number_input(
        "Side of its photos in pixels",
        low,
        high,
        guess.image_size if guess else 96,
        key=f"side-{key}",
    )
    left, right = st.columns(2)
    zero = left.text_input("An answer of 0 means", "dog", max_chars=40, key=f"zero-{key}")
    one = right.text_input("An answer of 1 means", "cat", max_chars=40, key=f"one-{key}")
    return Wanted(network, int(size), (zero, one))
