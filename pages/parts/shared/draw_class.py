"""What a network takes for either class, drawn by itself from grey, and what that teaches."""

from typing import TYPE_CHECKING

import streamlit as st

from core.data.mistaken import as_given
from core.errors import GlassError
from pages.parts.shared.class_film import class_film
from pages.parts.shared.explained import ExplainedNetwork
from pages.parts.shared.one_at_a_time import step_by_step
from pages.parts.shared.words import escape_markdown, percent

if TYPE_CHECKING:
    from core.explain.class_drawing import ClassDrawing

SURE = 0.9


def draw_me(one: str) -> str:
    """Return what the fold is called; ``one`` names class 1."""
    return f"Draw me what you call a {escape_markdown(one)}"


def draw_it(network: ExplainedNetwork, key: str) -> None:
    """Draw both drawings, their way from grey and what they teach."""
    seed = st.session_state.setdefault(f"drawing-seed-{network.id}", 0)
    try:
        drawing = drawn(network.id, seed, network)
    except GlassError as error:
        st.info(escape_markdown(str(error)))
        return
    zero, one = map(escape_markdown, network.classes)
    st.markdown(
        "From a grey picture with hardly visible speckles, each step changes every pixel a bit "
        f"towards what speaks for {one} (left), and for {zero} (right). Before each step the "
        "picture is shifted by some pixels, and each pixel is drawn to its neighbours: without a "
        "hold like that nothing but noise comes of it."
    )
    class_film(drawing, network.classes, id=f"{network.id} {seed}", key=f"class-film-{key}")
    st.markdown(taught(drawing, (zero, one)))
    offer(drawing, network, seed, key)


@st.cache_data(show_spinner=False, max_entries=16)
def drawn(id: str, seed: int, _network: ExplainedNetwork) -> "ClassDrawing":
    """Climb from grey."""
    from core.explain.class_drawing import ClassDrawing, draw_classes

    bar = st.progress(0.0, "Drawing ...")
    for step in step_by_step(draw_classes(_network.model, _network.size, seed)):
        if isinstance(step, ClassDrawing):
            found = step
        else:
            bar.progress(step, f"Drawing, step by step: {step:.0%}")
    bar.empty()
    return found


def taught(drawing: "ClassDrawing", classes: tuple[str, str]) -> str:
    """Say how sure the network is of its drawings, and what that means."""
    sure = [f"{percent(drawing.certainty(label))} {classes[label]}" for label in (1, 0)]
    said = f"It calls its own drawings {sure[0]} and {sure[1]}."
    if min(drawing.certainty(label) for label in (0, 1)) < SURE:
        return (
            f"**What this teaches.** {said} That is not sure of both: from grey it finds no way to "
            "a picture of its own that it believes in, as a network that has hardly learnt, or one "
            "that says the same of everything."
        )
    return (
        f"**What this teaches.** {said} What you see are the pieces that it looks for, colours, "
        "fur, perhaps eyes and ears, wherever they fit: nothing in the answer asks for a whole "
        "animal. Certainty says that it finds its pieces, not that the thing is there."
    )


def offer(drawing: "ClassDrawing", network: ExplainedNetwork, seed: int, key: str) -> None:
    """Draw the downloads of both drawings, and the button for others."""
    from core.pictures.tiles import png

    def other_seed() -> None:
        st.session_state[f"drawing-seed-{network.id}"] = seed + 1

    with st.container(horizontal=True):
        st.button(
            "Begin with another grey",
            icon=":material/casino:",
            key=f"another-drawing-{key}",
            on_click=other_seed,
            help="Other speckles, another drawing. The same ones always give the same.",
        )
        for label in (1, 0):
            st.download_button(
                f"Download the {escape_markdown(network.classes[label])}",
                png(as_given(drawing.frames[label, -1], network.mistakes)),
                file_name=f"drawn-class-{label}-seed-{seed}.png",
                mime="image/png",
                icon=":material/download:",
                key=f"drawing-{label}-{key}",
                on_click="ignore",
            )
