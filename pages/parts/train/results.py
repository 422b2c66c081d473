"""What a run came to: its confusion matrix with the photos behind it, weights and recipe."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.errors import ModelError, RunError
from core.explain.scores import confusion
from core.pictures.colour import CLASS_COLOURS
from core.runs.checkpoints import Position
from core.runs.predictions import Predictions
from core.runs.run import Run
from core.runs.status import Status
from core.runs.verdict import best_epoch
from core.wording import spoken_size
from pages.parts.shared.confusion import confusion_matrix
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.live_run import refresh_seconds
from pages.parts.shared.model_choice import BEST_HELP
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.run_management import show_management
from pages.parts.shared.run_photos import run_data, show_report
from pages.parts.shared.take_along import offer_programs
from pages.parts.shared.watched import while_seen
from pages.parts.train.compare import compare
from pages.parts.train.exports import offer_exports
from pages.parts.train.from_elsewhere import tell_where_photos_are

SHOWN = 24
LONGEST_LAG_SECONDS = 10.0
SELDOM = 2.5


def show_results(run: Run) -> None:
    """Draw one part of what stands still: everything that need not follow a running training.

    Not in tabs, which would draw all parts at once, and again at every update of a training.
    """
    parts: dict[str, Callable[[Run], None]] = {
        "Right and wrong": show_confusion,
        "Compare runs": compare,
        "What was found": show_report,
        "Weights and recipe": show_weights,
        "Take it along": take_along,
        "Rename or delete": manage,
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


def take_along(run: Run) -> None:
    """Offer the training as a program, and what it came to as files for others."""
    offer_programs(run.settled, run.id)
    offer_exports(run)


def manage(run: Run) -> None:
    """Let the run be renamed or deleted, and told where its photos are if they are missing."""
    tell_where_photos_are(run)
    show_management(run)


def show_confusion(run: Run) -> None:
    """Draw what was right and wrong after the newest epoch, anew with the epochs of a training."""
    st.page_link(
        "pages/feature_maps.py",
        label="All mistakes, the surest first, each with its why",
        icon=":material/search:",
        query_params={"run": run.id, "view": "mistakes"},  # without an epoch it is the newest
    )
    pace = while_seen(look_again_seconds(run.status()))
    redrawn(lambda: draw_confusion(run), every=pace, key=f"right-and-wrong-{run.id}")


def look_again_seconds(status: Status) -> float | None:
    """Return how often to look for a new epoch's answers; None when no more will come.

    About once an epoch, more seldom than the curves and never more seldom than every ten seconds:
    every look takes time from the training.
    """
    pace = refresh_seconds(status)
    if pace is None:
        return None
    epoch_seconds = (status.seconds_left or 0) / max(1, status.epochs - status.epoch + 1)
    return max(SELDOM * pace, min(epoch_seconds, LONGEST_LAG_SECONDS))


def draw_confusion(run: Run) -> None:
    """Draw the confusion matrix of the newest epoch; a click shows the photos of a cell."""
    try:
        predictions = run.test_predictions()
    except RunError:
        st.info(
            "After the first epoch the test pictures are counted here by what was said of them."
        )
        return
    counts = confusion(predictions.labels, predictions.probabilities)
    wrong = counts.false_positive + counts.false_negative
    st.markdown(
        f"**Test pictures after epoch {predictions.epoch}: {wrong:,} of "
        f"{len(predictions.labels):,} are wrong.** Rows say what they are, columns what the "
        "network says at a threshold of 0.5. Click a cell to see its pictures."
    )
    chosen = confusion_matrix(counts.matrix, predictions.classes, key=f"confusion-{run.id}")
    if chosen is not None:
        show_cell(run, predictions, *chosen)


def show_cell(run: Run, predictions: Predictions, truth: int, said: int) -> None:
    """Show the photos of one cell of the confusion matrix; a click opens one with its why."""
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
    clicked = gallery(
        [
            Picture(
                np.asarray(photos.pixels[rows[predictions.names[index]]]),
                f"{certainty[index] * 100:.0f} % {predictions.classes[said]}",
                f"{predictions.names[index]}: why did it say {predictions.classes[said]}?",
                CLASS_COLOURS[truth],
            )
            for index in shown
        ],
        key=f"cell-photos-{run.id}",
        side=96,
    )
    st.caption(
        f"{len(shown)} of {len(members)} pictures, the most wrong first. Click one to see why. "
        "Their edge has the colour of what they are, the caption is what the network says and how "
        "sure it is."
    )
    if clicked is not None:
        row = rows[predictions.names[shown[clicked]]]
        address = {"run": run.id, "epoch": str(predictions.epoch)}
        address |= {"view": "why", "photo": f"test:{row}"}
        st.switch_page("pages/feature_maps.py", query_params=address)


def show_weights(run: Run) -> None:
    """Offer the newest weights as a file, and show what the run was told."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Weights**")
        if run.status().active:
            st.info("The weights can be downloaded once the training has ended or was stopped.")
        else:
            download(run)
        try_on_photos(run)
    with right:
        st.markdown("**Recipe**")
        st.json(run.config.to_dict(), expanded=True)


def try_on_photos(run: Run) -> None:
    """Link to the page on which the run answers photos, with its newest weights or its best."""
    newest = {"model": run.id}
    links = {"Try this run on your photos": newest}
    best = best_epoch(run)
    if best is not None and best != run.checkpoints.epochs()[-1]:
        links[f"Try its best epoch, {best}, on your photos"] = newest | {"epoch": str(best)}
    for label, address in links.items():
        st.page_link("app.py", label=label, icon=":material/pets:", query_params=address)


def download(run: Run) -> None:
    """Offer the files of the newest weights, and of those after the best epoch."""
    try:
        newest = run.checkpoint()
    except ModelError:
        st.info("This run has no weights yet.")
        return
    if all(np.isfinite(array).all() for array in newest.weights.values()):
        offer_files(run, newest.position)
    else:
        st.warning("The newest weights hold numbers that are not finite: nobody can use them.")
    best = best_epoch(run)
    if best is not None and Position(best) != newest.position:
        offer_files(run, Position(best), "best epoch's ")
        st.caption(BEST_HELP)
    st.caption(
        "Kept side by side under one name, two files are a model: "
        "`python -m core.predict --model FILE.safetensors PHOTO`."
    )


def offer_files(run: Run, position: Position, whose: str = "") -> None:
    """Draw the buttons for the weights at a position and for what describes them."""
    path = run.checkpoints.path(position)
    for file, kind in ((path, "weights"), (path.with_suffix(".json"), "description")):
        what = f"{whose}{kind}"
        st.download_button(
            f"{what.capitalize()}: {file.name}, {spoken_size(file.stat().st_size)}",
            data=file.read_bytes,
            file_name=f"{run.id}-{file.name}",
            key=f"download-{what}",
            icon=":material/download:",
        )
