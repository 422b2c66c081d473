"""What a run came to: its confusion matrix with the photos behind it, weights and recipe."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.errors import RunError
from core.explain.scores import confusion
from core.pictures.colour import CLASS_COLOURS
from core.runs.predictions import Predictions
from core.runs.run import Run
from core.wording import spoken_size
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.run_management import show_management
from pages.parts.shared.run_photos import run_data, show_report
from pages.parts.train.compare import compare
from pages.parts.train.confusion import confusion_matrix

SHOWN = 24


def show_results(run: Run) -> None:
    """Draw one part of what stands still: everything that need not follow a running training.

    Not in tabs, which would draw all parts at once, and again at every update of a training.
    """
    parts: dict[str, Callable[[Run], None]] = {
        "Right and wrong": show_confusion,
        "Compare runs": compare,
        "What was found": show_report,
        "Weights and recipe": show_weights,
        "Rename or delete": show_management,
    }
    part = st.segmented_control(
        "About this run",
        list(parts),
        default="Right and wrong",
        required=True,
        key="results-part",
        persist_state="session",
        label_visibility="collapsed",
    )
    parts[part](run)


def show_confusion(run: Run) -> None:
    """Draw the confusion matrix of the newest epoch; a click shows the photos of a cell."""
    try:
        predictions = run.test_predictions()
    except RunError:
        st.info(
            "After the first epoch the test pictures are counted here by what was said of them."
        )
        return
    counts = confusion(predictions.labels, predictions.probabilities)
    st.markdown(
        f"**Test pictures after epoch {predictions.epoch}**, by what they are (rows) and what the "
        "network says at a threshold of 0.5 (columns). Click a cell to see its pictures, the most "
        "wrong first."
    )
    chosen = confusion_matrix(counts.matrix, predictions.classes, key=f"confusion-{run.id}")
    st.page_link(
        "pages/feature_maps.py",
        label="All mistakes, the surest first, each with its why",
        icon=":material/search:",
        query_params={"run": run.id, "epoch": str(predictions.epoch), "view": "mistakes"},
    )
    if chosen is not None:
        show_cell(run, predictions, *chosen)


def show_cell(run: Run, predictions: Predictions, truth: int, said: int) -> None:
    """Show the photos of one cell of the confusion matrix, the most wrong first."""
    labels, probabilities = predictions.labels, predictions.probabilities
    members = np.flatnonzero((labels == truth) & ((probabilities >= 0.5) == bool(said)))
    if not len(members):
        st.info("There is no such picture.")
        return
    members = members[np.argsort(-np.abs(probabilities[members] - truth), kind="stable")]
    data = run_data(run)
    if isinstance(data, str):
        st.warning(data)
        return
    photos = data.test
    rows = {name: row for row, name in enumerate(photos.names)}
    shown = [index for index in members if predictions.names[index] in rows][:SHOWN]
    certainty = np.where(said == 1, probabilities, 1 - probabilities)
    gallery(
        [
            Picture(
                np.asarray(photos.pixels[rows[predictions.names[index]]]),
                f"{certainty[index] * 100:.0f} % {predictions.classes[said]}",
                predictions.names[index],
                CLASS_COLOURS[truth],
            )
            for index in shown
        ],
        key=f"cell-photos-{run.id}",
        side=96,
        clickable=False,
    )
    st.caption(
        f"{len(shown)} of {len(members)} pictures. Their edge has the colour of what they are, "
        "the caption is what the network says and how sure it is."
    )


def show_weights(run: Run) -> None:
    """Offer the newest weights as a file, and show what the run was told."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Weights**")
        if run.status().active:
            st.info("The weights can be downloaded once the training has ended or was stopped.")
        else:
            download(run)
        st.page_link(
            "app.py",
            label="Try this run on your photos",
            icon=":material/pets:",
            query_params={"model": run.id},
        )
    with right:
        st.markdown("**Recipe**")
        st.json(run.config.to_dict(), expanded=True)


def download(run: Run) -> None:
    """Offer both files of the newest checkpoint that verifies."""
    newest = run.checkpoints.newest()
    if newest is None:
        st.info("This run has no weights yet.")
        return
    path = run.path / "checkpoints" / f"{newest.position.name}.safetensors"
    for file, kind in ((path, "weights"), (path.with_suffix(".json"), "description")):
        st.download_button(
            f"{kind.capitalize()}: {file.name}, {spoken_size(file.stat().st_size)}",
            data=file.read_bytes,
            file_name=f"{run.id}-{file.name}",
            key=f"download-{kind}",
            icon=":material/download:",
        )
    st.caption(
        "Kept side by side under one name, the two files are a model: "
        "`python -m core.predict --model FILE.safetensors PHOTO`."
    )
