"""The server's training workers: one pool for all visitors."""

import streamlit as st

from core.runs.worker_pool import WorkerPool


@st.cache_resource(show_spinner=False)
def worker_pool() -> WorkerPool:
    """Return the pool that all sessions share."""
    return WorkerPool()


def warm_up() -> None:
    """Have a worker wait with everything imported, so that Start answers at once."""
    worker_pool().warm()
