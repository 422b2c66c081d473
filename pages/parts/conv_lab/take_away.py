"""An experiment as one HTML file, to hand to a class: the page's own view, without the server."""

from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from core.conv_lab import codegen
from core.conv_lab.address import look_to_query, to_query
from core.conv_lab.engines import Result
from core.conv_lab.experiment import INPUTS, KERNELS, UPSTREAMS, Experiment
from core.conv_lab.look import Look
from core.conv_lab.rules import size_formula
from core.conv_lab.sabotage import MISTAKES
from core.conv_lab.view import pack_lab, pack_strips
from core.exchange.standalone import Component, folded, paragraph, standalone_page
from pages.parts.conv_lab import lab, strips
from pages.parts.web import texts_of

TITLES = {"y": "Output y", "dx": "Gradient dX", "dweight": "Gradient dW", "dbias": "Gradient db"}


def offer_file(what: str, works: str, write: Callable[[], str], name: str) -> None:
    """Draw the button for a file ``name``; it is written when the button is pressed.

    ``what`` is in it, and ``works`` names what one can do there.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            f"This {what} as one HTML file",
            write,
            name,
            "text/html",
            key=f"html-{name}",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(
            f"{works} work in it as here, in any browser, without this program or a network: for a "
            "class.",
            width="stretch",
        )


def offer_experiment(result: Result, look: Look) -> None:
    """Draw the button for a convolution, as it is looked at now."""
    offer_file(
        "experiment",
        "Pointing, walking the window and the sums",
        lambda: experiment_html(result, look),
        "convolution.html",
    )


def experiment_html(result: Result, look: Look) -> str:
    """Write an experiment with both engines' numbers, as it is looked at now."""
    experiment = result.experiment
    compared = {TITLES[name]: each for name, each in result.comparisons.items()}
    address = urlencode(to_query(experiment) | look_to_query(look))
    parts: list[str | Component] = [
        paragraph("Point at a number to see the sum behind it, or press Play to walk the window."),
        *(paragraph(sentence, quiet=True) for sentence in sentences(experiment)),
        Component(*texts_of(lab.__file__), pack_lab(result, look=look, alone=True)),
        "<h2>NumPy, torch, and their difference</h2>",
        Component(*texts_of(strips.__file__), pack_strips(compared)),
        "<h2>The same in code</h2>",
        folded("torch", codegen.torch_code(experiment)),
        folded("NumPy", codegen.numpy_code(experiment)),
        paragraph(f"In Glass CNN's Conv lab this experiment is /conv_lab?{address}", quiet=True),
    ]
    return standalone_page("What exactly does one convolution compute?", parts)


def sentences(experiment: Experiment) -> list[str]:
    """Say what is convolved with what, and what size comes out."""
    e = experiment
    rows, columns = (size_formula(e, axis) for axis in (0, 1))
    size = rows if rows == columns else f"{rows} rows, {columns} columns"
    said = [
        f"Input: {INPUTS[e.image].lower()}, {e.channels} x {e.height} x {e.width}. Kernel: "
        f"{KERNELS[e.filters].lower()}, {e.out_channels} of {e.kernel[0]} x {e.kernel[1]}. Stride "
        f"{pair(e.stride)}, padding {pair(e.padding)}, dilation {pair(e.dilation)}, groups "
        f"{e.groups}. Upstream gradient: {UPSTREAMS[e.upstream].lower()}. Numbers: {e.dtype}.",
        f"Output size: {size}.",
    ]
    if e.mistake:
        planted = MISTAKES[e.mistake]
        said.append(f"With a planted mistake, {planted.title.lower()}. {planted.why}")
    return said


def pair(values: tuple[int, int]) -> str:
    """Say one number for two alike."""
    return str(values[0]) if values[0] == values[1] else f"{values[0]} x {values[1]}"
