"""Why it said so: evidence for either class over the photo, and cover-and-ask-again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.parts.shared.cover import cover_view
from pages.parts.shared.evidence import evidence
from pages.parts.shared.explained import ExplainedAnswer
from pages.parts.shared.one_at_a_time import one_at_a_time, step_by_step
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.trust import tell_verdict, trust_fold
from pages.parts.shared.words import percent

METHODS = {
    "cam": "Grad-CAM",
    "occlusion": "Occlusion",
    "gradient": "Input gradient",
    "integrated": "Integrated gradients",
    "cover": "Cover and ask again",
}
ABOUT = {
    "cam": (
        "Shows which places of a convolution's maps push the answer to either side. It cannot show "
        "anything finer than that layer's cells, nor whether the network would change its mind "
        "without them."
    ),
    "occlusion": (
        "Shows how P changes when a grey patch covers each place: the network was really asked. It "
        "cannot show what only counts together, and a grey square is itself something new to the "
        "network."
    ),
    "gradient": (
        "Shows which pixels would move the answer fastest if they got a little brighter. It cannot "
        "show which pixels the answer was made of, and it is noisy."
    ),
    "integrated": (
        "Shares the whole difference to a plain grey picture out among the pixels. It cannot show "
        "what the grey picture has in common with the photo: grey places get nothing."
    ),
    "cover": (
        "Shows what the network answers once a place is covered: every number is a real answer. It "
        "cannot show why, and covering by other colours may give other answers."
    ),
}


@dataclass(frozen=True)
class Evidence:
    """Values (S, S): above zero for class 1. ``note`` is a sentence with the numbers behind it."""

    values: NDArray[np.floating]
    scale: float
    unit: str
    names: tuple[str, str]
    note: str


def show_why(asked: ExplainedAnswer, key: str) -> None:
    """Draw the methods, the chosen one's pictures and what they can and cannot show."""
    with st.container(horizontal=True, vertical_alignment="center"):
        method = st.segmented_control(
            "Method",
            list(METHODS),
            default="cam",
            format_func=METHODS.__getitem__,
            required=True,
            key=f"method-{key}",
            wrap=True,
            persist_state="session",
            label_visibility="collapsed",
        )
        option = choose_option(method, asked, key)
    st.caption(ABOUT[method])
    if method == "cover":
        # Only this part follows the patch, so only this part is drawn anew at every move.
        redrawn(lambda: ask_again(asked, key), key=f"cover-fragment-{key}")
        return
    if option is None:
        st.info(
            "Grad-CAM weighs the maps of a convolution, and this network has none. Every other "
            "method above works for any network."
        )
        return
    found = METHOD_FUNCTIONS[method](asked.id, option, asked)
    evidence(
        asked.pixels,
        found.values,
        scale=found.scale,
        unit=found.unit,
        names=found.names,
        classes=asked.classes,
        photo=f"{asked.answer}. {asked.photo}",
        key=f"evidence-{key}",
    )
    st.caption(found.note)
    tell_verdict(asked.network, method)
    trust_fold(asked, method, f"{method} {option}", found.values, key)


def choose_option(method: str, asked: ExplainedAnswer, key: str) -> int | None:
    """Draw a method's one choice: Grad-CAM's layer, or the patch's side in pixels.

    None for Grad-CAM in a network without a convolution.
    """
    from core.explain.heat_maps import patch_sides

    if method == "cam":
        return choose_layer(asked, key)
    if method == "occlusion":
        sides = patch_sides(len(asked.pixels))
        named = st.selectbox(
            "Patch",
            list(sides),
            index=1,
            format_func=lambda name: f"{name} patch, {sides[name]} px",
            key=f"patch-{key}",
            persist_state="session",
            label_visibility="collapsed",
            width=210,
        )
        return sides[named]
    return 0


def choose_layer(asked: ExplainedAnswer, key: str) -> int | None:
    """Draw the list of layers whose maps speak for a convolution; return the chosen one, if any.

    Late layers know more of what a thing is, early ones of where.
    """
    from core.networks.layers import convolutions, describe_layers, evidence_layer

    layers = describe_layers(asked.model, len(asked.pixels))
    choices = [evidence_layer(asked.model, index) for index in convolutions(asked.model)]
    if not choices:
        return None
    return st.selectbox(
        "Layer",
        choices,
        index=len(choices) - 1,
        format_func=lambda i: f"{layers[i].name}, {layers[i].shape_text}",
        key=f"evidence-layer-{key}",
        persist_state="session",
        label_visibility="collapsed",
        width=210,
    )


@st.cache_data(show_spinner="Weighing the maps ...", max_entries=64)
def grad_cam_evidence(id: str, layer: int, _asked: ExplainedAnswer) -> Evidence:
    """Weigh the maps of a layer."""
    from core.explain.cam_on_photo import CamOnPhoto

    cam = CamOnPhoto(_asked.model, len(_asked.pixels), layer)
    values, scale = cam.evidence(_asked.pixels)
    tall, wide = cam.layer.shape[1:]
    note = (
        f"{cam.layer.name}: {tall} × {wide} cells, each drawn where the middle of its field "
        f"is; a cell sees {cam.sees[0]} × {cam.sees[1]} pixels around it. Both pictures are on "
        "one scale."
    )
    names = ("what pushes to it", "what pushes to it")
    return Evidence(values, scale, "of gradient × map", names, note)


