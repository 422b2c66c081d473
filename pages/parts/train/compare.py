"""Several runs in one chart."""

from collections.abc import Sequence

import streamlit as st

from core.mistakes import told
from core.runs.listing import list_runs
from core.runs.run import Run
from core.training.events import EpochDone
from pages.parts.shared.line_chart import Chart, Series, line_chart
from pages.parts.shared.live_run import finite
from pages.parts.shared.plots import comparison_figure, show_plot
from pages.parts.shared.words import percent

# Okabe and Ito's other colours, told apart by colour-blind readers too, then dashed once more.
COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A6FD1", "#7A7A7A")
MEASURES = {
    "Test accuracy": ("test_accuracy", "share right"),
    "Test loss": ("test_loss", "loss"),
    "Train accuracy": ("train_accuracy", "share right"),
    "Train loss": ("train_loss", "loss"),
}
MOST = 2 * len(COLOURS)


def compare(run: Run) -> None:
    """Draw one measure of several runs over their epochs, and their recipes side by side."""
    runs = {each.id: each for each in list_runs()}
    ids = st.multiselect(
        "Runs",
        list(runs),
        default=[run.id] if run.id in runs else [],
        format_func=lambda id: runs[id].name,
        max_selections=MOST,
        key=f"compare-{run.id}",
        persist_state="session",
    )
    measure = st.segmented_control(
        "Measure",
        list(MEASURES),
        default="Test accuracy",
        required=True,
        key="compare-measure",
        persist_state="session",
    )
    chosen = {id: runs[id].log.epochs() for id in ids}
    chart = comparison_chart(str(measure), [(runs[id].name, chosen[id]) for id in chosen])
    if run.status().active:  # beside a training that needs the computer: nothing heavy
        line_chart(chart, key="compare-chart")
    else:
        name = f"compare-{len(ids)}-runs-{chart.title.lower().replace(' ', '-')}"
        show_plot(comparison_figure(chart), key="compare-plot", file_name=name)
    if chosen:
        recipes = [recipe(runs[id], epochs) for id, epochs in chosen.items()]
        st.dataframe(recipes, hide_index=True)


def comparison_chart(measure: str, epochs: Sequence[tuple[str, Sequence[EpochDone]]]) -> Chart:
    """Return one measure of several runs, each with its name and its epochs."""
    field, label = MEASURES[measure]
    return Chart(
        f"{measure} per epoch",
        [
            Series(
                name,
                [epoch.epoch for epoch in done],
                finite([getattr(epoch, field) for epoch in done]),
                COLOURS[number % len(COLOURS)],
                dashed=number >= len(COLOURS),
                markers=True,
            )
            for number, (name, done) in enumerate(epochs)
        ],
        x_label="epoch",
        y_label=label,
        y_format="percent" if "accuracy" in field else "number",
        empty="Choose runs that have finished an epoch.",
        height=280,
    )


def recipe(run: Run, epochs: Sequence[EpochDone]) -> dict[str, object]:
    """Return what a run was told and what it came to, as a row of the table."""
    config = run.config
    return {
        "run": run.name,
        "network": config.model,
        "pictures": config.data,
        "pixels": config.image_size,
        "learning rate": config.learning_rate,
        "batch": config.batch_size,
        "optimiser": config.optimizer,
        "first weights": config.init,
        "seed": config.seed,
        "mistakes": told(config.mistakes),
        "epochs done": len(epochs),
        "test accuracy": percent(epochs[-1].test_accuracy) if epochs else "–",
    }
