"""A run while it learns: its newest figures and its curves."""

from typing import Literal

import streamlit as st

from core.pictures.curves import smooth, thin
from core.runs.run import Run
from core.runs.status import Status
from pages.parts.shared.figures import figures
from pages.parts.shared.line_chart import Chart, Series, line_charts
from pages.parts.shared.live_run import POINTS, finite, follow_live
from pages.parts.shared.plots import line_figure, show_plot
from pages.parts.shared.words import percent

# Neither the cat's nor the dog's colour: train dark, test lighter and with markers.
TRAIN = "#00805F"
TEST = "#4FC3A1"
BATCH = "#8A94A0"
POINTS_AT_REST = 2000  # sent once, and zoomed into


def follow(run: Run) -> None:
    """Show the run, and what changes about it as often as its state asks for."""

    def draw(status: Status) -> None:
        show_numbers(run, status)
        with st.container(key="curves"):
            if status.active:
                show_live_curves(run)
            else:
                show_curves(run)

    follow_live(run, draw)


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
    if run.config.schedule != "constant" and status.learning_rate is not None:
        newest["Rate now"] = f"{status.learning_rate:.2g}"
    figures(newest)


def show_live_curves(run: Run) -> None:
    """Draw loss per batch on the left; loss and accuracy per epoch on the right, all in place."""
    line_charts([batch_chart(run), *epoch_charts(run)], columns=2, key=f"curves-{run.id}")


def show_curves(run: Run) -> None:
    """Draw the same of a run that stands still, in the same places, to be explored."""
    left, right = st.columns(2, gap=20)
    with left, st.container(gap=6):
        show_explorable(run, batch_chart(run, POINTS_AT_REST))
    with right, st.container(gap=6):
        for chart in epoch_charts(run):
            show_explorable(run, chart)


def show_explorable(run: Run, chart: Chart) -> None:
    """Draw one chart and what to look for in it."""
    name = chart.title.lower().replace(" ", "-")
    show_plot(line_figure(chart), key=f"{name}-{run.id}", file_name=f"{run.id}-{name}")
    if chart.note:
        st.caption(chart.note)


def batch_chart(run: Run, points: int = POINTS) -> Chart:
    """Return the loss of every batch and its smoothed line, each with at most ``points``."""
    losses = run.log.batch_losses()
    steps, values = thin(losses.steps, losses.losses, points)
    smooth_steps, smooth_values = thin(losses.steps, smooth(losses.losses), points)
    return Chart(
        "Loss per batch",
        [
            Series("each batch", steps.tolist(), finite(values), BATCH, width=1, opacity=0.7),
            Series("smoothed", smooth_steps.tolist(), finite(smooth_values), TRAIN, width=2.5),
        ],
        x_label="batch",
        y_label="binary cross entropy",
        empty="The first point comes with the first batch.",
        height=300,
        rows=2,
        note="What to look for: the smoothed line should fall. Single batches jump, since each has "
        "other pictures. At 0.693 the network is guessing.",
    )


def epoch_charts(run: Run) -> list[Chart]:
    """Return train and test loss, and train and test accuracy, after each epoch."""
    epochs = run.log.epochs()
    numbers = [epoch.epoch for epoch in epochs]

    def chart(name: str, label: str, y_format: Literal["number", "percent"], note: str) -> Chart:
        train, test = (
            finite([getattr(epoch, f"{part}_{name}") for epoch in epochs])
            for part in ("train", "test")
        )
        return Chart(
            f"{name.capitalize()} per epoch",
            [
                Series("train", numbers, train, TRAIN),
                Series("test", numbers, test, TEST, markers=True),
            ],
            x_label="epoch",
            y_label=label,
            y_format=y_format,
            empty="The first point comes with the end of the first epoch.",
            height=150,
            note=note,
        )

    return [
        chart("loss", "loss", "number", ""),
        chart(
            "accuracy",
            "share right",
            "percent",
            "What to look for: when test gets worse while train still gets better, the network is "
            "learning its training pictures by heart.",
        ),
    ]
