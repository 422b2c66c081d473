"""Both engines training side by side: start, follow, pause, step, stop, all in place."""

from typing import Any

import numpy as np
import streamlit as st

from core.config import DTYPES
from core.folders import side_by_side_folder
from core.pictures.curves import thin
from core.runs.run import Run
from core.runs.status import Status
from core.training.events import EnginesCompared
from pages.parts.shared.computing import say_how_it_computes
from pages.parts.shared.figures import figures
from pages.parts.shared.form_state import Form
from pages.parts.shared.line_chart import Chart, Series, line_charts
from pages.parts.shared.live_run import POINTS, finite, follow_live
from pages.parts.shared.mistakes import say_what_was_done
from pages.parts.shared.run_choice import choose_run
from pages.parts.shared.run_management import show_management
from pages.parts.shared.start_training import begin, bring_training_into_view
from pages.parts.shared.take_along import offer_programs
from pages.parts.shared.training_form import training_form
from pages.parts.shared.words import apart
from pages.parts.shared.workers import warm_up

NUMPY, TORCH = "#2BA58A", "#A04BC8"  # neither the cat's colour nor the dog's
IDLE = "#8A94A0"
FIGURES = "NumPy images/s", "torch images/s", "Losses apart", "Weights apart"
WHY_APART = {
    "adam": "Adam divides each gradient by its own size, so where the true gradient is nearly "
    "zero, rounding decides which way a whole step goes.",
    "muon": "Muon makes the step equally long in all directions of a kernel, so in a direction in "
    "which the true gradient is nearly zero, rounding decides which way it goes.",
    "sgd": "each engine adds up in another order, and SGD carries the last digits of a gradient "
    "into the weights as they are.",
}
"""What the optimiser makes of rounding; AdamW does as Adam."""
IDLE_NOTE = (
    "A bias right before batch norm is idle: batch norm takes every constant out again. Its true "
    "gradient is zero, what both engines compute is rounding alone, and Adam makes whole steps of "
    "it. These biases part at once, and it does no harm."
)


def show() -> None:
    """Draw the chosen training, or the form for a new one."""
    chosen = choose_run(side_by_side_folder())
    if chosen is None:
        warm_up()
        show_form()
    else:
        run, listed = chosen
        bring_training_into_view(run)
        say_what_was_done(run.config.mistakes)
        follow(run, listed)


def show_form() -> None:
    """Draw the Train page's form with a choice of dtype; Start begins the training."""
    config = training_form(
        "numpy_network",
        "Start both",
        "start-pair",
        pair=choose_dtype,
        words="Both networks start from **the same weights** and get **the same batches** in the "
        "same order. Whatever parts them is the order in which each adds its numbers up.",
    )
    if config is not None:
        begin(config)


def choose_dtype(form: Form) -> dict[str, Any]:
    """Draw the choice of a dtype, that of a pair whose choices were taken over at first."""
    pair = form.run.config if form.run and form.run.config.engine == "both" else None
    dtype = st.segmented_control(
        "Numbers",
        DTYPES,
        default=pair.dtype if pair and form.taken_over else DTYPES[1],
        required=True,
        key=f"pair-dtype-{form.number}",
        persist_state="session",
        help="In float64 both stay together for a whole training. In float32, in which "
        "networks usually train, rounding parts them after some dozens of batches. A mistake "
        "in a formula would part them in both alike.",
    )
    return {"engine": "both", "dtype": str(dtype), "device": "auto"}


def follow(run: Run, listed: Status) -> None:
    """Show the training that is ``listed`` so, anew as often as it asks for while at work."""

    def draw(_: Status) -> None:
        history = run.log.comparisons()
        show_numbers(history)
        show_curves(history, key=f"pair-curves-{run.id}")

    follow_live(run, listed, draw)
    say_how_it_computes(run)
    st.caption(
        "What to look for: the two losses are one line, in float64 to the end, in float32 for some "
        "dozens of batches. The weights part from rounding: "
        f"{WHY_APART.get(run.config.optimizer, WHY_APART['adam'])} Every step starts from weights "
        "that already differ, so the gap seldom closes. In float64 it starts many millions of "
        "times smaller; a mistake in a formula would not shrink so."
    )
    if not run.status().active:
        offer_programs(run.config, run.id)
        with st.expander("Rename or delete"):
            show_management(run)


def show_numbers(history: list[EnginesCompared]) -> None:
    """Draw the newest figures in a row."""
    values: dict[str, str | None] = dict.fromkeys(FIGURES)
    if history:
        newest = history[-1]
        rates = newest.numpy_images_per_second, newest.torch_images_per_second
        gaps = newest.numpy_loss - newest.torch_loss, newest.weight_difference
        texts = [f"{rate:.0f}" for rate in rates] + [apart(each) for each in gaps]
        values = dict(zip(FIGURES, texts, strict=True))
    figures(values)


def show_curves(history: list[EnginesCompared], key: str) -> None:
    """Draw both losses on top of each other, and below the growing difference of the weights."""
    steps = np.array([each.overall_step for each in history], np.int64)
    losses = []
    for name, colour, width, opacity, dashed in (
        ("NumPy", NUMPY, 6.0, 0.55, False),
        ("torch", TORCH, 2.0, 1.0, True),
    ):
        values = np.array([getattr(each, f"{name.lower()}_loss") for each in history])
        x, y = thin(steps, values, POINTS)
        losses.append(Series(name, x.tolist(), finite(y), colour, width, opacity, dashed))
    idle = [each.idle_difference for each in history]
    charts = [
        Chart(
            "Loss per batch",
            losses,
            x_label="batch",
            y_label="binary cross entropy",
            empty="The first point comes with the first batch.",
            height=200,
        ),
        Chart(
            "Weights apart",
            [
                power_series("weights", steps, [each.weight_difference for each in history], NUMPY),
                *([power_series("idle biases", steps, idle, IDLE)] if any(idle) else []),
            ],
            x_label="batch",
            y_label="largest gap, log scale",
            y_format="power",
            empty="The first point comes with the first batch.",
            height=190,
            note=IDLE_NOTE if any(idle) else "",
        ),
    ]
    line_charts(charts, columns=1, key=key)


def power_series(name: str, steps: np.ndarray, values: list[float], colour: str) -> Series:
    """Return a line of the powers of ten of ``values``; a difference of zero is a gap."""
    with np.errstate(divide="ignore"):
        powers = np.log10(np.array(values, float))
    x, y = thin(steps, np.where(np.isfinite(powers), powers, np.nan), POINTS)
    return Series(name, x.tolist(), finite(y), colour, width=2.0)