@st.cache_data(show_spinner=False, max_entries=64)
def occlusion_evidence(id: str, patch: int, _asked: ExplainedAnswer) -> Evidence:
    """Cover every place with a patch."""
    from core.explain.occlusion import Occlusion, occlude
    from core.pictures.tiles import scale_of

    bar = st.progress(0.0, "Covering place after place ...")
    for step in step_by_step(occlude(_asked.model, _asked.pixels, patch, max(1, patch // 2))):
        if isinstance(step, Occlusion):
            found = step
        else:
            bar.progress(step, f"Covering place after place: {step:.0%}")
    bar.empty()
    values = found.on_photo()
    one = _asked.classes[1]
    lowest, highest = found.probabilities.min(), found.probabilities.max()
    note = (
        f"Asked {found.probabilities.size} times. P({one}) is {percent(found.uncovered)} bare, "
        f"and between {percent(lowest)} and {percent(highest)} with a patch of {patch} pixels."
    )
    names = ("covering it raises P", "covering it lowers P")
    return Evidence(values, scale_of(values), f"of P({one})", (names[0], names[1]), note)


@st.cache_data(show_spinner="Differentiating ...", max_entries=64)
def input_gradient_evidence(id: str, option: int, _asked: ExplainedAnswer) -> Evidence:
    """Differentiate the logit by every pixel."""
    from core.explain.saliency import input_gradient, per_pixel
    from core.networks.tensors import network_input

    values = per_pixel(input_gradient(_asked.model, network_input(np.stack([_asked.pixels]))))
    note = "The three colours of a pixel are added up. Full colour is reached by one pixel in 100."
    names = ("brighter pushes to it", "brighter pushes to it")
    return Evidence(values, strong(values), "of logit per brightness", names, note)


@st.cache_data(show_spinner="Walking from grey to the photo ...", max_entries=64)
def integrated_evidence(id: str, option: int, _asked: ExplainedAnswer) -> Evidence:
    """Average the gradient on the way from grey to the photo."""
    from core.explain.heat_maps import INTEGRATION_STEPS
    from core.explain.saliency import integrated_gradients, per_pixel
    from core.networks.tensors import network_input

    x = network_input(np.stack([_asked.pixels]))
    found = one_at_a_time(lambda: integrated_gradients(_asked.model, x, steps=INTEGRATION_STEPS))
    values = per_pixel(found.attributions)
    note = (
        f"All pixels add up to {values.sum():+.3f}; the logit changes by {found.change:+.3f} from "
        f"plain grey to this photo. The {INTEGRATION_STEPS} steps of the way lost "
        f"{found.missing:+.3f}."
    )
    names = ("what pushed to it", "what pushed to it")
    return Evidence(values, strong(values), "of logit", names, note)


def strong(values: NDArray[np.floating]) -> float:
    """Return the magnitude that one pixel in a hundred exceeds; single pixels must not rule."""
    magnitude = np.abs(values[np.isfinite(values)])
    return float(np.quantile(magnitude, 0.99)) or 1.0 if magnitude.size else 1.0


METHOD_FUNCTIONS: dict[str, Callable[[str, int, ExplainedAnswer], Evidence]] = {
    "cam": grad_cam_evidence,
    "occlusion": occlusion_evidence,
    "gradient": input_gradient_evidence,
    "integrated": integrated_evidence,
}


def ask_again(asked: ExplainedAnswer, key: str) -> None:
    """Draw the patch, and ask the network about the photo that is covered by it."""
    from core.explain.occlusion import GREY, cover
    from core.networks.layers import probability
    from core.networks.tensors import network_input

    kept = f"patch-on-{asked.id}"

    def move(wanted: list[float]) -> None:
        st.session_state[kept] = patch_inside(wanted, len(asked.pixels))

    patch = st.session_state.get(kept) or first_patch(len(asked.pixels))
    seen = cover(asked.pixels, *patch)
    answers = probability(asked.model, network_input(np.stack([seen, asked.pixels])))
    finite = bool(np.isfinite(answers).all())
    facts = {
        "id": asked.id,
        "patch": patch,
        "grey": GREY,
        "classes": asked.classes,
        "probability": answers[0] if finite else "not a number",
        "uncovered": answers[1] if finite else 0.5,
    }
    cover_view(asked.pixels, seen, facts, key=f"cover-{key}", on_cover=move)


Patch = tuple[int, int, int, int]
"""Top, left, height and width in pixels."""


def first_patch(size: int) -> Patch:
    """Return the patch that lies in the middle until somebody moves it: a third of a side."""
    side = size // 3
    return (size - side) // 2, (size - side) // 2, side, side


def patch_inside(wanted: Iterable[float], size: int) -> Patch:
    """Make a patch that a browser asked for one that lies inside a photo of ``size`` pixels."""
    top, left, height, width = (int(number) for number in wanted)
    height, width = min(max(1, height), size), min(max(1, width), size)
    return min(max(0, top), size - height), min(max(0, left), size - width), height, width
