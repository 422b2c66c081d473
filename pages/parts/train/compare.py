"""Several runs in one chart."""

import streamlit as st

from core.runs.listing import list_runs
from core.runs.run import Run
from pages.parts.shared.line_chart import Chart, Series, line_chart
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
    chosen = st.multiselect(
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
    field, label = MEASURES[str(measure)]
    line_chart(
        Chart(
            f"{measure} per epoch",
            [line(runs[id], field, number) for number, id in enumerate(chosen)],
            x_label="epoch",
            y_label=label,
            y_format="percent" if "accuracy" in field else "number",
            empty="Choose runs that have finished an epoch.",
        ),
        key="compare-chart",
    )
    if chosen:
        st.dataframe([recipe(runs[id]) for id in chosen], hide_index=True)


def line(run: Run, field: str, number: int) -> Series:
    """Return one measure of a run over its epochs, in the colour of its place among the runs."""
    epochs = run.log.epochs()
    return Series(
        run.name,
        [epoch.epoch for epoch in epochs],
        [getattr(epoch, field) for epoch in epochs],
        COLOURS[number % len(COLOURS)],
        dashed=number >= len(COLOURS),
        markers=True,
    )


def recipe(run: Run) -> dict[str, object]:
    """Return what a run was told and how far it came, as a row of a table."""
    config, epochs = run.config, run.log.epochs()
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
        "epochs done": len(epochs),
        "test accuracy": percent(epochs[-1].test_accuracy) if epochs else "–",
    }
