"""Following a run while it learns: where it stands, its controls, its curves, all in place."""

import numpy as np
import streamlit as st

from core.runs import ACTIVE, Run, RunError, Status
from core.smoothing import smooth, thin
from pages.parts.line_chart import Series, line_chart
from pages.parts.words import duration, percent
from pages.parts.workers import worker_pool

# Often until the first loss is there, then once a second: every look takes time from the training
# where server, browser and training share one computer.
WAITING_SECONDS = 0.5
TRAINING_SECONDS = 1.0
POINTS = 250  # a live chart is sent twice a second: no more points than it has pixels to show
# Neither the cat's nor the dog's colour: train dark, test lighter and with markers.
TRAIN = "#00805F"
TEST = "#4FC3A1"
BATCH = "#8A94A0"
STATE_WORDS = {
    "starting": "Starting",
    "waiting": "Waiting for a free place",
    "loading": "Loading the pictures",
    "training": "Training",
    "paused": "Paused",
    "stopping": "Stopping",
    "stopped": "Stopped",
    "finished": "Finished",
    "diverged": "Stopped: the loss is not a number any more",
    "failed": "Failed",
    "interrupted": "Interrupted",
}


def refresh_seconds(status: Status) -> float | None:
    """Return how often to look at a run in this state; None when nothing will change."""
    if not status.active:
        return None
    return TRAINING_SECONDS if status.batch_loss is not None else WAITING_SECONDS


def follow(run: Run) -> None:
    """Show the run, anew as often as its state asks for while a worker is at it."""
    seconds = refresh_seconds(run.status())

    def live() -> None:
        status = run.status()
        if refresh_seconds(status) != seconds:
            st.rerun()  # it began to train or ended: look at another pace, or show the results
        show_state(run, status)
        left, right = st.columns([5, 6], vertical_alignment="bottom", gap="medium")
        with left:
            show_controls(run, status)
        with right:
            show_numbers(run, status)
        show_curves(run)

    st.fragment(live, run_every=seconds, key=f"live-{run.id}")()


def show_state(run: Run, status: Status) -> None:
    """Say in words where the run stands."""
    words = STATE_WORDS[status.state]
    if status.epoch and status.active:
        words += f", epoch {status.epoch} of {status.epochs}"
        words += f", batch {status.step} of {status.steps}" if status.steps else ""
    left = f" · about {duration(status.seconds_left)} left" if status.seconds_left else ""
    st.progress(min(1.0, status.progress), text=f"**{run.name}**: {words}{left}")
    if status.message and status.state not in (*ACTIVE, "finished"):
        tell = st.error if status.state in ("failed", "diverged") else st.info
        tell(status.message)


