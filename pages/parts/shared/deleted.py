"""What a page says of a run that somebody deleted while it was shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from core.errors import RunError


@contextmanager
def said_when_deleted(folder: Path) -> Iterator[None]:
    """Say it in place of what is drawn within the block, when the run's folder is gone."""
    try:
        yield
    except RunError:
        if (folder / "config.json").exists():
            raise
        st.info("This run was deleted while it was shown here.")
