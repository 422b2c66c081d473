"""The network of a new training: what it starts from, and what was made of it."""

import streamlit as st

from core.architecture.library import SIDES, presets
from core.runs.listing import names_of
from pages.parts.shared.following import follow
from pages.parts.shared.form_state import (
    ADDRESS,
    NOTHING,
    RUN,
    Form,
    all_runs,
    origin,
)
from pages.parts.shared.network_editor import network_editor
from pages.parts.shared.number_choices import plan_of
from pages.parts.shared.one_of import one_of
from pages.parts.shared.words import escape_markdown

OTHERS = {RUN: "from a run", NOTHING: "from nothing", ADDRESS: "from the address"}


def choose_start(form: Form) -> None:
    """Draw what a network may start from, for a run the list of them."""
    one_of(
        "Network",
        [*presets(), RUN, NOTHING, *([ADDRESS] if form.start == ADDRESS else [])],
        form.start,
        lambda start: start_from(form, start),
        key="network",
        format_func=lambda option: OTHERS.get(option, option),
        help="One that comes with the program, the network of an earlier run, or nothing. Each can "
        "be changed below.",
    )


def start_from(form: Form, start: str) -> None:
    """Put another network into the form."""
    if start == RUN:
        newest = next((origin(run) for run in all_runs().values()), None)
        form.begin_with(RUN, newest.config.model if newest else "", newest)
    else:
        form.begin_with(start, "" if start == NOTHING else start)


def choose_run_to_start_from(form: Form) -> None:
    """Draw the list of runs, when the network is to come from one."""
    if form.start != RUN:
        return
    runs = all_runs()
    if form.run is None:
        st.info("There is no run yet whose network could be taken. Choose one that comes along.")
        return
    names = names_of(runs.values()) | ({} if form.run.id in runs else {form.run.id: form.run.name})

    def choose() -> None:
        run = runs.get(st.session_state["network-run"])
        if run is not None:
            form.begin_with(RUN, run.config.model, origin(run))

    shown = follow("network-run", form.run.id)
    st.selectbox(
        "Run whose network to start from",
        list(names),
        list(names).index(shown) if shown else 0,
        format_func=names.__getitem__,
        key="network-run",
        on_change=choose,
    )


def change_network(form: Form) -> None:
    """Say which network it is, and under it let it be changed."""
    said = st.container()
    section_key = "change-network"
    if st.session_state.get(section_key) != form.editor_open:
        st.session_state[section_key] = form.editor_open

    def toggle() -> None:
        form.editor_open = bool(st.session_state[section_key])

    section = st.expander(
        "Change the network", icon=":material/edit:", key=section_key, on_change=toggle
    )
    if section.open:
        with section:
            size = min(max(form.current_size(), SIDES[0]), SIDES[-1])
            edited = network_editor(form.network, size, "network-editor")
            can_be_built = plan_of(edited.network, size) is not None
            form.edit(edited.network, edited.problem if can_be_built else "")
    with said:
        say_which(form)


def say_which(form: Form) -> None:
    """Say what the network is there to show, or that it is somebody's own and where it came from.

    The way back stands beside it in either case, so that nothing below moves with an edit.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="which-network"):
        st.markdown(f":small[{which(form)}]", width="content")
        if form.changed:
            st.button(
                way_back(form),
                key="put-back",
                icon=":material/undo:",
                type="tertiary",
                on_click=lambda: form.edit(form.base),
            )


def which(form: Form) -> str:
    """Say in a sentence which network it is."""
    if form.changed:
        made_from = {RUN: f"run {name_of_run(form)}", ADDRESS: "the address"}
        return f"**Own network**, from {made_from.get(form.start, form.start)}."
    if form.start == NOTHING or not form.base:
        return "No layer yet: add the first one below."
    if form.base in presets():
        purpose = f"{presets()[form.base].purpose}."
        return f"{form.base}: {purpose}" if form.start == RUN else purpose
    return "**Own network**" + (
        f" of run {name_of_run(form)}." if form.start == RUN else ", as the address gives it."
    )


def way_back(form: Form) -> str:
    """Say what puts an own network back to what it began with."""
    if form.start == NOTHING:
        return "Empty it again"
    names = {RUN: "the run's network", ADDRESS: "the address's network"}
    return f"Put {names.get(form.start, form.start)} back"


def name_of_run(form: Form) -> str:
    """Name the run that the network came from."""
    return escape_markdown(form.run.name) if form.run else ""
