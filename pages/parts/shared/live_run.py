"""Following a run while it learns: where it stands and its controls, all in place."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from core.config import LIMITS
from core.errors import GlassError
from core.runs.beginning import start_again
from core.runs.commands import Action
from core.runs.run import Run
from core.runs.status import State, Status
from core.wording import spoken_time
from pages.parts.shared.audience import crowd_pace, look_on
from pages.parts.shared.deleted import said_when_deleted
from pages.parts.shared.rate_box import rate_box
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.visitor import NOT_YOURS, changing, is_mine, visitor
from pages.parts.shared.watched import watch_the_tab, while_seen
from pages.parts.shared.words import escape_markdown
from pages.parts.shared.workers import worker_pool

# Often until the first loss is there, then once a second, in a long training every two: every look
# takes time from the training where server, browser and training share one computer. Where many
# follow, each looks more seldom still.
WAITING_SECONDS = 0.5
SHORT_SECONDS = 1.0
LONG_SECONDS = 2.0
LONG_TRAINING = 60.0
OBEYED_SECONDS = 1.0
MORE_EPOCHS = 5
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
        return WAITING_SECONDS * crowd_pace()
    long = status.seconds_left is not None and status.seconds_left > LONG_TRAINING
    return (LONG_SECONDS if long else SHORT_SECONDS) * crowd_pace()


def follow_live(
    run: Run,
    drawn: Status,
    draw: Callable[[Status], None],
    options: Callable[[], None] = lambda: None,
) -> None:
    """Show a run's controls, where it stands and what ``draw`` draws, the last two in place.

    The controls stand outside of what is drawn again and again: they change with the state and the
    learning rate only. ``options`` draws further ones beside them. ``drawn`` is the status of which
    the list of runs was drawn: read anew here, a change between the two would never reach the list.
    """
    with st.container(key="run-controls", gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            show_controls(run, drawn)
            options()
        if not is_mine(run):
            st.caption(NOT_YOURS)
        if note := run.log.note():
            st.caption(escape_markdown(note))
        if problem := st.session_state.pop("control-problem", None):
            st.markdown(f":red[{escape_markdown(problem)}]")

    def live() -> None:
        look_on()
        status = run.status()
        if seen(status) != seen(drawn) or not fits(pace, status):
            st.rerun()  # other controls, another pace, or the results
        show_state(status)
        with said_when_deleted(run.path):
            draw(status)

    if drawn.active:
        watch_the_tab()
    pace = refresh_seconds(drawn)
    redrawn(live, every=while_seen(pace), key=f"live-{run.id}")


def seen(status: Status) -> tuple[object, ...]:
    """Return what the controls and the list of runs depend on."""
    return status.spoken_state, status.peak_learning_rate


def fits(pace: float | None, status: Status) -> bool:
    """Tell whether a run is looked at as often as it should be.

    The time left is an estimate: the page is not drawn anew while it wavers around a minute.
    """
    left = status.seconds_left or 0.0
    wavering = [replace(status, seconds_left=left * share) for share in (0.5, 1.0, 2.0)]
    return pace in map(refresh_seconds, wavering)


def show_state(status: Status) -> None:
    """Say in words where the run stands."""
    words = STATE_WORDS[status.state]
    if status.queue_place is not None:
        words += f", number {status.queue_place} in the queue"
    if status.epoch and status.active:
        words += f", epoch {status.epoch} of {status.epochs}"
        words += f", batch {status.step} of {status.steps}" if status.steps else ""
    left = ""
    if status.active and status.seconds_left:
        left = f" · about {spoken_time(status.seconds_left)} left"
    if status.resumable and status.state is not State.FAILED:
        words = escape_markdown(status.message) or words
    st.progress(min(1.0, status.progress), text=f"{words}{left}")
    if status.message and status.state in (State.FAILED, State.DIVERGED):
        st.error(escape_markdown(status.message))


def show_controls(run: Run, status: Status) -> None:
    """Draw the same row in every state, so that nothing below it moves when the state changes.

    What works is obeyed within a second; what does not is there, but cannot be pressed. A run that
    the visitor may not change has the row too, and none of it works.
    """
    mine = is_mine(run)
    busy = status.state not in (State.TRAINING, State.PAUSED) or not mine
    if status.state is State.PAUSED:
        order_button(run, Action.RESUME, "Continue", icon=":material/play_arrow:", disabled=busy)
    elif status.active:
        order_button(run, Action.PAUSE, "Pause", icon=":material/pause:", disabled=busy)
    else:
        go_on_button(run, status)
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
        disabled=not mine or not status.active or status.state is State.STOPPING,
        help="Save the weights and end. You can resume it later.",
    )
    rate_box(
        status.peak_learning_rate or run.config.learning_rate,
        key=f"live-rate-{run.id}",
        disabled=not mine or not status.active,
        on_change=lambda text: change_rate(run, text),
    )


def go_on_button(run: Run, status: Status) -> None:
    """Draw what lets a training that stands still go on: from where it was left, or for longer."""
    if status.state is State.FINISHED:
        epochs = run.config.epochs + MORE_EPOCHS
        label, key, help = "Train on", "train-on", f"{MORE_EPOCHS} epochs more, {epochs} in all."
        if run.config.schedule == "cosine":
            help += " The learning rate rises again: its cosine now ends after the last of them."
        possible = epochs <= LIMITS["epochs"][1]
    else:
        label, key, help = "Resume", "resume", "Go on from the newest checkpoint."
        possible = status.resumable
    st.button(
        label,
        key=key,
        type="primary" if status.resumable else "secondary",
        icon=":material/play_arrow:",
        disabled=not possible or not is_mine(run),
        help=help,
        on_click=go_on,
        args=(run, status),
    )


def go_on(run: Run, status: Status) -> None:
    """Let a worker take the run up, for some epochs more when it had finished."""
    try:
        more = run.config.epochs + MORE_EPOCHS if status.state is State.FINISHED else None
        start_again(run, visitor(), worker_pool(), more)
    except GlassError as error:
        st.session_state["control-problem"] = str(error)


def order_button(
    run: Run,
    action: Action,
    label: str,
    *,
    icon: str,
    disabled: bool = False,
    help: str | None = None,
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
        changing(run).send(action)
    except GlassError as error:
        st.toast(escape_markdown(str(error)))
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


def change_rate(run: Run, text: str) -> None:
    """Give the worker another learning rate, or say why it cannot have it."""
    try:
        rate = float(text.replace(",", "."))
    except ValueError:
        st.session_state["control-problem"] = f"Learning rate must be a number, not {text!r}."
        return
    try:
        changing(run).set_learning_rate(rate)
    except GlassError as error:
        st.session_state["control-problem"] = str(error)


def finite(values: object) -> list[float | None]:
    """Return a list for JSON in which what is not finite is a gap.

    Six digits are more than a chart shows, and less than half of what is sent with all of them.
    """
    return [
        float(f"{value:.6g}") if np.isfinite(value) else None for value in np.asarray(values, float)
    ]
