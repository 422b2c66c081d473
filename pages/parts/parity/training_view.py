"""Both engines training side by side: start, follow, pause, step, stop, all in place."""

import datetime

import numpy as np
import streamlit as st

from core.parity import DTYPES
from core.parity.side_by_side import create_pair, list_pairs, pair_history, step_numbers
from core.runs import Run
from core.smoothing import thin
from pages.parts import run_setup
from pages.parts.line_chart import Series, line_chart
from pages.parts.run_choice import choose_run, open_run
from pages.parts.run_live import POINTS, finite, refresh_seconds, show_controls, show_state
from pages.parts.run_results import show_management
from pages.parts.workers import warm_up, worker_pool

NUMPY, TORCH = "#2BA58A", "#A04BC8"  # neither the cat's colour nor the dog's
IDLE = "#8A94A0"


def show() -> None:
    """Draw the chosen training, or the form for a new one."""
    run = choose_run(list_pairs())
    if run is None:
        warm_up()
        show_form()
    else:
        follow(run)


def show_form() -> None:
    """Draw the Train page's form with a choice of dtype; Start begins the training."""
    form, look = st.columns([5, 7], gap="large")
    with form:
        data = run_setup.choose_source()
        model = run_setup.choose_network()
        wish = run_setup.choose_numbers(data, model)
        dtype = st.segmented_control(
            "Numbers",
            DTYPES,
            default=DTYPES[1],
            required=True,
            key="pair-dtype",
            help="In float64 both stay together for a whole training. In float32, in which "
            "networks usually train, rounding parts them after some dozens of batches. A mistake "
            "in a formula would part them in both alike.",
        )
    with look:
        st.markdown(
            "Both networks start from **the same weights** and get **the same batches** in the "
            "same order. Whatever parts them is the order in which each adds its numbers up."
        )
        preview = run_setup.look_at(data, wish.config or run_setup.PRESETS[model])
    with form:
        if wish.problem:
            st.error(wish.problem)
        pressed = st.button(
            "Start both",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=wish.config is None or preview is None,
            key="start-pair",
        )
    if pressed and wish.config is not None:
        name = f"{wish.config.model} in {dtype}, {datetime.datetime.now():%H:%M:%S}"
        run = create_pair(wish.config, str(dtype), name)
        run.start(worker_pool())
        open_run(run)
        st.rerun()


def follow(run: Run) -> None:
    """Show the training, anew as often as its state asks for while a worker is at it."""
    seconds = refresh_seconds(run.status())

    def live() -> None:
        status = run.status()
        if refresh_seconds(status) != seconds:
            st.rerun()  # it began to train or ended
        show_state(run, status)
        left, right = st.columns([11, 10], vertical_alignment="bottom", gap="medium")
        with left:
            show_controls(run, status)
        with right:
            show_numbers(run)
        show_curves(run)

    st.fragment(live, run_every=seconds, key=f"pair-{run.id}")()
    st.caption(
        "What to look for: the two losses are one line, in float64 to the end, in float32 for some "
        "dozens of batches. The weights part from rounding: Adam divides each gradient by its own "
        "size, so where the true gradient is nearly zero, rounding decides which way a whole step "
        "goes. Every step starts from weights that already differ, so the gap grows. In float64 it "
        "starts many millions of times smaller; a mistake in a formula would not shrink so."
    )
    if seconds is None:
        with st.expander("Rename or delete"):
            show_management(run)


def show_numbers(run: Run) -> None:
    """Draw the newest figures in a row; a dash stands for not known yet."""
    history = pair_history(run)
    newest = history[-1] if history else None
    with st.container(horizontal=True, gap="small"):
        for label, value, width in (
            ("NumPy images/s", newest and f"{newest.numpy_images_per_second:.0f}", 110),
            ("torch images/s", newest and f"{newest.torch_images_per_second:.0f}", 104),
            ("Losses apart", newest and gap(newest.numpy_loss - newest.torch_loss), 92),
            ("Weights apart", newest and gap(newest.weight_difference), 98),
        ):
            st.metric(label, value or "–", width=width)


def gap(difference: float) -> str:
    """Say how far two numbers lie apart: 1.2e-12."""
    return f"{abs(difference):.1e}" if difference else "0"


def show_curves(run: Run) -> None:
    """Draw both losses on top of each other, and below the growing difference of the weights."""
    history = pair_history(run)
    steps = step_numbers(history)
    losses = []
    for name, colour, width, opacity, dashed in (
        ("NumPy", NUMPY, 6.0, 0.55, False),
        ("torch", TORCH, 2.0, 1.0, True),
    ):
        values = np.array([getattr(each, f"{name.lower()}_loss") for each in history])
        x, y = thin(steps, values, POINTS)
        losses.append(Series(name, x.tolist(), finite(y), colour, width, opacity, dashed))
    line_chart(
        "Loss per batch",
        losses,
        x_label="batch",
        y_label="binary cross entropy",
        key=f"pair-loss-{run.id}",
        empty="The first point comes with the first batch.",
        height=200,
    )
    line_chart(
        "Weights apart",
        [
            power_series("weights", steps, [each.weight_difference for each in history], NUMPY),
            power_series("idle biases", steps, [each.idle_difference for each in history], IDLE),
        ],
        x_label="batch",
        y_label="largest, log scale",
        y_format="power",
        key=f"pair-difference-{run.id}",
        empty="The first point comes with the first batch.",
        height=150,
    )
    if any(each.idle_difference for each in history):
        st.caption(
            "A bias right before batch norm is idle: batch norm takes every constant out again. "
            "Its true gradient is zero, what both engines compute is rounding alone, and Adam "
            "makes whole steps of it. These biases part at once, and it does no harm."
        )


def power_series(name: str, steps: np.ndarray, values: list[float], colour: str) -> Series:
    """Return a line of the powers of ten of ``values``; a difference of zero is a gap."""
    with np.errstate(divide="ignore"):
        powers = np.log10(np.array(values, float))
    x, y = thin(steps, np.where(np.isfinite(powers), powers, np.nan), POINTS)
    return Series(name, x.tolist(), finite(y), colour, width=2.0)
