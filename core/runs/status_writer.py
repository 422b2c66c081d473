"""Writes a run's status: what happened last, boiled down to one small file for pages."""

import dataclasses
import time

from core.runs.run import Run
from core.runs.slots import others
from core.runs.status import State, Status
from core.training.events import BatchDone, Begun, Diverged, EpochDone, Evaluating, Event, Finished

STATUS_SECONDS = 0.25
HEARTBEAT_SECONDS = 1.0


class StatusWriter:
    """Keeps the status of ``run`` up to date, at most four times a second unless it changes."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.epochs = run.config.epochs
        self.now = Status(State.STARTING, "Starting.", epochs=self.epochs)
        self.written_at = 0.0

    def change(self, **numbers: int | float | None) -> None:
        """Take numbers over; they are written with the next ``show``."""
        self.now = dataclasses.replace(self.now, **numbers)  # type: ignore[arg-type]

    def show(self, state: State, message: str, every: float = 0.0) -> None:
        """Set state and message and write the status, unless that was done ``every`` s ago."""
        changed = state != self.now.state
        self.now = dataclasses.replace(self.now, state=state, message=message)
        if state is not State.WAITING:
            self.change(queue_place=None)
        if changed or time.monotonic() - self.written_at >= every:
            self.run.write_status(self.now)
            self.written_at = time.monotonic()

    def show_waiting(self, place: int) -> None:
        """Say that the run waits for a slot, and its place in the queue as soon as that changes."""
        moved = place != self.now.queue_place
        self.change(queue_place=place)
        sentence = f"Waiting, number {place} in the queue: {others()} this machine."
        self.show(State.WAITING, sentence, every=0.0 if moved else HEARTBEAT_SECONDS)

    def show_begun(self, begun: Begun) -> None:
        """Start from the position and the numbers of an earlier worker."""
        last = max(self.run.log.epochs(), key=lambda done: done.epoch, default=None)
        self.change(
            epoch=min(begun.epoch + 1, self.epochs),
            step=begun.step,
            steps=begun.steps,
            progress=(begun.epoch * begun.steps + begun.step) / (self.epochs * begun.steps),
            peak_learning_rate=begun.learning_rate,
            train_loss=last.train_loss if last else None,
            train_accuracy=last.train_accuracy if last else None,
            test_loss=last.test_loss if last else None,
            test_accuracy=last.test_accuracy if last else None,
        )

    def show_event(self, event: Event) -> None:
        """Put an event's numbers into the status."""
        if isinstance(event, BatchDone):
            self.change(
                epoch=event.epoch,
                step=event.step,
                steps=event.steps,
                progress=((event.epoch - 1) * event.steps + event.step)
                / (self.epochs * event.steps),
                images_per_second=event.images_per_second,
                seconds_left=event.seconds_left,
                learning_rate=event.learning_rate,
                batch_loss=event.loss,
            )
            self.show(State.TRAINING, "", every=STATUS_SECONDS)
        elif isinstance(event, Evaluating):
            sentence = f"Testing epoch {event.epoch}: {event.images} of {event.total} photos."
            self.show(State.TRAINING, sentence, every=STATUS_SECONDS)
        elif isinstance(event, EpochDone):
            self.change(
                train_loss=event.train_loss,
                train_accuracy=event.train_accuracy,
                test_loss=event.test_loss,
                test_accuracy=event.test_accuracy,
            )
            self.show(State.TRAINING, "")
        elif isinstance(event, Finished):
            self.change(progress=1.0, seconds_left=0.0)
            self.show(State.FINISHED, f"Finished after {event.epoch} epochs.")
        elif isinstance(event, Diverged):
            self.change(seconds_left=None)
            self.show(State.DIVERGED, event.message)
