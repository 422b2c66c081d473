"""Deleting the photos that were dropped for training: asked first, with the runs that use them."""

import streamlit as st

from core.data.collection.store import Collection, delete
from core.errors import GlassError
from core.runs.bringing import changing_boxes
from core.runs.listing import runs_on
from core.wording import listed
from pages.parts.shared.form_state import Form
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown

NAMED = 5
"""Runs that are named; of others it is said how many."""


def offer_to_delete(form: Form, collection: Collection) -> None:
    """Draw the button that asks, and says which runs use the photos, before it deletes them."""
    asked = st.popover(
        "Delete these photos",
        icon=":material/delete:",
        key=f"delete-boxes-{collection.name}",
        on_change="rerun",
    )
    with asked:
        if not asked.open:
            return
        count = sum(len(collection.photos(name)) for name in collection.classes)
        st.markdown(
            f"All {count:,} photos of **{escape_markdown(collection.name)}** are deleted from the "
            f"server's disk, and nothing brings them back. {who_uses(collection)}"
        )
        if st.button("Delete for good", key=f"delete-{collection.name}", type="primary"):
            try:
                delete(changing_boxes(collection, visitor()))
            except GlassError as error:
                st.error(escape_markdown(str(error)))
            else:
                form.collection = ""
                st.rerun()


def who_uses(collection: Collection) -> str:
    """Say which runs were trained on the photos, and what becomes of them."""
    names = [f"**{escape_markdown(run.name)}**" for run in runs_on(str(collection.path))]
    if not names:
        return "No run uses them."
    shown = names[:NAMED]
    shown += [f"{len(names) - NAMED:,} more"] if len(names) > NAMED else []
    one = len(names) == 1
    return (
        f"{'One run uses' if one else f'{len(names):,} runs use'} them: {listed(shown)}. "
        f"{'Its' if one else 'Their'} curves, answers and weights stay, but "
        f"{'it' if one else 'they'} can no longer be trained on, nor show "
        f"{'its' if one else 'their'} test photos."
    )
