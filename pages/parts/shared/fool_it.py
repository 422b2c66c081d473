"""The smallest change that turns an answer over, with a slider and what it teaches."""

from typing import TYPE_CHECKING

import streamlit as st

from core.data.mistaken import as_given
from core.errors import GlassError
from pages.parts.shared.explained import ExplainedAnswer
from pages.parts.shared.fooling import fooling_view
from pages.parts.shared.line_chart import Chart, Mark, Series, line_charts
from pages.parts.shared.one_at_a_time import step_by_step
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.words import escape_markdown, percent

if TYPE_CHECKING:
    from core.explain.fooling import Fooling

FOOL_IT = "Fool it: the smallest change that turns the answer over"
"""What the fold is called."""
LINE, EVEN = "#00805F", "#8A94A0"
TURNED = (
    "**What this teaches.** The network adds up a small push from every single pixel, so it can be "
    "turned by a change that makes no other animal of the photo. How sure an answer is says little "
    "about how small a change turns it."
)
HELD = (
    "**What this teaches.** The gradient tells what a small change does, and this answer is flat "
    "or bent on the way. That one step does not turn it proves nothing: many small ones, each "
    "along a new gradient, turn most networks."
)


def fool_it(asked: ExplainedAnswer, key: str) -> None:
    """Draw the change, its slider and what it teaches."""
    try:
        found = fooled(asked.id, asked)
    except GlassError as error:
        st.info(escape_markdown(str(error)))
        return
    redrawn(lambda: show(found, asked, key), key=f"fool-fragment-{key}")


@st.cache_data(show_spinner=False, max_entries=64)
def fooled(id: str, _asked: ExplainedAnswer) -> "Fooling":
    """Step away from the answer until it turns over."""
    from core.explain.fooling import Fooling, fool

    bar = st.progress(0.0, "Stepping away from the answer ...")
    for step in step_by_step(fool(_asked.model, _asked.pixels)):
        if isinstance(step, Fooling):
            found = step
        else:
            bar.progress(step, f"Stepping away from the answer: {step:.0%}")
    bar.empty()
    return found


def show(found: "Fooling", asked: ExplainedAnswer, key: str) -> None:
    """Draw the step at the size that the slider says, first at the smallest that turns it."""
    kept = f"fooled-by-{asked.id}"
    last = len(found.probabilities) - 1

    def move(wanted: int) -> None:
        st.session_state[kept] = min(max(0, int(wanted)), last)

    steps = st.session_state.get(kept, found.turning or 0)
    st.markdown(told(found, asked.classes))
    if not last:
        return
    fooling_view(found, steps, asked.classes, id=asked.id, key=f"fooling-{key}", on_steps=move)
    chart = curve(found, steps, asked.classes[1])
    line_charts([chart], columns=1, key=f"fooling-curve-{key}")
    one = escape_markdown(asked.classes[1])
    look = (
        "Look how far the line stays from 50 %, where the answer would turn."
        if found.turning is None
        else "Look where the line first crosses 50 %: there the answer turns."
    )
    st.caption(
        f"{look} P({one}) is the network's answer to the photo after a step of each size, all of "
        "them asked, one after the other."
    )
    offer_file(found, steps, asked, key)
    st.markdown(HELD if found.turning is None else TURNED)


def told(found: "Fooling", classes: tuple[str, str]) -> str:
    """Say what was found, and how much of it a file can hold."""
    here, there = (escape_markdown(classes[label]) for label in (found.label, 1 - found.label))
    if not found.moved:
        return (
            f"The gradient is zero for every pixel: no small change of this photo moves the answer "
            f"{here} at all, so there is no direction to step in."
        )
    method = (
        "Every colour of every pixel moves by the same amount, each in the direction in which its "
        f"gradient leads away from {here} (the fast gradient sign method)."
    )
    if found.turning is None or found.exact is None:
        return (
            f"{method} However large this one step is, **the answer stays {here}**: turning it "
            "takes another way than one straight step."
        )
    back = (
        f" From {found.back} of 255 on it is {here} again: the gradient tells what small steps do, "
        "not large ones."
        if found.back
        else ""
    )
    return (
        f"{method} After **{found.turning} of 255** the answer is {there}, and after no smaller "
        f"whole number. In exact numbers it turns at {found.exact:.2f}; a file holds whole ones, "
        f"and rounded to these 8 bits it still turns over.{back}"
    )


def curve(found: "Fooling", steps: int, one: str) -> Chart:
    """Return P(class 1) along the step, with where it turns and where the slider stands."""
    shares = found.probabilities.tolist()
    marks = [Mark(steps, "the slider", shares[steps])]
    points: list[tuple[float, float]] = list(enumerate(shares))
    if found.exact is not None:
        marks.append(Mark(found.exact, f"turns at {found.exact:.2f}"))
        points = sorted([*points, (found.exact, 0.5)])
    last = len(shares) - 1
    return Chart(
        f"P({one}) along the step",
        [
            Series("answer", [x for x, _ in points], [share for _, share in points], LINE),
            Series("even odds", (0, last), (0.5, 0.5), EVEN, width=1.5, dashed=True),
        ],
        x_label="size of the step, of 255",
        y_label=f"P({one})",
        y_format="percent",
        height=190,
        marks=tuple(marks),
    )


def offer_file(found: "Fooling", steps: int, asked: ExplainedAnswer, key: str) -> None:
    """Draw the download of the changed photo, and what is said of that file."""
    from core.pictures.tiles import png

    file = png(as_given(found.changed(steps), asked.network.mistakes))
    one = float(found.probabilities[steps])
    answer = f"{escape_markdown(asked.classes[one >= 0.5])} {percent(max(one, 1 - one))}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the changed photo",
            file,
            file_name=f"changed-by-{steps}-of-255.png",
            mime="image/png",
            icon=":material/download:",
            key=f"changed-{key}",
            on_click="ignore",
            help="A PNG of the size that the network sees, which loses nothing.",
        )
        st.markdown(
            f"Dropped on Classify, this file is answered with {answer} by these weights."
            if asked.judge is None
            else asked.judge(file)
        )
