"""In which numbers and where a run computes, and why."""

import streamlit as st

from core.runs.run import Run

DECIDED = "numbers", "device"


def say_how_it_computes(run: Run) -> None:
    """Say what the run's record says; before it has begun, that this is still to be decided."""
    record = run.record
    sentences = [str(record[name]["why"]) for name in DECIDED if record.get(name)]
    if not sentences and run.status().active:
        sentences = ["In which numbers and where it computes is decided when it begins."]
    if sentences:
        st.caption(f":material/memory: {' '.join(sentences)}")
