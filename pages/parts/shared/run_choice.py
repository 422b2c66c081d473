"""Which run a page is about: in the address, so that a refresh or a shared link shows the same."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from core.architecture.address import KEYS
from core.runs.listing import look_through, names_of
from core.runs.run import Run
from core.runs.status import Status
from pages.parts.shared.form_state import take_over
from pages.parts.shared.words import escape_markdown

NEW = "new"


def open_run(run: Run | None) -> None:
    """Show ``run`` from the next script run on; None shows the form for a new one."""
    query = {name: text for name, text in st.query_params.items() if name not in KEYS}
    st.query_params.from_dict(query | {"run": NEW if run is None else run.id})


def wanted_run(runs: list[Run], unreadable: Mapping[str, str]) -> Run | None:
    """Return the run that the address names, or without a name the newest one in training.

    A name of the ``unreadable`` is answered with the reason.
    """
    asks_for_network = any(name in st.query_params for name in KEYS)
    wanted = st.query_params.get("run", NEW if asks_for_network else None)
    if wanted is None:
        active = next((run for run in runs if run.status().active), None)
        if active is not None:
            open_run(active)
        return active
    if wanted == NEW:
        return None
    found = next((run for run in runs if run.id == wanted), None)
    if found is None and wanted in unreadable:
        st.warning(
            f"{escape_markdown(unreadable[wanted])} Choose another run, or start a new one below."
        )
    elif found is None:
        st.warning(
            "The address names a run that is not here, perhaps because it was deleted. "
            "Choose another one, or start a new one below."
        )
    return found


def choose_run(root: Path | None = None) -> tuple[Run, Status] | None:
    """Draw the list of the runs in a folder (all without one); return the chosen one and where the
    list says that it stands, None for a new one.
    """
    runs, unreadable = look_through(root)
    chosen = wanted_run(runs, unreadable)
    by_id, names = {run.id: run for run in runs}, names_of(runs)
    listed = {run.id: run.status() for run in runs}
    options = [NEW, *by_id]

    def describe(id: str) -> str:
        return "A new training" if id == NEW else f"{names[id]} · {listed[id].spoken_state}"

    # The key holds all that the list shows, so that a link, a Start or a changed state renews it.
    key = f"run-choice-{describe(chosen.id if chosen else NEW)}-{len(options)}"
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    picked = left.selectbox(
        "Run",
        options,
        index=options.index(chosen.id) if chosen else 0,
        format_func=describe,
        key=key,
        label_visibility="collapsed",
    )
    new = right.button(
        "New training",
        key="new-training",
        width="stretch",
        disabled=chosen is None,
        help="A form with this run's network and all its choices.",
    )
    if new and chosen is not None:
        take_over(chosen)
        picked = NEW
    if picked != (chosen.id if chosen else NEW):
        open_run(by_id.get(picked))
        st.rerun()
    if unreadable:
        say_what_cannot_be_read(unreadable)
    return (chosen, listed[chosen.id]) if chosen else None


def say_what_cannot_be_read(unreadable: Mapping[str, str]) -> None:
    """Say of every run that cannot be read why not; nothing of it is touched."""
    many = f"{len(unreadable)} runs" if len(unreadable) > 1 else "One run"
    with st.expander(f"{many} here cannot be read", icon=":material/report:"):
        for name, reason in unreadable.items():
            st.markdown(f"**{escape_markdown(name)}**: {escape_markdown(reason)}")
        st.caption("Nothing of them is touched, so what can read them will still find them whole.")
