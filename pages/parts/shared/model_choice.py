"""Which model answers: the shipped one, a run with its newest weights or those of an epoch, or
weights that were made elsewhere.
"""

import importlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import ModelError, RunError
from core.networks.kept_weights import PREFIX, list_kept, open_kept
from core.networks.weight_files import SHIPPED as PATH
from core.networks.weight_files import read_weight_record
from core.records import read_count
from core.runs.checkpoints import Position
from core.runs.listing import list_runs, names_of, open_run
from core.runs.run import Run
from core.runs.verdict import best_epoch
from core.small_host import small_host
from pages.parts.shared.weight_file import offer_weight_file
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
    """A model to ask: ``id`` is a run's, that of weights from elsewhere, or ``SHIPPED``;
    ``version`` changes with its weights.

    They are those after ``epoch``, or without one the newest.
    """

    id: str
    name: str
    version: str
    epoch: int | None = None


@st.cache_resource(show_spinner=False)
def load_torch_in_background() -> None:
    """Import torch once the page is on screen, so that the first answer need not wait for it.

    Not before: while Python loads torch's libraries, it sends nothing to any browser. On a small
    computer nobody has it before the first answer needs it.
    """
    if small_host():
        return
    timer = threading.Timer(SCREEN_SECONDS, importlib.import_module, ("core.networks.classifier",))
    timer.daemon = True
    timer.start()


def answering_runs() -> dict[str, Run]:
    """Return the runs that have weights, by their ids."""
    return {run.id: run for run in list_runs() if run.checkpoints.positions()}


def is_run(id: str) -> bool:
    """Tell whether an id is a run's: it has epochs, which other weights have not."""
    return id != SHIPPED and not id.startswith(PREFIX)


def newest_of(id: str, runs: Mapping[str, Run]) -> ModelChoice:
    """Return the shipped model, weights from elsewhere, or one of ``runs`` with its newest.

    ``ModelError`` when weights from elsewhere are not kept any more.
    """
    if id == SHIPPED:
        return ModelChoice(SHIPPED, "the shipped model", "")
    if not is_run(id):
        kept = open_kept(id)
        changed = kept.path.with_suffix(".json").stat().st_mtime_ns
        return ModelChoice(id, kept.name, str(changed))
    run = runs[id]
    return ModelChoice(id, run.name, version_of(run, run.checkpoints.positions()[-1]))


def version_of(run: Run, position: Position) -> str:
    """Name the weights at a position as they are now: more may be found out about them later."""
    try:
        changed = run.checkpoints.path(position).with_suffix(".json").stat().st_mtime_ns
    except FileNotFoundError:  # thinned out just now
        changed = 0
    return f"{position.name} {changed}"


def facts_of(model: ModelChoice) -> dict[str, Any]:
    """Read what the weights say of themselves, without loading them; ``ModelError`` if nothing."""
    if model.id == SHIPPED:
        return read_facts(PATH, "")
    if not is_run(model.id):
        return open_kept(model.id).facts
    try:
        checkpoints = open_run(model.id).checkpoints
    except RunError as error:
        raise ModelError(str(error)) from error
    positions = [Position(model.epoch)] if model.epoch else checkpoints.positions()[-1:]
    if not positions:
        raise ModelError(f"The run {model.name} has no weights yet.")
    return read_facts(checkpoints.path(positions[0]), model.version)


@st.cache_data(show_spinner=False, max_entries=32)
def read_facts(path: Path, version: str) -> dict[str, Any]:
    """Read a weight file's JSON once for each version of it."""
    return read_weight_record(path)


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
        return ModelChoice(run.id, run.name, version_of(run, newest))
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
        return ModelChoice(run.id, run.name, version_of(run, newest))
    version = version_of(run, Position(chosen))
    return ModelChoice(run.id, f"{run.name}, epoch {chosen}", version, chosen)


def model_names(runs: Mapping[str, Run]) -> dict[str, str]:
    """Name the shipped model, weights from elsewhere and ``runs`` for a list, by their ids."""
    names = {id: f"Run: {name}" for id, name in names_of(runs.values()).items()}
    others = {id: f"Weights: {kept.name}" for id, kept in list_kept().items()}
    return {SHIPPED: "The shipped model", **others, **names}


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
    run's id, that of weights from elsewhere, or ``SHIPPED``; ``on_change`` is called before the
    page is drawn for another one.
    """
    names = model_names(runs)
    options = [id for id in names if id not in runs]
    options = [*runs, *options] if newest_first else [*options, *runs]
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

    def go_to(id: str) -> None:
        if id:
            st.query_params[parameter] = id
        else:
            st.query_params.pop(parameter, None)
        on_change()
        st.rerun()

    offer_weight_file(chosen, go_to, parameter)
    if chosen != wanted:
        go_to(chosen)
    return chosen


def why_not(run_id: str) -> str:
    """Say why a run cannot be chosen."""
    if run_id.startswith(PREFIX):
        return "These weights were deleted."
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
        "somebody else on this server; its newest weights answer, or those of its best epoch. "
        "Weights were made elsewhere and opened here.",
        on_change=forget_epoch,
    )
    if not is_run(chosen):
        return newest_of(chosen, runs)
    wanted = read_count(st.query_params.get("epoch", ""))
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
    if not is_run(model.id):
        return Classifier.load(open_kept(model.id).path)
    runs = answering_runs()
    if model.id not in runs:
        raise ModelError(f"The run {model.name} was deleted.")
    return runs[model.id].classifier(model.epoch)
