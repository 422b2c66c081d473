"""Finding a learning rate: a button, the losses over the rates as they are tried, a suggestion."""

import math
from collections.abc import Callable

import streamlit as st

from core.config import TrainConfig
from core.errors import GlassError
from core.pictures.colour import TRAIN
from core.runs.beginning import search_rates
from core.runs.rate_search import Found, RateSearch
from core.runs.run import Run
from core.runs.status import State, Status
from core.training.rate_suggestion import Suggestion, suggest
from pages.parts.shared.line_chart import Chart, Mark, Series, line_charts
from pages.parts.shared.live_run import finite, go_on
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.visitor import changing, visitor
from pages.parts.shared.words import escape_markdown

LABEL = "Find a learning rate"
LIVE_SECONDS = 0.5
ASKED = "rates-asked"
PROBLEM = "rates-problem"
BATCH = "#8A94A0"


def offer_rate(config: TrainConfig | None, key: str) -> float | None:
    """Draw what finds a learning rate for a new training; return the one that is suggested.

    ``key`` is that of the box into which a button puts it. Without a ``config`` that can work
    nothing can be tried.
    """
    with st.popover(
        LABEL, icon=":material/search:", width="stretch", key=f"find-{key}", disabled=config is None
    ):
        if config is None:
            return None
        st.markdown(
            "Up to a hundred steps are tried, each with a larger learning rate than the one "
            "before. Where the loss falls fastest is a good rate to begin with. Then the weights "
            "are put back as they were."
        )

        def use(rate: float) -> None:
            st.session_state[key] = rate

        return search_here(RateSearch(config, owner=visitor().mark), use, "Use {}")


def offer_rate_of_run(run: Run, status: Status) -> None:
    """Draw the same for a run that rests or stands still; its newest weights are tried."""
    finished = status.state is State.FINISHED
    possible = status.state is State.PAUSED or status.resumable or finished
    possible = possible and bool(run.checkpoints.positions())
    with st.popover(
        LABEL, icon=":material/search:", key=f"find-rate-{run.id}", disabled=not possible
    ):
        if not possible:
            return
        st.markdown(
            "Up to a hundred steps are tried with the run's newest weights, each with a larger "
            "learning rate than the one before. The run itself stays as it is."
        )

        def use(rate: float) -> None:
            if status.state is not State.PAUSED:
                go_on(run, status)
            try:
                changing(run).set_learning_rate(rate)
            except GlassError as error:
                st.session_state["control-problem"] = str(error)

        words = "Train on with {}" if finished else "Resume with {}"
        search = RateSearch(run.config, run, visitor().mark)
        tell_if_learnt_on(search, run)
        search_here(search, use, "Use {}" if status.state is State.PAUSED else words)


def tell_if_learnt_on(search: RateSearch, run: Run) -> None:
    """Say that rates were tried here with weights that are no longer the run's newest."""
    searched = f"rates-of-{run.id}"
    if search.id in st.session_state.get(ASKED, set()):
        st.session_state[searched] = search.id
    elif st.session_state.get(searched, search.id) != search.id:
        st.caption(
            "The run has learnt on since rates were tried here: what was found no longer holds."
        )


def search_here(search: RateSearch, use: Callable[[float], None], words: str) -> float | None:
    """Draw a search where it stands; return the rate that it suggests, None before its end."""
    asked: set[str] = st.session_state.setdefault(ASKED, set())
    found = search.found()
    if search.id not in asked and not found.ended:
        st.button(
            "Try the rates",
            key=f"try-{search.id}",
            type="primary",
            on_click=begin,
            args=(search,),
        )
        if problem := st.session_state.pop(PROBLEM, None):
            st.error(escape_markdown(problem))
        return None
    if not found.ended:
        follow(search)
        return None
    if found.failed:
        st.error(f"No rate can be found. {escape_markdown(found.message)}")
        suggestion = None
    else:
        suggestion = suggest(found.rates, found.losses, found.steps)
        st.markdown(f"**{escape_markdown(suggestion.sentence)}**")

    def try_again() -> None:
        search.forget()
        begin(search)

    rate = suggestion.rate if suggestion else None
    with st.container(horizontal=True):
        if rate is not None:
            label = words.format(f"{rate:g}")
            st.button(label, key=f"use-{search.id}", type="primary", on_click=use, args=(rate,))
        st.button(
            "Try again",
            key=f"again-{search.id}",
            help="Worth it when the photos have changed.",
            on_click=try_again,
        )
    if suggestion:
        draw(found, suggestion, search.id)
    return rate


def begin(search: RateSearch) -> None:
    """Let a search begin, or remember why it cannot."""
    try:
        search_rates(search, visitor())
    except GlassError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        st.session_state[ASKED].add(search.id)


def follow(search: RateSearch) -> None:
    """Show a search that is on its way; it ends when nobody looks any more."""

    def live() -> None:
        found = search.look()
        if found.ended:
            st.rerun()  # the suggestion and its button
        tried = len(found.rates)
        words = f"{tried} of at most {found.steps} rates tried"
        if not tried:
            words = escape_markdown(found.message)
        st.progress(tried / max(1, found.steps), text=words)
        draw(found, None, search.id)

    redrawn(live, every=LIVE_SECONDS, key=f"live-{search.id}")


def draw(found: Found, suggestion: Suggestion | None, id: str) -> None:
    """Draw the losses over the rates, and what was found in them."""
    places = [math.log10(rate) for rate in found.rates]
    series = [Series("each batch", places, finite(found.losses), BATCH, width=1, opacity=0.7)]
    marks, limit = [], None
    if suggestion and suggestion.smoothed:
        smoothed = suggestion.smoothed
        series.append(Series("smoothed", places, finite(smoothed), TRAIN, width=2.5))
        limit = 2 * smoothed[0]
        if suggestion.rate is not None:
            marks.append(Mark(math.log10(suggestion.rate), f"suggested {suggestion.rate:g}"))
        if suggestion.grows_from is not None:
            marks.append(Mark(math.log10(suggestion.grows_from), "grows"))
    chart = Chart(
        "Loss over learning rate",
        series,
        x_label="learning rate, log scale",
        y_label="binary cross entropy",
        x_format="power",
        empty="The first point comes with the first step.",
        height=150,
        marks=marks,
        y_limit=limit,
        note="What to look for: a loss that stays, then falls, then grows. A good rate lies where "
        "it falls, well before it grows.",
    )
    line_charts([chart], columns=1, key=f"rates-{id}")
