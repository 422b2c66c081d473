"""The parity ladder: one photo down through both engines and its gradient back up."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.checkpoint import ModelError
from core.data import to_network_input
from core.data.decode import PhotoError, decode_photo
from core.parity import DTYPES
from pages.parts.numpy_network.layer_rows import ladder_html, milliseconds
from pages.parts.shared.model_choice import ModelChoice, choose_model, load_classifier
from pages.parts.shared.photos import BroughtPhoto, choose_photos, drawn_photo
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.parity.ladder import Ladder

FORWARD, BACKWARD = "Forward, photo to answer", "Backward, loss to photo"
EVALUATION, TRAINING = "evaluation", "training"
ANSWERED = "its answer"
ULP_HELP = (
    "1 ulp (unit in the last place) is the gap between two neighbouring numbers of this dtype, "
    "here at the layer's largest value. Sums in another order differ by a few of them, and each "
    "layer hands its share on; up to 1000 count as rounding. A wrong term costs millions."
)


def show() -> None:
    """Draw the ladder of the chosen photo and model."""
    controls, results = st.columns([3, 8], gap="large")
    with controls:
        photos = choose_photos()
        model = choose_model()
        dtype, training = choose_arithmetic()
    photo = photos[0] if photos else drawn_photo(0)
    with results:
        try:
            classes = load_classifier(model).classes
            ladder = climb(photo, model, dtype, training, choose_label(classes))
        except ModelError as error:
            st.error(f"This model cannot be compared: {error}. Choose another one.")
        except ValueError as error:  # a photo that is none, a layer that NumPy lacks
            text = str(error)
            st.error(text[0].upper() + text[1:].rstrip(".") + ".")
        else:
            show_summary(ladder, classes, photo)
            show_rungs(ladder, classes)


def choose_arithmetic() -> tuple[str, bool]:
    """Draw the choices of dtype and mode; return the dtype and whether it is training mode."""
    dtype = st.segmented_control(
        "Numbers",
        DTYPES,
        default=DTYPES[0],
        required=True,
        key="dtype",
        bind="query-params",
        help="float64 carries 16 digits instead of 7: if the difference shrinks with it, it was "
        "rounding and not a mistake.",
    )
    mode = st.segmented_control(
        "Mode",
        (EVALUATION, TRAINING),
        default=EVALUATION,
        required=True,
        key="mode",
        bind="query-params",
        help="In training mode batch norm takes mean and variance from this photo, in evaluation "
        "mode from what it kept while it was trained.",
    )
    return str(dtype), mode == TRAINING


def choose_label(classes: tuple[str, str]) -> int | None:
    """Return the label whose loss goes backward; None is the class that the network answers."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Direction",
            (FORWARD, BACKWARD),
            default=FORWARD,
            required=True,
            key="direction",
            bind="query-params",
            label_visibility="collapsed",
        )
        if st.session_state["direction"] == FORWARD:
            return None
        chosen = st.selectbox(
            "Loss of the label",
            (ANSWERED, *classes[::-1]),
            key="label",
            width=170,
            help="Binary cross entropy of this label, whose gradient goes backward.",
        )
    return None if chosen == ANSWERED else classes.index(chosen)


def climb(
    photo: BroughtPhoto, model: ModelChoice, dtype: str, training: bool, label: int | None
) -> "Ladder":
    """Return the ladder; ``ValueError`` has a sentence for people."""
    return _climb(photo.key, photo, model, dtype, training, label)


@st.cache_resource(show_spinner="Sending the photo through both engines ...", max_entries=8)
def _climb(
    key: str,
    _photo: BroughtPhoto,
    model: ModelChoice,
    dtype: str,
    training: bool,
    label: int | None,
) -> "Ladder":
    from core.parity.ladder import build_ladder  # imports torch

    classifier = load_classifier(model)
    try:
        pixels = decode_photo(_photo.content, classifier.image_size).pixels
    except PhotoError as error:
        raise ValueError(f"{_photo.name}: {error}") from error
    x = to_network_input(np.asarray(pixels)[np.newaxis])
    return build_ladder(classifier.model, x, label, dtype, training)  # type: ignore[arg-type]


def show_summary(ladder: "Ladder", classes: tuple[str, str], photo: BroughtPhoto) -> None:
    """Say in one row what both engines answer, how far apart they are, and how long it takes."""
    backward = st.session_state["direction"] == BACKWARD
    digits = 9 if ladder.dtype == "float32" else 15
    one, worst = classes[1], ladder.worst
    pair = (
        ("Loss", ladder.numpy_loss, ladder.torch_loss)
        if backward
        else (f"P({one})", ladder.numpy_probability, ladder.torch_probability)
    )
    rungs = ladder.backward if backward else ladder.forward
    ulps = max(each.ulps for rung in rungs for each in rung.agreements)
    with st.container(horizontal=True, gap="small"):
        wide = 132 if digits == 9 else 200
        st.metric(f"{pair[0]}, NumPy", f"{pair[1]:.{digits}f}", width=wide)
        st.metric(f"{pair[0]}, torch", f"{pair[2]:.{digits}f}", width=wide)
        st.metric("Largest difference", f"{ulps:.3g} ulp", width=150, help=ULP_HELP)
        st.metric("NumPy", milliseconds(sum(rung.numpy_seconds for rung in rungs)), width=90)
        st.metric("torch", milliseconds(sum(rung.torch_seconds for rung in rungs)), width=90)
    name = escape_markdown(photo.name)
    if ladder.within:
        st.markdown(
            f":material/check_circle: Both engines agree on **{name}** in every layer, forward "
            f"and backward, as closely as {ladder.dtype} allows."
        )
    elif ladder.forks and all(rung.agreement.within for rung in ladder.forward):
        ways = " and ".join(f"{count:,} in {layer.name}" for layer, count in ladder.forks)
        st.info(
            f"Forward both engines agree on **{name}** as closely as {ladder.dtype} allows. "
            "Backward the gradient takes another way at a few cells "
            f"({ways}), whose values are so close that rounding decided which one is positive or "
            "the largest. Neither engine is wrong: in float64 they hardly ever part.",
            icon=":material/call_split:",
        )
    else:
        st.error(
            f"The engines part at {worst.layer.name}: rounding alone hardly explains that. One "
            "rare cause is harmless: batch norm over values that are nearly all the same.",
            icon=":material/call_split:",
        )


def show_rungs(ladder: "Ladder", classes: tuple[str, str]) -> None:
    """Draw the layers in the chosen direction."""
    backward = st.session_state["direction"] == BACKWARD
    if backward:
        st.caption(
            f"From the loss of “{classes[ladder.label]}” back up to the photo: each row is the "
            "gradient of a layer's input, and of its weight and bias. NumPy and torch share a "
            "scale, the difference has its own."
        )
    else:
        st.caption(
            f"From the photo down to P({classes[1]}): each row is what a layer gives out, its "
            "first maps. NumPy and torch share a scale, the difference has its own."
        )
    st.html(ladder_html(ladder.backward if backward else ladder.forward))
