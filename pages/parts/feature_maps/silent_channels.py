"""Which channels are dead: counted over many photos, in the background, while somebody looks."""

import time
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data.drawn import draw_pet
from core.folders import runs_folder
from pages.parts.feature_maps.source import Source, load_network
from pages.parts.shared.deleted import said_when_deleted
from pages.parts.shared.redrawn import redrawn

if TYPE_CHECKING:
    from core.explain.silence import Silence
    from core.explain.survey import Survey

PETS = 64  # drawn for the shipped model, half of them cats
POLL_SECONDS = 1.0
SILENT = (
    "A channel that is silent here is zero everywhere for this photo: what it looks for is not "
    "in it."
)
STAY_SECONDS = 2.0  # a film that passes by starts nothing


def known_silence(source: Source) -> "Silence | None":
    """Return how often each channel was silent, if that has been counted for these weights."""
    from core.explain.survey import Survey

    if source.run is None or source.epoch is None:
        return _kept_counts().get(source.id)
    return Survey(source.run, "map", source.epoch).silence()


@st.cache_resource
def _kept_counts() -> dict[str, "Silence"]:
    """Keep what was counted for the shipped model, for everybody."""
    return {}


def tell_silence(source: Source, silence: "Silence | None") -> None:
    """Say what silent and dead mean here; count first, where that has not been done."""
    if silence is None:
        follow_count(source)
        return
    everything = f"all {silence.photos:,} {silence.what}"
    st.caption(
        f"{SILENT} "
        + (
            f"One that is silent for {everything} is dead: it helps no answer."
            if silence.dead_count
            else f"None is dead: no channel is silent for {everything}."
        )
    )


def follow_count(source: Source) -> None:
    """Count in the background once a visitor has stayed for a moment; draw how far it is."""

    def draw() -> None:
        with said_when_deleted(runs_folder() / source.id):
            if known_silence(source) is not None:
                st.rerun()
            st.caption(f"{SILENT} {count(source)}")

    redrawn(draw, every=POLL_SECONDS, key=f"silence-{source.id}")


def count(source: Source) -> str:
    """Take the next step of the count; return a sentence on how far it is."""
    from core.explain.survey import Survey

    looked, since = st.session_state.get("silence-looked-at", (None, 0.0))
    if looked != (source.id, source.mark):
        st.session_state["silence-looked-at"] = ((source.id, source.mark), time.monotonic())
        since = time.monotonic()
    stayed = time.monotonic() - since >= STAY_SECONDS
    if source.run is None or source.epoch is None:
        if stayed:
            _kept_counts()[source.id] = count_drawn_pets(source)
            st.rerun()
        return f"Whether a channel is dead is counted over {PETS} drawn pets in a moment."
    return count_test_photos(Survey(source.run, "map", source.epoch), stayed)


def count_test_photos(survey: "Survey", stayed: bool) -> str:
    """Start the count over a run's test photos, or tell how far it is."""
    progress = survey.progress()
    if survey.failed():
        problem = "" if progress is None else progress.problem
        return f"Whether a channel is dead could not be counted over the test photos: {problem}"
    if progress is not None and progress.running:
        seen = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
        return f"Counting which channels are silent for all test photos ...{seen}"
    if stayed:
        survey.start()
    return "Whether a channel is dead is counted over all test photos in a moment."


def count_drawn_pets(source: Source) -> "Silence":
    """Count over drawn pets for the shipped model, which has no test photos at hand."""
    from core.explain.silence import count_silent
    from core.networks.tensors import network_input

    network = load_network(source)
    pets = [
        draw_pet(name, network.image_size, seed=0, index=index)
        for name in ("cat", "dog")
        for index in range(PETS // 2)
    ]
    batches = [network_input(np.stack(pets[k : k + 8])) for k in range(0, PETS, 8)]
    return count_silent(network.model, batches, "drawn pets")