def show_controls(run: Run, status: Status) -> None:
    """Draw the buttons that work in this state, each obeyed within a second."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if status.active:
            paused = status.state == "paused"
            if st.button(
                "Continue" if paused else "Pause",
                key="pause",
                icon=":material/play_arrow:" if paused else ":material/pause:",
                disabled=status.state not in ("training", "paused"),
            ):
                order(run, "resume" if paused else "pause")
            if st.button(
                "Step",
                key="step",
                icon=":material/skip_next:",
                disabled=status.state not in ("training", "paused"),
                help="Pause, and train one single batch per click.",
            ):
                order(run, "step")
            if st.button(
                "Stop",
                key="stop",
                icon=":material/stop:",
                disabled=status.state == "stopping",
                help="Save the weights and end. You can resume it later.",
            ):
                order(run, "stop")
            learning_rate_control(run)
        elif status.resumable and st.button(
            "Resume", key="resume", type="primary", icon=":material/play_arrow:"
        ):
            try:
                run.start(worker_pool())
            except RunError as error:
                st.error(str(error))
            else:
                st.rerun()


def order(run: Run, command: str) -> None:
    """Give the worker a command; say so when it has gone meanwhile."""
    try:
        getattr(run, command)()
    except RunError as error:
        st.warning(f"{error}.")


def learning_rate_control(run: Run) -> None:
    """Let the learning rate be changed while it trains."""
    key = f"live-rate-{run.id}"
    changes = run.learning_rates()
    current = changes[-1].learning_rate if changes else run.config.learning_rate

    def change() -> None:
        try:
            run.set_learning_rate(float(st.session_state[key]))
        except ValueError as error:
            st.session_state["live-rate-problem"] = str(error)

    st.number_input(
        "Learning rate",
        1e-6,
        10.0,
        float(current),
        step=1e-4,
        format="%.5f",
        key=key,
        on_change=change,
        width=170,
        help="Takes effect from the next batch. Try ten times as much and watch the loss.",
    )
    if problem := st.session_state.pop("live-rate-problem", None):
        st.warning(problem)


def show_numbers(run: Run, status: Status) -> None:
    """Draw the newest figures in a row; a dash stands for not known yet."""
    figures: dict[str, str | None] = {
        "Last batch's loss": None if status.batch_loss is None else f"{status.batch_loss:.3f}",
        "Train accuracy": percent(status.train_accuracy),
        "Test accuracy": percent(status.test_accuracy),
        "Images per second": None
        if status.images_per_second is None
        else f"{status.images_per_second:.0f}",
    }
    if run.config.schedule != "constant" and status.learning_rate is not None:
        figures["Rate now"] = f"{status.learning_rate:.2g}"
    with st.container(horizontal=True, gap="medium"):
        for label, value in figures.items():
            st.metric(label, value or "–", width=112)


def show_curves(run: Run) -> None:
    """Draw loss per batch on the left; loss and accuracy per epoch on the right."""
    left, right = st.columns([1, 1], gap="medium")
    with left:
        batch_chart(run)
        st.caption(
            "What to look for: the smoothed line should fall. Single batches jump, since each has "
            "other pictures. At 0.693 the network is guessing."
        )
    with right:
        epoch_charts(run)


def batch_chart(run: Run) -> None:
    """Draw the loss of every batch and its smoothed line."""
    losses = run.batch_losses()
    steps, values = thin(losses.steps, losses.losses, POINTS)
    smooth_steps, smooth_values = thin(losses.steps, smooth(losses.losses), POINTS)
    line_chart(
        "Loss per batch",
        [
            Series("each batch", steps.tolist(), finite(values), BATCH, width=1, opacity=0.7),
            Series("smoothed", smooth_steps.tolist(), finite(smooth_values), TRAIN, width=2.5),
        ],
        x_label="batch",
        y_label="binary cross entropy",
        key=f"batch-chart-{run.id}",
        empty="The first point comes with the first batch.",
        height=300,
    )


def epoch_charts(run: Run) -> None:
    """Draw train and test loss, and train and test accuracy, after each epoch."""
    epochs = run.epochs()
    numbers = [epoch.epoch for epoch in epochs]
    for name, label, kind in (
        ("loss", "loss", "number"),
        ("accuracy", "share right", "percent"),
    ):
        line_chart(
            f"{name.capitalize()} per epoch",
            [
                Series(
                    "train",
                    numbers,
                    finite([getattr(epoch, f"train_{name}") for epoch in epochs]),
                    TRAIN,
                ),
                Series(
                    "test",
                    numbers,
                    finite([getattr(epoch, f"test_{name}") for epoch in epochs]),
                    TEST,
                    markers=True,
                ),
            ],
            x_label="epoch",
            y_label=label,
            y_format="percent" if kind == "percent" else "number",
            key=f"{name}-chart-{run.id}",
            empty="The first point comes with the end of the first epoch.",
            height=150,
        )
    st.caption(
        "What to look for: when test gets worse while train still gets better, the network is "
        "learning its training pictures by heart."
    )


def finite(values: object) -> list[float | None]:
    """Return a list for JSON in which what is not finite is a gap."""
    return [float(value) if np.isfinite(value) else None for value in np.asarray(values, float)]
