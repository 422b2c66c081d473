"""Which model answers: the shipped one, or any run's newest weights."""

import importlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.checkpoint import ModelError
from core.runs import Run, list_runs

if TYPE_CHECKING:
    from core.predict import Classifier

SHIPPED = "shipped"
SCREEN_SECONDS = 1.0
"""Time a page takes from the end of its first script run until it is on screen, and some."""


@dataclass(frozen=True)
class ModelChoice:
    """A model to ask: ``id`` is a run's or ``SHIPPED``; ``version`` changes with its weights."""

    id: str
    name: str
    version: str


@st.cache_resource(show_spinner=False)
def load_torch_in_background() -> None:
    """Import torch once the page is on screen, so that the first answer need not wait for it.

    Not before: while Python loads torch's libraries, it sends nothing to any browser.
    """
    timer = threading.Timer(SCREEN_SECONDS, importlib.import_module, ("core.torch_learner",))
    timer.daemon = True
    timer.start()


def answering_runs() -> dict[str, Run]:
    """Return the runs that have weights, by their ids."""
    return {run.id: run for run in list_runs() if run.checkpoints.positions()}


def choose_model() -> ModelChoice:
    """Draw the list of models; the address says which one is chosen."""
    runs = answering_runs()
    options = [SHIPPED, *runs]
    wanted = st.query_params.get("model", SHIPPED)
    if wanted not in options:
        st.warning("The address names a model that is not here; the shipped one answers instead.")
        wanted = SHIPPED
    key = f"model-{wanted}-{len(options)}"
    chosen = st.selectbox(
        "Who answers?",
        options,
        index=options.index(wanted),
        format_func=lambda id: "The shipped model" if id == SHIPPED else f"Run: {runs[id].name}",
        key=key,
        help="The shipped model comes with the program. A run is a training of yours or of "
        "somebody else on this server; its newest weights answer.",
    )
    if chosen != wanted:
        st.query_params["model"] = chosen
        st.rerun()
    if chosen == SHIPPED:
        return ModelChoice(SHIPPED, "the shipped model", "")
    return ModelChoice(chosen, runs[chosen].name, runs[chosen].checkpoints.positions()[-1].name)


@st.cache_resource(show_spinner="Loading the model ...", max_entries=8)
def load_classifier(model: ModelChoice) -> "Classifier":
    """Load a model; ``ModelError`` says what is wrong with it."""
    from core.predict import Classifier  # imports torch

    if model.id == SHIPPED:
        return Classifier.load()
    runs = answering_runs()
    if model.id not in runs:
        raise ModelError(f"the run {model.name} was deleted")
    return Classifier.from_run(runs[model.id])
