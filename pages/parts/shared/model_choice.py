"""Which model answers: the shipped one, or any run with its newest weights or those of an epoch."""

import importlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ModelError, RunError
from core.runs.checkpoints import Position
from core.runs.listing import list_runs, names_of, open_run
from core.runs.run import Run
from core.runs.verdict import best_epoch
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.networks.classifier import Classifier

SHIPPED = "shipped"
NEWEST = 0
"""Among epochs: the newest weights."""
BEST_HELP = (
    "The best epoch is the one with the highest test accuracy, the first of equal ones. The test "
    "photos have chosen it, so on photos that it has never met it will do a little worse than that."
)
SCREEN_SECONDS = 1.0
"""Time a page takes from the end of its first script run until it is on screen, and some."""


@dataclass(frozen=True)
class ModelChoice:
    """A model to ask: ``id`` is a run's or ``SHIPPED``; ``version`` changes with its weights.

    They are those after ``epoch``, or without one the newest.
    """

    id: str
    name: str
    version: str
    epoch: int | None = None


@st.cache_resource(show_spinner=False)
def load_torch_in_background() -> None:
    """Import torch once the page is on screen, so that the first answer need not wait for it.

    Not before: while Python loads torch's libraries, it sends nothing to any browser.
    """
    timer = threading.Timer(SCREEN_SECONDS, importlib.import_module, ("core.networks.classifier",))
    timer.daemon = True
    timer.start()


def answering_runs() -> dict[str, Run]:
    """Return the runs that have weights, by their ids."""
    return {run.id: run for run in list_runs() if run.checkpoints.positions()}


def newest_of(id: str, runs: Mapping[str, Run]) -> ModelChoice:
    """Return the shipped model, or one of ``runs`` with its newest weights."""
    if id == SHIPPED:
        return ModelChoice(SHIPPED, "the shipped model", "")
    return ModelChoice(id, runs[id].name, runs[id].checkpoints.positions()[-1].name)


def choose_weights(run: Run, wanted: int | None, key: str) -> ModelChoice:
    """Draw whether the run's newest weights answer or those of its best epoch, where that is
    another one; ``wanted`` is what is chosen at first, None the newest.
    """
    positions = run.checkpoints.positions()
    newest = positions[-1]
    names = {NEWEST: f"Newest, epoch {newest.epoch + (newest.step > 0)}"}
    best = best_epoch(run)
    if best is not None and Position(best) != newest:
        names[best] = f"Best, epoch {best}"
    if wanted is not None and wanted not in names and wanted in run.checkpoints.epochs():
        names[wanted] = f"Epoch {wanted}"
    if wanted not in names:
        wanted = NEWEST  # which is the best meanwhile, or that one is gone
    if len(names) == 1:
        return ModelChoice(run.id, run.name, newest.name)
    chosen = st.segmented_control(
        "Weights",
        list(names),
        default=wanted,
        format_func=names.__getitem__,
        required=True,
        key=f"{key}-{run.id}-{wanted}-{'-'.join(map(str, names))}",
        help=BEST_HELP,
        label_visibility="collapsed",
    )
    if not chosen:
        return ModelChoice(run.id, run.name, newest.name)
    return ModelChoice(run.id, f"{run.name}, epoch {chosen}", Position(chosen).name, chosen)


def model_names(runs: Mapping[str, Run]) -> dict[str, str]:
    """Name the shipped model and ``runs`` for a list, by their ids."""
    names = {id: f"Run: {name}" for id, name in names_of(runs.values()).items()}
    return {SHIPPED: "The shipped model", **names}


def choose_by_address(
    parameter: str,
    runs: Mapping[str, Run],
    *,
    label: str | None = None,
    help: str | None = None,
    newest_first: bool = False,
    on_change: Callable[[], None] = lambda: None,
) -> str:
    """Draw the list of networks; the address's ``parameter`` says which one is chosen.

    Without an address it is the shipped one, or the newest run when ``newest_first``. Returns a
    run's id or ``SHIPPED``; ``on_change`` is called before the page is drawn for another one.
    """
    options = [*runs, SHIPPED] if newest_first else [SHIPPED, *runs]
    names = model_names(runs)
    wanted = st.query_params.get(parameter, options[0])
    if wanted not in options:
        st.warning(
            f"The address names a {parameter} that is not here. {why_not(wanted)} "
            f"Chosen instead: {escape_markdown(names[options[0]])}."
        )
        wanted = options[0]
    chosen = st.selectbox(
        label or "Network",
        options,
        index=options.index(wanted),
        format_func=names.__getitem__,
        key=f"{parameter}-{wanted}-{len(options)}",
        help=help,
        label_visibility="visible" if label else "collapsed",
    )
    if chosen != wanted:
        st.query_params[parameter] = chosen
        on_change()
        st.rerun()
    return chosen


def why_not(run_id: str) -> str:
    """Say why a run cannot be chosen."""
    try:
        open_run(run_id)
    except RunError as error:
        return escape_markdown(str(error))
    return "It is not in the list."


def choose_model() -> ModelChoice:
    """Draw the list of models that can answer, and of which epoch; the address says which."""
    runs = answering_runs()

    def forget_epoch() -> None:
        st.query_params.pop("epoch", None)

    chosen = choose_by_address(
        "model",
        runs,
        label="Who answers?",
        help="The shipped model comes with the program. A run is a training of yours or of "
        "somebody else on this server; its newest weights answer, or those of its best epoch.",
        on_change=forget_epoch,
    )
    if chosen == SHIPPED:
        return newest_of(chosen, runs)
    text = st.query_params.get("epoch", "")
    wanted = int(text) if text.isdecimal() else None
    model = choose_weights(runs[chosen], wanted, "weights")
    if model.epoch != wanted:
        if model.epoch is None:
            forget_epoch()
        else:
            st.query_params["epoch"] = str(model.epoch)
        st.rerun()
    return model


@st.cache_resource(show_spinner="Loading the model ...", max_entries=8)
def load_classifier(model: ModelChoice) -> "Classifier":
    """Load a model; ``ModelError`` says what is wrong with it."""
    from core.networks.classifier import Classifier  # imports torch

    if model.id == SHIPPED:
        return Classifier.load()
    runs = answering_runs()
    if model.id not in runs:
        raise ModelError(f"The run {model.name} was deleted.")
    return runs[model.id].classifier(model.epoch)
