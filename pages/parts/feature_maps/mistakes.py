"""The wall of mistakes, and how good the answers are at every threshold."""

from html import escape

import numpy as np
import streamlit as st

from core.errors import GlassError
from core.explain import scores
from core.pictures.colour import CLASS_COLOURS
from core.runs.predictions import Predictions
from core.runs.run import Run
from pages.parts.feature_maps.chosen_photo import choose
from pages.parts.feature_maps.source import Source
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.line_chart import Chart, Series, line_chart
from pages.parts.shared.run_photos import run_data
from pages.parts.shared.words import percent

PER_PAGE = 24
LINE, CHANCE, HERE = "#00805F", "#8A94A0", "#B000B5"


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
            f"{error} Answers are kept from the end of the first epoch on: move the slider above."
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
        show_curves(predictions, threshold)
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
    st.caption("The edge has the colour of what it is, the words say what it was taken for.")
    pages = -(-len(wrong) // PER_PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(f"Page of {pages}", 1, pages, 1, key="mistake-page", width=160)
    shown = wrong[(page - 1) * PER_PAGE : page * PER_PAGE]
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
    zero, one = predictions.classes
    (right_zero, wrong_zero), (wrong_one, right_one) = counts.matrix.tolist()
    names = escape(zero), escape(one)
    table, figures = st.columns(2, vertical_alignment="center")
    table.html(
        f"""<style>.counts td, .counts th {{ padding: 2px 10px; text-align: right; }}
        .counts th {{ font-weight: 400; opacity: .75; }}
        .counts {{ font-size: 14px; font-variant-numeric: tabular-nums; }}</style>
        <table class="counts"><tr><th></th><th>says {names[0]}</th><th>says {names[1]}</th></tr>
        <tr><th>is {names[0]}</th><td><b>{right_zero}</b></td><td>{wrong_zero}</td></tr>
        <tr><th>is {names[1]}</th><td>{wrong_one}</td><td><b>{right_one}</b></td></tr></table>"""
    )
    figures.markdown(
        f"accuracy **{percent(counts.accuracy)}**  \nprecision **{share(counts.precision)}**  \n"
        f"recall **{share(counts.recall)}**",
        help=f"Accuracy: the share of all photos answered rightly. Precision: of those called "
        f"{one}, the share that are. Recall: of those that are {one}, the share that was found.",
    )


def share(value: float) -> str:
    """Say a share, or that there is none."""
    return "none" if np.isnan(value) else str(percent(value))


def show_curves(predictions: Predictions, threshold: float) -> None:
    """Draw the curve that is chosen; the point on it is the threshold."""
    labels, answers = predictions.labels, predictions.probabilities
    kind = st.segmented_control(
        "Curve",
        ["Calibration", "ROC", "Precision and recall"],
        default="Calibration",
        required=True,
        key="curve",
        persist_state="session",
        label_visibility="collapsed",
    )
    if kind == "Calibration":
        show_calibration(predictions)
        return
    if len(np.unique(labels)) < 2:
        st.info("A curve needs test photos of both classes.")
        return
    at = scores.confusion(labels, answers, threshold)
    draw = show_roc if kind == "ROC" else show_precision_recall
    draw(predictions, at)


def show_roc(predictions: Predictions, at: scores.Confusion) -> None:
    """Draw what is found of class 1 against the false alarms."""
    one = predictions.classes[1]
    curve = scores.roc_curve(predictions.labels, predictions.probabilities)
    alarms = at.false_positive / (at.false_positive + at.true_negative)
    draw_curve(
        "ROC",
        curve,
        guessing=(0.0, 1.0),
        here=(alarms, at.recall),
        labels=(f"share of the others called {one}", f"share of {one} found"),
    )
    st.caption(
        f"The area under it, {curve.area:.3f}, is the chance that a {one} has a higher "
        f"P({one}) than one of the others."
    )


def show_precision_recall(predictions: Predictions, at: scores.Confusion) -> None:
    """Draw how many of those called class 1 are, against how many of class 1 are found."""
    one = predictions.classes[1]
    curve = scores.precision_recall_curve(predictions.labels, predictions.probabilities)
    base = float(np.mean(predictions.labels))
    draw_curve(
        "Precision and recall",
        curve,
        guessing=(base, base),
        here=(at.recall, None if np.isnan(at.precision) else at.precision),
        labels=(f"recall: share of {one} found", f"share right of those called {one}"),
    )
    st.caption(
        f"Average precision {curve.area:.3f}. A lower threshold finds more and is wrong more "
        "often: the point moves right."
    )


def draw_curve(
    title: str,
    curve: scores.Curve,
    *,
    guessing: tuple[float, float],
    here: tuple[float, float | None],
    labels: tuple[str, str],
) -> None:
    """Draw a curve in the unit square, the line of guessing, and the threshold's point on it."""
    lines = [
        Series("this run", curve.x.tolist(), curve.y.tolist(), LINE),
        Series("guessing", [0.0, 1.0], guessing, CHANCE, width=1.5, dashed=True),
        Series("threshold", here[:1], here[1:], HERE, markers=True),
    ]
    chart = Chart(title, lines, *labels, y_range=(0.0, 1.0), height=230)
    line_chart(chart, key=title.lower().replace(" ", "-"))


def show_calibration(predictions: Predictions) -> None:
    """Draw what the network promises against what comes true."""
    found = scores.calibration(predictions.labels, predictions.probabilities)
    one = predictions.classes[1]
    x = found.predicted.tolist()
    bars_x, bars_y = interval_bars(x, found.low.tolist(), found.high.tolist())
    line_chart(
        Chart(
            "Calibration",
            [
                Series("promised", [0.0, 1.0], [0.0, 1.0], CHANCE, width=1.5, dashed=True),
                Series("this run", x, found.observed.tolist(), LINE, markers=True),
                Series("95 %", bars_x, bars_y, LINE, width=1, opacity=0.6),
            ],
            x_label=f"P({one}) that was said",
            y_label=f"share that is {one}",
            y_range=(0.0, 1.0),
            height=230,
        ),
        key="calibration",
    )
    counts = ", ".join(str(count) for count in found.counts)
    st.caption(
        "Is 0.9 right nine times in ten? Below the dashed line the network promises too much; on "
        f"average it is off by {percent(found.error)}. From left to right the points stand for "
        f"{counts} photos: the fewer, the wider their 95 % interval."
    )


def interval_bars(
    x: list[float], low: list[float], high: list[float]
) -> tuple[list[float], list[float | None]]:
    """Make one line with gaps out of the upright bars from ``low`` to ``high`` at each ``x``."""
    across, up = [], list[float | None]()
    for place, bottom, top in zip(x, low, high, strict=True):
        across += [place, place, place]
        up += [bottom, top, None]
    return across, up
