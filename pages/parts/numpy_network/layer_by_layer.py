"""The network layer by layer: one photo down through both engines and its gradient back up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.comparison.rounding import EXPLANATION
from core.config import DTYPES
from core.data import to_network_input
from core.data.decode import decode_photo
from core.errors import GlassError, ModelError, PhotoError
from core.wording import listed, short_time
from pages.parts.numpy_network.layer_rows import layers_html
from pages.parts.shared.in_view import bring_into_view
from pages.parts.shared.mistakes import say_how_it_sees
from pages.parts.shared.model_choice import ModelChoice, choose_model, load_classifier
from pages.parts.shared.one_at_a_time import one_at_a_time
from pages.parts.shared.photos import BroughtPhoto, choose_photos, drawn_photo
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.comparison.network_comparison import LayerComparison
    from core.networks.classifier import Classifier
    from core.networks.layers import LayerFacts

FORWARD, BACKWARD = "Forward, photo to answer", "Backward, loss to photo"
EVALUATION, TRAINING = "evaluation", "training"
ANSWERED = "its answer"
ENGINES = "NumPy", "torch"
_STYLE = """
<style>
@media (max-width: 640px) {  /* what belongs to NumPy in one column, torch's in the next */
  .st-key-engines > div { flex: 0 0 47% !important; width: 47% !important; }
  .st-key-engines [data-testid="stMetricValue"] { font-size: 1.05rem; }
}
</style>
"""
SHARE_HELP = f"The largest share of it that any layer takes. {EXPLANATION}"


@dataclass(frozen=True)
class Way:
    """One direction: both engines' result and their seconds, NumPy's first; the largest share of
    the allowed rounding that a layer takes, and the layers as HTML.
    """

    results: tuple[float, float]
    seconds: tuple[float, float]
    share: float
    rows: str


@dataclass(frozen=True)
class Shown:
    """What is shown of a comparison. Its arrays are not kept: they take tens of megabytes."""

    dtype: str
    label: int
    forward: Way
    backward: Way
    apart: tuple[str, ...]
    forks: "tuple[tuple[LayerFacts, int], ...]"


def show() -> None:
    """Draw the comparison of the chosen photo and model."""
    controls, results = st.columns([3, 8], gap="large")
    with controls:
        photo = choose_one(choose_photos())
        model = choose_model()
        dtype, training = choose_arithmetic()
    with results:
        try:
            classifier = load_classifier(model)
            classes = classifier.classes
            say_how_it_sees(classifier.mistakes)
            compared = compare(photo, model, dtype, training, choose_label(classes))
        except ModelError as error:
            reason = escape_markdown(str(error))
            st.error(f"This model cannot be compared. {reason} Choose another one.")
        except PhotoError as error:
            st.error(f"{escape_markdown(photo.name)}: {error}")
        except GlassError as error:  # a layer that NumPy lacks
            st.error(escape_markdown(str(error)))
        else:
            bring_into_view(f"{photo.key} {model.id}", key="compared")
            show_summary(compared, classes, photo)
            show_layers(compared, classes)


def choose_one(photos: list[BroughtPhoto]) -> BroughtPhoto:
    """Return the photo to compare on; of several the newest, until another one is chosen."""
    by_key = {photo.key: photo for photo in photos}
    if len(by_key) < 2:
        return photos[0] if photos else drawn_photo(0)
    key = st.selectbox(
        "Compared on",
        list(by_key),
        format_func=lambda key: by_key[key].name,
        key=f"compared-on-{photos[0].key}",  # a new photo is looked at
    )
    return by_key[key]


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
        help="In training mode batch norm takes mean and variance from this photo, and dropout "
        "leaves out numbers, the same ones in both engines. In evaluation mode batch norm takes "
        "what it kept while it was trained, and dropout lets everything pass.",
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
            persist_state="session",
            width=170,
            help="Binary cross entropy of this label, whose gradient goes backward.",
        )
    return None if chosen == ANSWERED else classes.index(chosen)


def compare(
    photo: BroughtPhoto, model: ModelChoice, dtype: str, training: bool, label: int | None
) -> Shown:
    """Return what the comparison comes to; ``GlassError`` has a sentence for people."""
    return _compare(photo.key, photo, model, dtype, training, label)


@st.cache_resource(show_spinner="Sending the photo through both engines ...", max_entries=32)
def _compare(
    key: str,
    _photo: BroughtPhoto,
    model: ModelChoice,
    dtype: str,
    training: bool,
    label: int | None,
) -> Shown:
    classifier = load_classifier(model)
    return one_at_a_time(partial(shown, classifier, _photo.content, dtype, training, label))


def shown(
    classifier: "Classifier", content: bytes, dtype: str, training: bool, label: int | None
) -> Shown:
    """Send a photo through both engines and return what is shown of it."""
    from core.comparison.network_comparison import compare_network  # imports torch

    pixels = classifier.see(decode_photo(content, classifier.image_size).pixels)
    x = to_network_input(np.asarray(pixels)[np.newaxis])
    compared = compare_network(classifier.model, x, label, dtype, training)
    probabilities = compared.numpy_probability, compared.torch_probability
    return Shown(
        dtype,
        compared.label,
        way_of(compared.forward, probabilities),
        way_of(compared.backward, (compared.numpy_loss, compared.torch_loss)),
        compared.apart,
        compared.forks,
    )


def way_of(layers: "Sequence[LayerComparison]", results: tuple[float, float]) -> Way:
    """Return what is shown of one direction."""
    return Way(
        results,
        (sum(each.numpy_seconds for each in layers), sum(each.torch_seconds for each in layers)),
        max(each.share for layer in layers for each in layer.agreements),
        layers_html(layers),
    )


def show_summary(compared: Shown, classes: tuple[str, str], photo: BroughtPhoto) -> None:
    """Say in one row what both engines answer, how far apart they are, and how long it takes."""
    backward = st.session_state["direction"] == BACKWARD
    digits = 9 if compared.dtype == "float32" else 15
    way = compared.backward if backward else compared.forward
    result = "Loss" if backward else f"P({classes[1]})"
    st.html(_STYLE)
    with st.container(horizontal=True, gap="small", key="engines"):
        wide = 132 if digits == 9 else 200
        for name, value in zip(ENGINES, way.results, strict=True):
            st.metric(f"{result}, {name}", f"{value:.{digits}f}", width=wide)
        for name, seconds in zip(ENGINES, way.seconds, strict=True):
            st.metric(f"Time, {name}", short_time(seconds), width=96)
        st.metric("Of allowed rounding", share_words(way.share), width=150, help=SHARE_HELP)
    show_verdict(compared, escape_markdown(photo.name))


def show_verdict(compared: Shown, name: str) -> None:
    """Say whether the engines agree, and where their gradients take another way."""
    if compared.apart:
        st.error(
            f"The engines part at {listed(compared.apart)}: given the same numbers, they come to "
            "results that rounding does not explain.",
            icon=":material/call_split:",
        )
        return
    st.markdown(
        f":material/check_circle: Both engines agree on **{name}** in every layer, forward "
        f"and backward, as closely as {compared.dtype} allows."
    )
    if compared.forks:
        ways = " and ".join(f"{count:,} in {layer.name}" for layer, count in compared.forks)
        st.info(
            f"Backward the gradient takes another way at a few cells ({ways}), whose values are so "
            "close that rounding decided which one is positive or the largest. From there on the "
            "pictures of the two gradients differ, and neither engine is wrong: in float64 they "
            "hardly ever part.",
            icon=":material/call_split:",
        )


def share_words(share: float) -> str:
    """Write a share of the allowed rounding: 0 %, 0.35 %, 21 %, more than 100 %."""
    return f"{100 * share:.2g} %" if share <= 1 else "over 100 %"


def show_layers(compared: Shown, classes: tuple[str, str]) -> None:
    """Draw the layers in the chosen direction."""
    backward = st.session_state["direction"] == BACKWARD
    if backward:
        st.caption(
            f"From the loss of “{classes[compared.label]}” back up to the photo: each row is the "
            "gradient of a layer's input, and of its weight and bias. Each engine goes its own "
            "way. NumPy and torch share a scale, the difference has its own."
        )
    else:
        st.caption(
            f"From the photo down to P({classes[1]}): each row is what a layer gives out, its "
            "first maps. Each engine goes its own way. NumPy and torch share a scale, the "
            "difference has its own."
        )
    st.html((compared.backward if backward else compared.forward).rows)
