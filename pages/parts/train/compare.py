"""Several runs in one chart."""

import math
from collections.abc import Mapping, Sequence
from itertools import islice

import streamlit as st

from core.architecture.library import name_of
from core.data.sources import spoken_source
from core.runs.best_epoch import best_epochs
from core.runs.listing import list_runs, names_of
from core.runs.naming import in_words, what_differs
from core.runs.rate_changes import rate_changes
from core.runs.run import Run
from core.training.events import EpochDone
from pages.parts.shared.line_chart import Chart, Series, line_chart
from pages.parts.shared.live_run import finite
from pages.parts.shared.plots import show_plot
from pages.parts.shared.words import escape_markdown, percent
from pages.parts.train.comparison_figure import comparison_figure, legend_below
from pages.parts.train.curves import log_scale

# Okabe and Ito's other colours, told apart by colour-blind readers too, then dashed once more.
COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A6FD1", "#7A7A7A")
MEASURES = {
    "Test accuracy": ("test_accuracy", "share right"),
    "Test loss": ("test_loss", "loss"),
    "Train accuracy": ("train_accuracy", "share right"),
    "Train loss": ("train_loss", "loss"),
}
WIDTHS = {"run": 200, "what differs": 190, "minutes": 70, "rate changed by hand": 225}
RECIPE = {
    "network": "model",
    "pictures": "data",
    "pixels": "image_size",
    "learning rate": "learning_rate",
    "batch": "batch_size",
    "optimiser": "optimizer",
    "first weights": "init",
    "seed": "seed",
}
"""Choices that may have a column, and their fields in a config."""
MOST = 2 * len(COLOURS)


def beside(run: Run, runs: Mapping[str, Run]) -> list[str]:
    """Name the run and the newest other one, with which a visitor most likely compares it."""
    others = (id for id, each in runs.items() if id != run.id and each.log.epochs())
    return [each for each in (run.id, *islice(others, 1)) if each in runs]


def compare(run: Run) -> None:
    """Draw one measure of several runs over their epochs, and their recipes side by side."""
    runs = {each.id: each for each in list_runs()}
    names = names_of(runs.values())
    ids = st.multiselect(
        "Runs",
        list(runs),
        default=beside(run, runs),
        format_func=names.__getitem__,
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
    chart = comparison_chart(str(measure), [(names[id], chosen[id]) for id in chosen])
    if run.status().active:  # beside a training that needs the computer: nothing heavy
        line_chart(chart, key="compare-chart")
    else:
        figure = comparison_figure(chart)
        name = f"compare-{len(ids)}-runs-{chart.title.lower().replace(' ', '-')}"
        show_plot(figure, key="compare-plot", file_name=name)
        legend_below(figure, [names[id] for id in ids])
    st.caption(what_to_look_for(chart))
    if chosen:
        rows, same = table([runs[id] for id in chosen])
        st.dataframe(
            [{"run": names[id], **row} for id, row in zip(chosen, rows, strict=True)],
            hide_index=True,
            column_config={
                name: st.column_config.Column(width=width) for name, width in WIDTHS.items()
            },
        )
        if same:
            st.caption(
                f"{'The same in all' if len(chosen) > 1 else 'Recipe'}: {escape_markdown(same)}."
            )


def what_to_look_for(chart: Chart) -> str:
    """Say how to read the comparison, and which runs lie on top of each other."""
    note = "What to look for: which line ends best, and which gets there first."
    for series in chart.series:
        same = [each.name for each in chart.series if each.y == series.y and len(each.y)]
        if len(same) > 1:
            lines = escape_markdown(" and ".join(same))
            return f"{note} One line over the other, since their curves are equal: {lines}."
    return note


def comparison_chart(measure: str, epochs: Sequence[tuple[str, Sequence[EpochDone]]]) -> Chart:
    """Return one measure of several runs, each with its name and its epochs."""
    field, label = MEASURES[measure]
    widest = 2.0 + 1.5 * max(0, len(epochs) - 1)
    return Chart(
        f"{measure} per epoch",
        [
            Series(
                name,
                [epoch.epoch for epoch in done],
                finite([getattr(epoch, field) for epoch in done]),
                COLOURS[number % len(COLOURS)],
                width=widest - 1.5 * number,  # of equal lines each shows beside the next
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
        y_log="loss" in field and log_scale(),
    )


def table(runs: Sequence[Run]) -> tuple[list[dict[str, object]], str]:
    """Return a row of each run, and in words what is the same in all; what no run has is left out.

    So the table is seldom wider than the page, and what it holds is worth comparing.
    """
    differences = what_differs([run.config for run in runs])
    nothing = "nothing" if len(runs) > 1 else ""  # alone there is none to differ from
    results = [result(run, words or nothing) for run, words in zip(runs, differences, strict=True)]
    recipes = [recipe(run) for run in runs]
    differing = [name for name in recipes[0] if len({each[name] for each in recipes}) > 1]
    rows = [
        told | {name: chosen[name] for name in differing}
        for told, chosen in zip(results, recipes, strict=True)
    ]
    said = [name for name in rows[0] if any(row[name] not in ("", None) for row in rows)]
    same = (
        in_words(runs[0].config, field) for name, field in RECIPE.items() if name not in differing
    )
    return [{name: row[name] for name in said} for row in rows], ", ".join(same)


def result(run: Run, differs: str) -> dict[str, object]:
    """Return what a run came to, what people ask for most first."""
    epochs = run.log.epochs()
    best = best_epochs(epochs)
    return {
        "best test accuracy": percent(best[1].test_accuracy) if best else "–",
        "what differs": differs,
        "minutes": f"{sum(done.seconds for done in epochs) / 60:.1f}",
        "rate changed by hand": ", ".join(
            f"{change.words}, epoch {math.floor(change.epochs) + 1}" for change in rate_changes(run)
        ),
        "epochs done": len(epochs),
        "newest test accuracy": percent(epochs[-1].test_accuracy) if epochs else "–",
    }


def recipe(run: Run) -> dict[str, object]:
    """Return what a run was told, under the names of ``RECIPE``."""
    config = run.config
    told = {
        "model": name_of(config.model),
        "data": spoken_source(config.data),
        "learning_rate": f"{config.learning_rate:g}",
    }
    return {name: told.get(field, getattr(config, field)) for name, field in RECIPE.items()}
