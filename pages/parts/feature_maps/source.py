"""Whose network is looked at: a run at one of its kept epochs, the shipped model, or weights from
elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ModelError
from core.networks.kept_weights import open_kept
from core.records import read_count
from core.runs.listing import list_runs, open_run
from core.runs.run import Run
from core.runs.verdict import best_epoch
from pages.parts.feature_maps.scrubber import scrubber
from pages.parts.shared.address_bar import show_address
from pages.parts.shared.model_choice import (
    BEST_HELP,
    SHIPPED,
    choose_by_address,
    is_run,
    newest_of,
)
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.watched import watch_the_tab, while_seen
from pages.parts.shared.words import escape_markdown, percent

if TYPE_CHECKING:
    from core.explain.anatomy import Network

UNNAMED = ("class 0", "class 1")
LIVE_SECONDS = 2.0
SHOWN_EPOCH = "shown-epoch"


@dataclass(frozen=True)
class Source:
    """A network at one moment; ``mark`` changes with its weights.

    ``id`` is the run's, that of weights from elsewhere, or ``SHIPPED``; ``epoch`` is 0 for an
    untrained network and None for all that is no run.
    """

    id: str
    name: str
    epoch: int | None
    mark: str
    classes: tuple[str, str]

    @property
    def when(self) -> str:
        """The moment, in words."""
        if self.epoch is None:
            return "as shipped" if self.id == SHIPPED else "as taken in"
        return "untrained" if self.epoch == 0 else f"after epoch {self.epoch}"

    @property
    def run(self) -> Run | None:
        """The run; None where it is none. ``RunError`` when it was deleted meanwhile."""
        return open_run(self.id) if is_run(self.id) else None


def choose_network() -> str:
    """Draw the list of runs; return the id of the chosen one."""
    # A run of both engines holds two networks, not one.
    runs = {run.id: run for run in list_runs() if run.config.engine != "both"}

    def forget_epoch() -> None:
        st.query_params.pop("epoch", None)

    return choose_by_address("run", runs, newest_first=True, on_change=forget_epoch)


def choose_source(
    network: str, is_ready: Callable[[Run, int], bool] | None = None
) -> Source | None:
    """Draw the slider over the epochs; return the network at that moment.

    None when there is none to look at, which is said in a sentence. A film waits at each epoch
    until ``is_ready`` says that its picture is there.
    """
    if network == SHIPPED:
        st.markdown("**As shipped.** For a run of yours a slider goes over its epochs here.")
        return Source(SHIPPED, "the shipped model", None, "", shipped_classes())
    if not is_run(network):
        st.markdown("**As taken in.** For a run of yours a slider goes over its epochs here.")
        model, kept = newest_of(network, {}), open_kept(network)
        return Source(network, model.name, None, model.version, kept.classes)
    run = open_run(network)
    if slider_key(run) not in st.session_state:  # the visitor has just come, or come back
        st.session_state.pop(SHOWN_EPOCH, None)
    choose_epoch(run, is_ready)
    epoch = wanted_epoch(run)
    try:
        mark = run.checkpoints.mark(epoch)
    except ModelError as error:
        reason = escape_markdown(str(error))
        st.error(f"These weights cannot be read. {reason} Choose another epoch.")
        return None
    return Source(run.id, run.name, epoch, mark, run.classes or UNNAMED)


@st.cache_data(show_spinner=False)
def shipped_classes() -> tuple[str, str]:
    """Read what the shipped model tells apart, without loading it."""
    from core.networks.weight_files import SHIPPED as PATH
    from core.networks.weight_files import read_weight_record

    zero, one = read_weight_record(PATH)["classes"]
    return str(zero), str(one)


def wanted_epoch(run: Run) -> int:
    """Return the epoch in the address, or the kept one next to it.

    Without one it is what this visit has shown before, and at first the newest: an address that
    ``tell_address`` wrote is not known here when a search that has ended draws the page anew.
    """
    kept = run.saved_epochs()
    wanted = read_count(st.query_params.get("epoch", ""))
    if wanted is None:
        wanted = st.session_state.get(SHOWN_EPOCH, {}).get(run.id)
    nearest = kept[-1] if wanted is None else wanted
    return min(kept, key=lambda epoch: abs(epoch - nearest))


def tell_address(source: Source) -> None:
    """Let the address say what is looked at, so that it stays while the run goes on.

    In place: whoever came without one gets back with one step.
    """
    st.session_state[SHOWN_EPOCH] = {source.id: source.epoch}
    looked_at = {"run": source.id}
    if source.epoch is not None:
        looked_at["epoch"] = str(source.epoch)
    query = st.query_params.to_dict()
    known = looked_at.items() <= query.items()
    show_address(None if known else query | looked_at, key="looked-at")


def choose_epoch(run: Run, is_ready: Callable[[Run, int], bool] | None) -> None:
    """Draw the slider; in a live run it grows by itself and stays where it was put."""
    key = slider_key(run)
    active = run.status().active

    def move(epoch: int) -> None:
        st.query_params["epoch"] = str(int(epoch))
        st.session_state["epoch-moved"] = True

    def draw() -> None:
        moved = st.session_state.pop("epoch-moved", False)
        if active and (moved or not run.status().active):
            st.rerun()  # the slider of a live run is a fragment: the rest must follow it
        epoch = wanted_epoch(run)
        waits = is_ready is not None and not is_ready(run, epoch)
        said = "· its picture is being made ..." if waits else note(run)
        scrubber(run.saved_epochs(), epoch, said, waits=waits, key=key, on_epoch=move)

    if active:
        watch_the_tab()
        redrawn(draw, every=while_seen(LIVE_SECONDS), key=f"live-{key}")
    else:
        draw()


def slider_key(run: Run) -> str:
    """Name the slider over a run's epochs; Streamlit forgets its state when the page is left."""
    return f"scrubber-{run.id}"


def offer_best(run: Run, epoch: int | None) -> None:
    """Draw the button that goes to the run's best epoch, where that is another one."""
    best = best_epoch(run)
    if best is None or best == epoch:
        return

    def go() -> None:
        st.query_params["epoch"] = str(best)

    st.button(f"Go to its best epoch, {best}", on_click=go, type="tertiary", help=BEST_HELP)


def note(run: Run) -> str:
    """Say beside the epoch how well the network did then."""
    epoch = wanted_epoch(run)
    done = {each.epoch: each for each in run.log.epochs()}
    if epoch in done:
        return f"of {run.config.epochs}, test accuracy {percent(done[epoch].test_accuracy)}"
    return f"of {run.config.epochs}"


@st.cache_resource(show_spinner="Loading the network ...", max_entries=8)
def load_network(source: Source) -> "Network":
    """Load the weights; ``GlassError`` says what is wrong with them."""
    from core.explain.anatomy import Network
    from core.networks.classifier import Classifier

    run = source.run
    if run is None:
        path = None if source.id == SHIPPED else open_kept(source.id).path
        known = Classifier.load(path)
        return Network(known.model, known.image_size, known.untrained())
    return Network(run.load_model(source.epoch), run.config.image_size, run.load_model(0))
