"""The photos of a run: what was found and left out, and the test photos beside their answers."""

import streamlit as st

from core.data import Data, DataRequest, load_data
from core.data.sources import spoken_source
from core.errors import DataError
from core.runs.photos_elsewhere import missing_photos
from core.runs.run import Run
from pages.parts.shared.words import escape_markdown


def run_data(run: Run) -> Data | str:
    """Return the photos that the run has, or a sentence when they are gone."""
    try:
        return _load(DataRequest.of(run.config))
    except DataError as error:
        reason = escape_markdown(missing_photos(run) or str(error))
        return f"The pictures of this run cannot be shown. {reason}"


@st.cache_resource(show_spinner="Fetching the pictures ...", max_entries=4, ttl=600)
def _load(request: DataRequest) -> Data:
    return load_data(request)


def show_report(run: Run) -> None:
    """Tell what was found in the source of the run, and what was left out and why."""
    if run.classes is None:
        st.info("Once the pictures are loaded, this says what was found and what was left out.")
        return
    data = run_data(run)
    if isinstance(data, str):
        st.warning(data)
        return
    report = data.report
    sentences = "\n".join(f"- {escape_markdown(line)}" for line in report.sentences())
    st.markdown(f"From {escape_markdown(spoken_source(data.source))}:\n\n{sentences}")
    if report.left_out:
        st.markdown("**Left out**")
        st.dataframe(
            [
                {"file": file.file, "split": file.split, "why": file.sentence}
                for file in report.left_out
            ],
            hide_index=True,
        )
