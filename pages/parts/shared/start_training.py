"""The end of the form for a new training: the button, and what it begins."""

from dataclasses import dataclass

import streamlit as st

from core.config import TrainConfig
from core.data.preview import Preview
from core.errors import GlassError
from core.runs.beginning import start_new
from core.runs.run import Run
from pages.parts.shared.in_view import bring_into_view
from pages.parts.shared.run_choice import open_run
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown
from pages.parts.shared.workers import worker_pool

_BEGUN = "training-begun"


@dataclass(frozen=True)
class FormChoices:
    """What the form says: a config that works, or the sentence why it does not.

    A ``warning`` stands above the button, which can be pressed all the same.
    """

    config: TrainConfig | None
    problem: str = ""
    warning: str = ""


def offer_start(
    label: str, key: str, choices: FormChoices, preview: Preview | None
) -> TrainConfig | None:
    """Draw the button, above it why it has to wait; return the config when it was pressed."""
    if choices.problem:
        st.error(choices.problem)
    elif choices.warning:
        st.warning(choices.warning)
    pressed = st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=choices.config is None or preview is None,
        key=key,
    )
    return choices.config if pressed else None


def begin(config: TrainConfig) -> None:
    """Make a run, let a worker train it, and show it; or say why that cannot be."""
    try:
        run = start_new(config, visitor(), worker_pool())
    except GlassError as error:
        st.error(escape_markdown(str(error)))
        return
    open_run(run)
    st.session_state[_BEGUN] = run.id
    st.rerun()


def bring_training_into_view(run: Run) -> None:
    """Scroll to a training that this visitor has just begun from the end of the form."""
    bring_into_view(run.id, key="training", arrived=st.session_state.get(_BEGUN) == run.id)
