"""Which model answers: the shipped one, or any run's newest weights."""

import importlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ModelError
from core.runs.listing import list_runs
from core.runs.run import Run

if TYPE_CHECKING:
    from core.networks.classifier import Classifier

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
    timer = threading.Timer(
        SCREEN_SECONDS, importlib.import_module, ("core.training.torch_learner",)
    )
    timer.daemon = True
    timer.start()


def answering_runs() -> dict[str, Run]:
    """Return the runs that have weights, by their ids."""
    return {run.id: run for run in list_runs() if run.checkpoints.positions()}


def newest_of(id: str, runs: dict[str, Run]) -> ModelChoice:
    """Return the shipped model, or one of ``runs`` with its newest weights."""
    if id == SHIPPED:
        return ModelChoice(SHIPPED, "the shipped model", "")
    return ModelChoice(id, runs[id].name, runs[id].checkpoints.positions()[-1].name)


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
    return newest_of(chosen, runs)


@st.cache_resource(show_spinner="Loading the model ...", max_entries=8)
def load_classifier(model: ModelChoice) -> "Classifier":
    """Load a model; ``ModelError`` says what is wrong with it."""
    from core.networks.classifier import Classifier  # imports torch

    if model.id == SHIPPED:
        return Classifier.load()
    runs = answering_runs()
    if model.id not in runs:
        raise ModelError(f"The run {model.name} was deleted.")
    return runs[model.id].classifier()
