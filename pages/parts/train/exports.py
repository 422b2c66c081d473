"""A run to hand out: its network as ONNX, the run as a zip, what it came to as a report."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.errors import GlassError
from core.runs.run import Run
from core.wording import spoken_size
from pages.parts.shared.model_choice import ModelChoice, choose_weights
from pages.parts.shared.run_photos import run_data
from pages.parts.shared.words import escape_markdown

MADE = "made-export"
"""In the session: the one file that was made last, for the button that downloads it."""


@dataclass(frozen=True)
class Made:
    """A file that waits to be downloaded, of a run's weights as they were."""

    key: str
    content: bytes
    words: str


@dataclass(frozen=True)
class Export:
    """A kind of file: how it is called, what it is good for, and what makes it, with words."""

    label: str
    ending: str
    mime: str
    icon: str
    about: str
    make: Callable[[Run, ModelChoice], tuple[bytes, str]]


def offer_exports(run: Run) -> None:
    """Draw the buttons; a file is made when one is pressed, and then waits to be downloaded."""
    st.markdown("**Hand it out**")
    if not run.checkpoints.positions():
        st.info("Once its first weights are kept, this run can be handed out here.")
        return
    model = choose_weights(run, None, "export-weights")
    made: Made | None = st.session_state.get(MADE)
    for export in EXPORTS:
        key = f"{export.ending}-{run.id}-{model.version}"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            pressed = st.button(
                export.label, key=f"make-{export.ending}-{run.id}", icon=export.icon, width=190
            )
            st.caption(export.about, width="stretch")
        if pressed:
            made = make(export, run, model, key)
        if made is not None and made.key == key:
            offer_file(made, export, run)


def make(export: Export, run: Run, model: ModelChoice, key: str) -> Made | None:
    """Make a file and remember it; None where it cannot be made, which is said."""
    st.session_state.pop(MADE, None)
    try:
        with st.spinner(f"{export.label}: being made and checked ..."):
            content, words = export.make(run, model)
    except GlassError as error:
        st.error(escape_markdown(str(error)))
        return None
    made = Made(key, content, words)
    st.session_state[MADE] = made
    return made


def offer_file(made: Made, export: Export, run: Run) -> None:
    """Draw the button that downloads a file, and what there is to know about it."""
    st.download_button(
        f"Download, {spoken_size(len(made.content))}",
        made.content,
        f"{run.id}.{export.ending}",
        export.mime,
        key=f"download-{export.ending}-{run.id}",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )
    st.caption(escape_markdown(made.words))


def make_onnx(run: Run, model: ModelChoice) -> tuple[bytes, str]:
    """Write the network with the chosen weights as ONNX."""
    from core.exchange.onnx_file import describe, onnx_bytes  # torch comes with it

    classifier = run.classifier(model.epoch)
    return onnx_bytes(classifier), describe(classifier)


def make_zip(run: Run, model: ModelChoice) -> tuple[bytes, str]:
    """Write the run as a zip, whatever weights are chosen: the best and the newest."""
    from core.exchange.run_zip import write_run_zip

    file = io.BytesIO()
    positions = write_run_zip(run, file)
    kept = ", ".join(position.name for position in positions)
    return file.getvalue(), (
        f"With the weights of {kept}. The photos are not in it, nor where they lie here. Open it "
        "on another Train page, below the form of a new training, or with "
        "python -m core.take_in FILE.zip."
    )


def make_report(run: Run, model: ModelChoice) -> tuple[bytes, str]:
    """Write what the run came to after the chosen epoch."""
    from core.exchange.report import report_html

    data = run_data(run)
    html = report_html(run, model.epoch, None if isinstance(data, str) else data)
    return html.encode(), "One file that opens in any browser, without this program or a network."


EXPORTS = (
    Export(
        "ONNX file",
        "onnx",
        "application/octet-stream",
        ":material/deployed_code:",
        "For any program that runs ONNX; it must answer as the network here before you get it.",
        make_onnx,
    ),
    Export(
        "Run as a zip",
        "zip",
        "application/zip",
        ":material/folder_zip:",
        "The whole run, for another installation of this program: to be looked at there, and with "
        "its photos to go on.",
        make_zip,
    ),
    Export(
        "Report",
        "html",
        "text/html",
        ":material/description:",
        "What these weights came to, on one page: curves, right and wrong with the photos, heat "
        "maps, recipe and network.",
        make_report,
    ),
)
