"""Several runs in one chart."""

import streamlit as st

from core.runs import Run, list_runs
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
    )
    measure = st.segmented_control(
        "Measure", list(MEASURES), default="Test accuracy", required=True, key="compare-measure"
    )
    field, label = MEASURES[str(measure)]
    lines, rows = [], []
    for number, id in enumerate(chosen):
        epochs = runs[id].epochs()
        lines.append(
            Series(
                runs[id].name,
                [epoch.epoch for epoch in epochs],
                [getattr(epoch, field) for epoch in epochs],
                COLOURS[number % len(COLOURS)],
                dashed=number >= len(COLOURS),
                markers=True,
            )
        )
        config = runs[id].config
        rows.append(
            {
                "run": runs[id].name,
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
        )
    line_chart(
        Chart(
            f"{measure} per epoch",
            lines,
            x_label="epoch",
            y_label=label,
            y_format="percent" if "accuracy" in field else "number",
            empty="Choose runs that have finished an epoch.",
        ),
        key="compare-chart",
    )
    if rows:
        st.dataframe(rows, hide_index=True)
