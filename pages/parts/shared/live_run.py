"""Following a run while it learns: where it stands and its controls, all in place."""

import time
from collections.abc import Callable

import numpy as np
import streamlit as st

from core.errors import RunError
from core.runs.commands import Action
from core.runs.run import Run
from core.runs.status import ACTIVE, State, Status
from core.wording import spoken_time
from pages.parts.shared.workers import worker_pool

# Often until the first loss is there, then once a second, in a long training every two: every look
# takes time from the training where server, browser and training share one computer.
WAITING_SECONDS = 0.5
SHORT_SECONDS = 1.0
LONG_SECONDS = 2.0
LONG_TRAINING = 60.0
OBEYED_SECONDS = 1.0
POINTS = 250  # a live chart is sent again and again: no more points than can be told apart
STATE_WORDS = {
    State.STARTING: "Starting",
    State.WAITING: "Waiting for a free place",
    State.LOADING: "Loading the pictures",
    State.TRAINING: "Training",
    State.PAUSED: "Paused",
    State.STOPPING: "Stopping",
    State.STOPPED: "Stopped",
    State.FINISHED: "Finished",
    State.DIVERGED: "Stopped: the loss is not a number any more",
    State.FAILED: "Failed",
    State.INTERRUPTED: "Interrupted",
}


def refresh_seconds(status: Status) -> float | None:
    """Return how often to look at a run in this state; None when nothing will change."""
    if not status.active:
        return None
    if status.batch_loss is None:
        return WAITING_SECONDS
    long = status.seconds_left is not None and status.seconds_left > LONG_TRAINING
    return LONG_SECONDS if long else SHORT_SECONDS


def follow_live(run: Run, draw: Callable[[Status], None]) -> None:
    """Show a run's controls, where it stands and what ``draw`` draws, the last two in place.

    The controls stand outside of what is drawn again and again: they change with the state only.
    """
    drawn = run.status()
    show_controls(run, drawn)

    def live() -> None:
        status = run.status()
        if (status.state, refresh_seconds(status)) != (drawn.state, refresh_seconds(drawn)):
            st.rerun()  # other controls, another pace, or the results
        show_state(run, status)
        draw(status)

    st.fragment(live, run_every=refresh_seconds(drawn), key=f"live-{run.id}")()


def show_state(run: Run, status: Status) -> None:
    """Say in words where the run stands."""
    words = STATE_WORDS[status.state]
    if status.epoch and status.active:
        words += f", epoch {status.epoch} of {status.epochs}"
        words += f", batch {status.step} of {status.steps}" if status.steps else ""
    left = f" · about {spoken_time(status.seconds_left)} left" if status.seconds_left else ""
    st.progress(min(1.0, status.progress), text=f"**{run.name}**: {words}{left}")
    if status.message and status.state not in (*ACTIVE, State.FINISHED):
        tell = st.error if status.state in (State.FAILED, State.DIVERGED) else st.info
        tell(status.message)


def show_controls(run: Run, status: Status) -> None:
    """Draw the buttons that work in this state, each obeyed within a second."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if status.active:
            paused = status.state is State.PAUSED
            busy = status.state not in (State.TRAINING, State.PAUSED)
            order_button(
                run,
                Action.RESUME if paused else Action.PAUSE,
                "Continue" if paused else "Pause",
                icon=":material/play_arrow:" if paused else ":material/pause:",
                disabled=busy,
            )
            order_button(
                run,
                Action.STEP,
                "Step",
                icon=":material/skip_next:",
                disabled=busy,
                help="Pause, and train one single batch per click.",
            )
            order_button(
                run,
                Action.STOP,
                "Stop",
                icon=":material/stop:",
                disabled=status.state is State.STOPPING,
                help="Save the weights and end. You can resume it later.",
            )
            learning_rate_control(run, status)
        elif status.resumable and st.button(
            "Resume", key="resume", type="primary", icon=":material/play_arrow:"
        ):
            try:
                worker_pool().start(run)
            except RunError as error:
                st.error(str(error))
            else:
                st.rerun()


def order_button(
    run: Run, action: Action, label: str, *, icon: str, disabled: bool, help: str | None = None
) -> None:
    """Draw a button that gives the worker a command.

    Each label is a button of its own: a click means what was read when it was clicked.
    """
    st.button(
        label,
        key=label.lower(),
        on_click=order,
        args=(run, action),
        icon=icon,
        disabled=disabled,
        help=help,
    )


def order(run: Run, action: Action) -> None:
    """Give the worker a command and wait until it is seen to obey, or say that it has gone."""
    before = run.status()
    try:
        run.send(action)
    except RunError as error:
        st.toast(str(error))
        return
    deadline = time.monotonic() + OBEYED_SECONDS
    while time.monotonic() < deadline:
        now = run.status()
        obeyed = now.state != before.state
        if action is Action.STEP:  # it trains for one batch and rests again
            obeyed = now.state is not State.TRAINING and (obeyed or now.step != before.step)
        if obeyed:
            return
        time.sleep(0.02)


def learning_rate_control(run: Run, status: Status) -> None:
    """Let the learning rate be changed while it trains."""
    key = f"live-rate-{run.id}"
    current = status.peak_learning_rate or run.config.learning_rate

    def change() -> None:
        try:
            run.set_learning_rate(float(st.session_state[key]))
        except ValueError as error:
            st.session_state["live-rate-problem"] = str(error)

    # No limits: Streamlit would keep the last good number without a word.
    st.number_input(
        "Learning rate",
        value=float(current),
        step=1e-4,
        format="%.5f",
        key=key,
        on_change=change,
        width=170,
        help="Takes effect from the next batch. Try ten times as much and watch the loss.",
    )
    if problem := st.session_state.pop("live-rate-problem", None):
        st.warning(problem)


def finite(values: object) -> list[float | None]:
    """Return a list for JSON in which what is not finite is a gap."""
    return [float(value) if np.isfinite(value) else None for value in np.asarray(values, float)]
