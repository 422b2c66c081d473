"""The live camera: a frame goes to the network, its answer comes back, and the next one goes.

The browser sends a frame when the answer to the last one is there. The frame is a message that
Streamlit forgets with the script run; it is read, answered and let go here, and never kept, neither
in a cache nor in the session.
"""

import math
import time
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data.frame import MOST_SIDE, number_of, picture_of
from core.errors import ModelError, PhotoError
from core.pictures.colour import CLASS_COLOURS
from core.runs.turns import page_computes
from pages.parts.classify.answers import photo_answer
from pages.parts.shared.audience import cameras_on
from pages.parts.shared.model_choice import ModelChoice, load_classifier
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.words import escape_markdown, sentence
from pages.parts.web import register

if TYPE_CHECKING:
    from core.networks.classifier import Classifier

KEY, WANTED = "live", "live-camera-wanted"
PACE = 200
"""Milliseconds from one frame of a camera to its next, at least."""
SHARED_PACE = 50
"""The same from one frame to the next of all cameras: twenty of them have a second each."""

_component = register(__file__)


def offer_live() -> None:
    """Draw the switch. The browser's camera is asked for later, by a button of its own."""
    st.toggle(
        "Live camera",
        key=WANTED,
        persist_state="session",
        help="Answers what your camera sees, up to five times a second. No picture is kept.",
    )


def live_wanted() -> bool:
    """Tell whether the switch is on."""
    return bool(st.session_state.get(WANTED))


def live_camera(model: ModelChoice, threshold: float) -> None:
    """Draw the live camera. Only it is drawn anew with every answer, not the page around it."""
    with st.container(key="classify_live"):
        redrawn(lambda: answer_live(model, threshold), key="live-camera")


def answer_live(model: ModelChoice, threshold: float) -> None:
    """Answer the frame that has just come, if one has."""
    try:
        classifier = load_classifier(model)
    except ModelError as error:
        st.error(f"This model cannot answer. {escape_markdown(str(error))} Choose another one.")
        return
    frame = getattr(st.session_state.get(KEY), "frame", None)
    count = 1 if frame is None else cameras_on()
    _component(
        key=KEY,
        data={
            "model": f"{model.id} {model.version} {model.epoch}",
            "classes": classifier.classes,
            "colours": CLASS_COLOURS,
            "threshold": threshold,
            "image_size": classifier.image_size,
            "frame_side": min(2 * classifier.image_size, MOST_SIDE),
            "cameras": count,
            "pace": pace(count),
            "answers": () if frame is None else (answer_frame(frame, classifier, threshold),),
        },
        on_frame_change=lambda: None,
    )


def pace(cameras: int) -> int:
    """Return the milliseconds from one frame of each camera to its next, at least."""
    return max(PACE, SHARED_PACE * cameras)


def answer_frame(frame: object, classifier: "Classifier", threshold: float) -> dict[str, Any]:
    """Answer what a browser sent as a frame, in the page's words; a sentence where it is none.

    ``milliseconds`` is what that took here.
    """
    began = time.perf_counter()
    answered: dict[str, Any] = {"number": number_of(frame), "problem": ""}
    try:
        with page_computes():
            said = photo_answer("", classifier.classify(picture_of(frame)))
    except PhotoError as error:
        return answered | {"problem": str(error)}
    if said.probability is None or not math.isfinite(said.probability):
        return answered | {"problem": "The network's answer is not a number."}
    return answered | {
        "probability": said.probability,
        "label": said.label(threshold),
        "reason": said.reason(threshold),
        "notes": " ".join(map(sentence, said.notes)),
        "milliseconds": (time.perf_counter() - began) * 1000,
    }
