"""From which certainty on an answer counts: the model's own band, until the visitor moves it."""

import streamlit as st

from core.errors import ModelError
from core.networks.calibration import Band, Certainty
from pages.parts.shared.model_choice import ModelChoice, facts_of
from pages.parts.shared.words import percent

WITHOUT_A_BAND = 60
"""Per cent asked of models that do not know how far their certainty can be believed."""
LEAST, MOST = 50, 99


def choose_threshold(model: ModelChoice) -> float:
    """Draw the slider of the reject band; return the certainty in 0.5..1 an answer needs."""
    band = band_of(model)
    own = WITHOUT_A_BAND if band is None else min(max(round(band.certainty * 100), LEAST), MOST)
    chosen = st.slider(
        'Say "not sure" below',
        LEAST,
        MOST,
        own,
        format="%d %%",
        # Another model has another band, and what was chosen for one says nothing of the next.
        key="threshold" if band is None else f"threshold-{model.id}-{own}",
        persist_state="session",
        help="A network always has an answer. Asking for more certainty gives fewer answers, "
        "and more of them right.",
    )
    st.caption(about(band, own, chosen))
    return chosen / 100


def band_of(model: ModelChoice) -> Band | None:
    """Read the band that is kept with a model's weights, if there is one."""
    try:
        facts = facts_of(model)
        return Certainty.from_dict(facts["certainty"]).band if "certainty" in facts else None
    except ModelError:
        return None  # which is said where the model should answer


def about(band: Band | None, own: int, chosen: int) -> str:
    """Say where the band comes from and what it costs."""
    if band is None:
        return (
            "These weights have not measured how far their certainty can be believed: the number "
            "is anybody's choice. A training measures it at the end of every epoch."
        )
    if chosen != own:
        return f"Your choice. The model's own is {own} %, for {times(band)}."
    if not band.reached:
        return (
            f"Its answers to {band.photos} test photos do not show a certainty above which "
            f"{times(band)} are right, so it asks for that certainty itself: {own} %. That "
            f"declines {percent(band.declined)} of those photos."
        )
    return (
        f"Right {times(band)}: that takes {own} % certainty, and declines "
        f"{percent(band.declined)} of its {band.photos} test photos."
    )


def times(band: Band) -> str:
    """Say the target as people do: 98 times in 100."""
    return f"{round(band.target * 100)} times in 100"
