"""How the training pictures are varied: a switch for each way, and what it does to them."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.config import LIMITS
from core.data.preview import Preview
from core.training.augmentation import Draw
from core.training.examples import Example, alone, together
from core.variations import Variation, told
from pages.parts.shared.gallery import Picture, gallery

SHOWN = 3
SIDE = 78
NUMBER = "variation-draws"


def choose_variations(
    values: dict[str, Any], suffix: str, look: Callable[[], Preview | str]
) -> list[Variation]:
    """Draw a folded switch for each variation; return those that are on.

    ``values`` are the form's; ``look`` finds the training photos, of which some are shown before
    and after.
    """
    section = st.expander("How the pictures are varied", key="variations", on_change="rerun")
    chosen: list[Variation] = []
    with section:
        st.caption(
            "At random, anew every time a picture is seen, so that the network cannot learn them "
            "by heart. Each pair is a picture before and after, as the training makes it."
        )
        preview = look() if section.open else ""
        shown = not isinstance(preview, str) and len(preview.pixels) > 0
        if shown:
            st.button("Show others", icon=":material/casino:", on_click=show_others)
        for variation in Variation:
            on = st.toggle(
                variation.heading,
                variation in values["variations"],
                key=f"vary-{variation}-{suffix}",
                persist_state="session",
            )
            chosen += [variation] if on else []
            st.caption(variation.purpose)
            if shown and isinstance(preview, Preview):
                show_alone(preview, variation, values)
        if shown and isinstance(preview, Preview):
            show_together(preview, chosen, values)
    st.caption(f"Varied: {told(chosen)}." if chosen else "The pictures are not varied.")
    return chosen


def show_others() -> None:
    """Let the next examples come from other random numbers."""
    st.session_state[NUMBER] = number() + 1


def number() -> int:
    """Return how often other examples were asked for."""
    return int(st.session_state.get(NUMBER, 0))


def show_alone(preview: Preview, variation: Variation, values: dict[str, Any]) -> None:
    """Show what one variation does."""
    seed = seed_of(values)
    found = cached_alone(preview.pixels[:SHOWN], preview.labels[:SHOWN], variation, seed, number())
    answers = variation is Variation.MIX
    show(preview, found, f"vary-{variation}", variation.heading.lower(), answers)


def show_together(preview: Preview, chosen: Sequence[Variation], values: dict[str, Any]) -> None:
    """Show what a batch of the training is made of."""
    st.markdown("**All that are on, together**")
    share, smoothing = (clipped(name, values) for name in ("window", "label_smoothing"))
    photos, labels = preview.pixels[:SHOWN], preview.labels[:SHOWN]
    draw = seed_of(values), number()
    found = cached_together(photos, labels, tuple(chosen), share, smoothing, *draw)
    answers = Variation.MIX in chosen or smoothing > 0
    show(preview, found, "vary-together", told(chosen) or "not varied", answers)


def seed_of(values: dict[str, Any]) -> int:
    """Return the form's seed, or the nearest that can be."""
    return int(clipped("seed", values))


def clipped(name: str, values: dict[str, Any]) -> float:
    """Return one of the form's numbers within its limits: what was typed may lie outside."""
    low, high = LIMITS[name]
    return float(min(max(values[name], low), high))


@st.cache_data(show_spinner=False, max_entries=100)
def cached_alone(
    photos: NDArray[np.uint8], labels: tuple[int, ...], variation: Variation, seed: int, number: int
) -> list[Example]:
    """Vary photos in one way; the same photos and numbers are varied once."""
    return alone(photos, labels, variation, seed, number)


@st.cache_data(show_spinner=False, max_entries=100)
def cached_together(
    photos: NDArray[np.uint8],
    labels: tuple[int, ...],
    variations: Collection[Variation],
    share: float,
    smoothing: float,
    seed: int,
    number: int,
) -> list[Example]:
    """Vary photos in all ways at once, likewise."""
    return together(photos, labels, variations, share, smoothing, Draw(seed, 1, number + 1))


def show(
    preview: Preview, found: Sequence[Example], key: str, what: str, with_answers: bool
) -> None:
    """Draw photos before and after, with the answer that is asked of each or what stayed."""
    gallery(
        [
            Picture(
                example.after,
                answer(example.target, preview.classes)
                if with_answers
                else ("" if example.varied else "unchanged"),
                f"{name} before and after: {what}",
                before=example.before,
            )
            for name, example in zip(preview.names, found, strict=False)
        ],
        key=key,
        side=SIDE,
        clickable=False,
    )


def answer(target: float, classes: tuple[str, str]) -> str:
    """Say the answer that is right: "cat", or of a mixed picture "62 % cat"."""
    share = max(target, 1 - target)
    name = classes[int(target >= 0.5)]
    return name if share > 0.995 else f"{share * 100:.0f} % {name}"
