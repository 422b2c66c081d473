"""The wall of mistakes, and how good the answers are at every threshold."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import GlassError
from core.explain import scores
from core.pictures.colour import CLASS_COLOURS
from core.runs.predictions import Predictions
from core.runs.run import Run
from pages.parts.feature_maps.chosen_photo import choose
from pages.parts.feature_maps.source import Source
from pages.parts.shared.confusion import confusion_matrix
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.paging import page_of
from pages.parts.shared.plots import (
    calibration_figure,
    precision_recall_figure,
    roc_figure,
    show_plot,
)
from pages.parts.shared.run_photos import run_data
from pages.parts.shared.words import escape_markdown, percent

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PER_PAGE = 24
OTHER_THRESHOLD = (
    " Once opened, a photo is answered with the likelier class, whatever the threshold here."
)


def show_mistakes(source: Source) -> None:
    """Draw the test photos that were answered wrongly, most certain first, and the curves."""
    if source.run is None or source.epoch is None:
        st.info(
            "This needs a run's answers to its test photos. Choose a run above, or train one.",
            icon=":material/model_training:",
        )
        st.page_link("pages/train.py", label="Train a network", icon=":material/model_training:")
        return
    run, epoch = source.run, source.epoch
    try:
        predictions = run.test_predictions(epoch)
        scores.confusion(predictions.labels, predictions.probabilities)
    except GlassError as error:
        st.info(
            f"{escape_markdown(str(error))} Answers are kept from the end of the first epoch on: "
            "move the slider above."
        )
        return
    draw(run, predictions)


def draw(run: Run, predictions: Predictions) -> None:
    """Draw wall and curves for the threshold that the slider shows."""
    one = predictions.classes[1]
    wall, numbers = st.columns([6, 5], gap="medium")
    with numbers:
        threshold = st.slider(
            f"Say {one} from P({one}) =",
            0.01,
            0.99,
            0.5,
            0.01,
            format="%.2f",
            key="at-threshold",
            persist_state="session",
        )
        show_confusion(predictions, threshold)
        show_curves(run, predictions, threshold)
    with wall:
        show_wall(run, predictions, threshold)


def show_wall(run: Run, predictions: Predictions, threshold: float) -> None:
    """Draw the mistakes; a click opens one with its explanation."""
    labels, answers = predictions.labels, predictions.probabilities
    wrong = scores.mistakes(labels, answers, threshold)
    if not len(wrong):
        st.success(f"At this threshold all {len(labels):,} test photos are answered rightly.")
        return
    data = run_data(run)
    if isinstance(data, str):
        st.warning(data)
        return
    if data.test.names != predictions.names:
        st.warning("The pictures in the run's source have changed since it was tested.")
        return
    title = f"**{len(wrong):,} mistakes after epoch {predictions.epoch}**, most certain first."
    st.markdown(f"{title} Click one to see why.")
    place = st.container()
    st.caption(
        "The edge has the colour of what it is, the words say what it was taken for."
        + (OTHER_THRESHOLD if threshold != 0.5 else "")
    )
    shown = wrong[page_of(len(wrong), "mistakes", PER_PAGE)]
    pictures = []
    for n in shown:
        said, truth = bool(answers[n] >= threshold), int(labels[n])
        certainty = answers[n] if said else 1 - answers[n]
        name = predictions.classes[said]
        pictures.append(
            Picture(
                np.array(data.test.pixels[n]),
                f"{name} {percent(float(certainty))}",
                f"{predictions.names[n]}, a {predictions.classes[truth]} taken for a {name}",
                CLASS_COLOURS[truth],
            )
        )

    def open_mistake(number: int) -> None:
        choose("photo", f"test:{shown[number]}")
        st.query_params["view"] = "why"

    with place:
        gallery(pictures, key=f"wall-{predictions.epoch}", side=80, on_click=open_mistake)


def show_confusion(predictions: Predictions, threshold: float) -> None:
    """Draw the confusion matrix and what follows from it."""
    counts = scores.confusion(predictions.labels, predictions.probabilities, threshold)
    one = predictions.classes[1]
    table, figures = st.columns([3, 2], vertical_alignment="center")
    with table:
        confusion_matrix(counts.matrix, predictions.classes, key="counts", clickable=False)
    figures.markdown(
        f"accuracy **{percent(counts.accuracy)}**  \nprecision **{share(counts.precision)}**  \n"
        f"recall **{share(counts.recall)}**",
        help=f"Accuracy: the share of all photos answered rightly. Precision: of those called "
        f"{one}, the share that are. Recall: of those that are {one}, the share that was found.",
    )


def share(value: float) -> str:
    """Say a share, or that there is none."""
    return "none" if np.isnan(value) else str(percent(value))


def show_curves(run: Run, predictions: Predictions, threshold: float) -> None:
    """Draw the curve that is chosen, and what to look for in it."""
    kind = st.segmented_control(
        "Curve",
        list(CURVES),
        default="Calibration",
        required=True,
        key="curve",
        persist_state="session",
        label_visibility="collapsed",
    )
    if kind != "Calibration" and len(np.unique(predictions.labels)) < 2:
        st.info("A curve needs test photos of both classes.")
        return
    figure, note = CURVES[kind](predictions, threshold)
    name = kind.lower().replace(" ", "-")
    show_plot(figure, key=name, file_name=f"{run.id}-epoch-{predictions.epoch}-{name}")
    st.caption(note)


def calibration(predictions: Predictions, threshold: float) -> "tuple[Figure, str]":
    """Return what the network promises against what comes true; no threshold changes that."""
    found = scores.calibration(predictions.labels, predictions.probabilities)
    counts = ", ".join(str(count) for count in found.counts)
    return calibration_figure(found, predictions.classes[1]), (
        "Is 0.9 right nine times in ten? Below the dashed line the network promises too much; on "
        f"average it is off by {percent(found.error)}. From left to right the points stand for "
        f"{counts} photos: the fewer, the wider their 95 % interval."
    )


def roc(predictions: Predictions, threshold: float) -> "tuple[Figure, str]":
    """Return how many are found against how many of the others are called so too."""
    labels, answers = predictions.labels, predictions.probabilities
    one = predictions.classes[1]
    curve = scores.roc_curve(labels, answers)
    at = scores.confusion(labels, answers, threshold)
    return roc_figure(curve, at, threshold, one), (
        f"The area under it, {curve.area:.3f}, is the chance that a {one} has a higher "
        f"P({one}) than one of the others."
    )


def precision_recall(predictions: Predictions, threshold: float) -> "tuple[Figure, str]":
    """Return how many of those called so are against how many are found."""
    labels, answers = predictions.labels, predictions.probabilities
    curve = scores.precision_recall_curve(labels, answers)
    at = scores.confusion(labels, answers, threshold)
    share_of_one = float(np.mean(labels))
    figure = precision_recall_figure(curve, at, threshold, predictions.classes[1], share_of_one)
    return figure, (
        f"Average precision {curve.area:.3f}. A lower threshold finds more and is wrong more "
        "often: the point moves right."
    )


CURVES = {"Calibration": calibration, "ROC": roc, "Precision and recall": precision_recall}
