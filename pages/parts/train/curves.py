"""A run while it learns: its newest figures and its curves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.pictures.colour import TEST, TRAIN
from core.pictures.curves import smooth, thin
from core.pictures.limits import loss_limit
from core.runs.curves import Curves, curves_of
from core.runs.rate_changes import rate_changes
from core.runs.run import Run
from core.runs.status import Status
from core.runs.verdict import best_learnt, judge
from core.shared_reading import SharedReadings
from core.training.events import EpochDone
from pages.parts.shared.figures import figures
from pages.parts.shared.line_chart import Chart, Mark, Series, board, show_board
from pages.parts.shared.live_run import POINTS, finite, follow_live, refresh_seconds
from pages.parts.shared.plots import line_figure, show_plot
from pages.parts.shared.rate_finder import offer_rate_of_run
from pages.parts.shared.words import percent, typeset

BATCH = "#8A94A0"
SMOOTHED = "smoothed"
LOG_SCALE = "log-scale"
POINTS_AT_REST = 2000  # sent once, and zoomed into


@dataclass(frozen=True)
class Drawing:
    """What everybody who looks at a run is shown of its curves."""

    charts: list[Chart]
    board: dict[str, object]
    verdict: str


_drawings = SharedReadings[Drawing]()


def follow(run: Run, listed: Status) -> None:
    """Show the run that is ``listed`` so, and what changes as often as its state asks for."""

    def draw(status: Status) -> None:
        show_numbers(run, status)
        drawing = drawing_of(run, status)
        with st.container(key="curves"):
            if status.active:
                show_board(drawing.board, key=f"curves-{run.id}")
            else:
                batches, *epochs = drawing.charts
                show_explorable(run, batches, epochs)
        with st.container(key="verdict"):
            st.markdown(drawing.verdict)

    def further_choices() -> None:
        offer_rate_of_run(run, run.status())
        choose_scale()

    follow_live(run, listed, draw, further_choices)


def drawing_of(run: Run, status: Status) -> Drawing:
    """Draw the curves, or take them as they were drawn for somebody else a moment ago.

    What that is follows from how often each looks: nobody sees them much later than alone.
    """
    points, log = POINTS if status.active else POINTS_AT_REST, log_scale()

    def read() -> Drawing:
        curves = curves_of(run)
        charts = [batch_chart(run, points), *epoch_charts(run, curves)]
        return Drawing(charts, board(charts, columns=2), verdict_words(curves, charts))

    fresh = (refresh_seconds(status) or 0.0) / 2
    return _drawings.get((run.path, status.state, points, log), run.mark(), read, fresh)


def choose_scale() -> None:
    """Let losses be drawn on a log scale, on which large and small ones are seen alike."""
    st.toggle(
        "Log scale",
        key=LOG_SCALE,
        persist_state="session",
        help="Each step upwards is a factor: a loss of 9 and one of 0.01 are seen in one chart.",
    )


def log_scale() -> bool:
    """Tell whether losses are drawn on a log scale."""
    return bool(st.session_state.get(LOG_SCALE))


def show_numbers(run: Run, status: Status) -> None:
    """Draw the newest figures in a row."""
    newest: dict[str, str | None] = {
        "Last batch's loss": None if status.batch_loss is None else f"{status.batch_loss:.3f}",
        "Train accuracy": percent(status.train_accuracy),
        "Test accuracy": percent(status.test_accuracy),
        "Images per second": None
        if status.images_per_second is None
        else f"{status.images_per_second:.0f}",
    }
    if run.config.schedule != "constant":
        rate = status.learning_rate
        newest["Rate now"] = None if rate is None else typeset(f"{rate:.2g}")
    figures(newest)


def show_explorable(run: Run, left_chart: Chart, right_charts: Sequence[Chart]) -> None:
    """Draw the charts of a run that stands still, in the places of the live ones."""
    left, right = st.columns(2, gap=20)
    for column, charts in (left, [left_chart]), (right, right_charts):
        with column, st.container(gap=6):
            for chart in charts:
                name = chart.title.lower().replace(" ", "-")
                show_plot(line_figure(chart), key=f"{name}-{run.id}", file_name=f"{run.id}-{name}")
                if chart.note:
                    st.caption(chart.note)


def verdict_words(curves: Curves, charts: Sequence[Chart]) -> str:
    """Say what the curves come to, and what of them was cut off."""
    verdict = judge(curves)
    short, colon, rest = verdict.sentence.partition(": ")
    icon = ":material/warning: " if verdict.failed else ""
    words = f"{icon}**{short}**{colon}{rest}"
    if cut := [cut_words(chart) for chart in charts if cut_words(chart)]:
        words += f"  \n:small[Above the top, where a triangle stands: {', '.join(cut)}. "
        words += "The log scale shows all.]"
    return words


def cut_words(chart: Chart) -> str:
    """Say how much of a chart was cut off; empty where nothing was."""
    if chart.y_limit is None or chart.y_log:
        return ""
    above = [
        y
        for series in chart.series
        if series.name != SMOOTHED
        for y in series.y
        if y is not None and y > chart.y_limit
    ]
    many = f"{len(above)} points of" if len(above) > 1 else "a point of"
    return f"{many} {chart.title.lower()}, up to {max(above):.3g}" if above else ""


def batch_chart(run: Run, points: int = POINTS) -> Chart:
    """Return the loss of every batch and its smoothed line, each with at most ``points``."""
    losses = run.log.batch_losses()
    steps, values = thin(losses.steps, losses.losses, points)
    smooth_steps, smooth_values = thin(losses.steps, smooth(losses.losses), points)
    return Chart(
        "Loss per batch",
        [
            Series("each batch", steps.tolist(), finite(values), BATCH, width=1, opacity=0.7),
            Series(SMOOTHED, smooth_steps.tolist(), finite(smooth_values), TRAIN, width=2.5),
        ],
        x_label="batch",
        y_label="binary cross entropy",
        empty="The first point comes with the first batch.",
        height=300,
        rows=2,
        note="What to look for: the smoothed line should fall. Single batches jump, since each has "
        "other pictures. At 0.693 the network is guessing.",
        marks=[Mark(change.batches, change.words) for change in rate_changes(run)],
        y_limit=loss_limit(losses.losses),
        y_log=log_scale(),
    )


def epoch_charts(run: Run, curves: Curves) -> list[Chart]:
    """Return train and test loss, and train and test accuracy, after each epoch."""
    epochs = curves.epochs
    changes = [Mark(change.epochs, change.words) for change in rate_changes(run) if epochs]
    best = best_learnt(curves) if len({epoch.test_loss for epoch in epochs}) > 1 else None
    losses = [loss for done in epochs for loss in (done.train_loss, done.test_loss)]
    return [
        replace(
            epoch_chart("loss", epochs),
            y_limit=loss_limit(np.array(losses)),
            y_log=log_scale(),
            marks=[*changes, *([ring(best[0], "lowest", "test_loss")] if best else [])],
        ),
        replace(
            epoch_chart("accuracy", epochs),
            y_label="share right",
            y_format="percent",
            marks=[*changes, *([ring(best[1], "best", "test_accuracy")] if best else [])],
            note="What to look for: when test gets worse while train still gets better, the "
            "network is learning its training pictures by heart.",
        ),
    ]


def epoch_chart(name: str, epochs: Sequence[EpochDone]) -> Chart:
    """Return train and test ``name`` after each epoch."""
    numbers = [epoch.epoch for epoch in epochs]
    train, test = (
        finite([getattr(epoch, f"{part}_{name}") for epoch in epochs]) for part in ("train", "test")
    )
    return Chart(
        f"{name.capitalize()} per epoch",
        [
            Series("train", numbers, train, TRAIN),
            Series("test", numbers, test, TEST, markers=True),
        ],
        x_label="epoch",
        y_label=name,
        empty="The first point comes with the end of the first epoch.",
        height=150,
    )


def ring(done: EpochDone, word: str, name: str) -> Mark:
    """Mark the test's best point."""
    value = getattr(done, name)
    said = percent(value) if name == "test_accuracy" else f"{value:.3f}"
    return Mark(done.epoch, f"{word} {said}, epoch {done.epoch}", value)
