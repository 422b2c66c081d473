"""How much of the disk a run's kept epochs take, and how much they may."""

import streamlit as st

from core.runs.run import Run
from pages.parts.shared.visitor import NOT_YOURS, changing, is_mine
from pages.parts.shared.words import escape_markdown

MEGABYTE = 2**20


def show_budget(run: Run) -> None:
    """Draw the button that shows and sets the budget."""
    sizes = run.checkpoints.sizes()
    used, budget = sum(sizes.values()), run.checkpoints.budget
    with st.popover(
        f"Kept epochs: {used / MEGABYTE:.0f} of {budget / MEGABYTE:.0f} MB",
        icon=":material/save:",
        help="Disk that the kept epochs of this run take, and may take.",
        type="tertiary",
    ):
        st.markdown(
            f"**{escape_markdown(run.name)}** keeps the weights of {len(sizes)} epochs, "
            f"{used / MEGABYTE:.1f} MB. When they outgrow the budget every second one goes, so "
            "that the rest stays evenly spread; the newest and the best always stay. What is gone "
            "does not come back."
        )
        if not is_mine(run):
            st.caption(NOT_YOURS)
            return
        key = f"budget-{run.id}"
        megabytes = st.number_input(
            "At most, in MB", 1, 1_000_000, max(1, round(budget / MEGABYTE)), key=key
        )
        if st.button("Set", key=f"set-{key}", disabled=megabytes * MEGABYTE == budget):
            changing(run).checkpoints.set_budget(megabytes * MEGABYTE)
            st.rerun()
