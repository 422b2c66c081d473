"""Trains one run and writes it all down: in a process of its own, or in the command line's.

Importing this module is cheap: torch and the photos' decoders come when a slot is free.
"""

import contextlib
import time
import traceback
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from filelock import Timeout

from core.errors import DataError, RunError, sentence_for
from core.runs.certainty import add_likeness, certainty_facts, keep_answers
from core.runs.checkpoints import Position
from core.runs.commands import POLL_SECONDS, Action
from core.runs.end import forget_end
from core.runs.event_log import EventLogWriter
from core.runs.photos import load_photos
from core.runs.photos_elsewhere import missing_photos
from core.runs.predictions import remove_predictions_after, write_test_photos
from core.runs.queue import wait_for
from core.runs.run import Run
from core.runs.slots import Slot, claimed
from core.runs.status import State
from core.runs.status_writer import HEARTBEAT_SECONDS, STATUS_SECONDS, StatusWriter
from core.runs.taking_up import (
    Settled,
    facts_of,
    lost_weights,
    remove_halves,
    settle,
    take_up,
    write_facts,
)
from core.runs.turns import wait_for_pages
from core.small_host import small_host
from core.training.events import (
    BatchDone,
    Begun,
    Diverged,
    EnginesCompared,
    EpochDone,
    Event,
    Finished,
    LayersMeasured,
    LearningRateChanged,
    Stopped,
)
from core.training.team import ALONE, Order, Team

if TYPE_CHECKING:
    from core.data import Data
    from core.training.state import TrainingState

LOCK_SECONDS = 3.0
CHECKPOINT_SECONDS = 60.0
"""Time between checkpoints within one long epoch."""
REST_SECONDS = 1.0
"""A pause this long saves a checkpoint; a single step after a shorter one need not wait for it."""
HALFWAY = (EnginesCompared, LayersMeasured)
"""Events behind which the end of their batch is still to come."""


class StopAskedError(Exception):
    """Somebody wants the training to end here."""


class Worker:
    """Trains one run from where it stands, writes it all down, and obeys its commands.

    In a team it is the first process, and tells the others what to do; they are
    ``core.runs.peer``.
    """

    def __init__(self, run: Run, team: Team = ALONE) -> None:
        self.run = run
        self.team = team
        self.status = StatusWriter(run)
        self.checkpoint_at = 0.0
        self.stop_asked = self.paused = False
        self.single_steps = 0
        self.learning_rate: float | None = None
        self.slot = Slot()
        self.config = run.config
        self.state: TrainingState | None = None
        self.saved: Position | None = None

    def ask_to_stop(self) -> None:
        """End after the batch in work, with a checkpoint; a signal handler may call this."""
        self.stop_asked = True

    def events(self) -> Generator[Event, None, None]:
        """Train and yield every event after it was written down.

        The last one is ``Finished``, ``Diverged`` or ``Stopped``. Whatever goes wrong is written
        to the run as a sentence, with its traceback in worker.log, and raised. ``RunError`` when
        another worker is at this run.
        """
        try:
            lock = self.run.lock().acquire(timeout=LOCK_SECONDS)
        except Timeout:
            raise RunError(f"The run {self.run.name} is already being trained.") from None
        with lock, claimed(self.slot):
            forget_end(self.run.path)
            try:
                yield from self.train()
            except StopAskedError:  # before the first batch
                self.team.share(None)
                self.status.show(State.STOPPED, "Stopped before its first batch.")
                yield Stopped(0, 0)
            except Exception as error:
                self.fail(error)
                raise

    def train(self) -> Iterator[Event]:
        """Wait for a slot, load, restore, train."""
        self.wait_for_slot()
        self.status.show(State.LOADING, "Loading the photos.")
        data = self.load_data()
        self.status.show(State.LOADING, "Building the network.")
        state, begun = self.prepare(data)
        log = EventLogWriter(self.run.path / "events.jsonl")
        with contextlib.closing(log):
            log.add(begun)
            self.status.show_begun(begun)
            yield begun
            yield from self.record(data, state, log)

    def record(self, data: "Data", state: "TrainingState", log: EventLogWriter) -> Iterator[Event]:
        """Write every event down before handing it on; between two batches obey."""
        from core.training.loop import train

        self.status.show(State.TRAINING, "")
        self.checkpoint_at = time.monotonic()
        try:
            self.obey(state, log)
            for event in train(state, data, self.config):
                if isinstance(event, EpochDone) and event.probabilities is not None:
                    # Before the log: whoever reads there of an epoch finds its answers.
                    keep_answers(self.run, event.epoch, event.probabilities)
                if isinstance(event, Finished):
                    self.status.show(State.TRAINING, "Learning what is unlike all its photos.")
                    add_likeness(self.run, data, self.leave_when_asked)
                log.add(event)
                self.keep(event, state, log)
                self.status.show_event(event)
                yield event
                if isinstance(event, Finished | Diverged):
                    return
                if not isinstance(event, HALFWAY):
                    self.obey(state, log)
        except (StopAskedError, GeneratorExit) as reason:
            self.status.show(State.STOPPING, "Saving a checkpoint.")
            stopped = Stopped(state.epoch, state.step)
            log.add(stopped)
            self.save(state, log)
            self.status.show(State.STOPPED, "Stopped; it can go on from here.")
            if isinstance(reason, GeneratorExit):
                raise
            yield stopped

    # Before the first batch, and after the last one

    def leave_when_asked(self) -> None:
        """Raise ``StopAskedError`` when somebody wants the training to end."""
        self.take_commands()
        if self.stop_asked:
            raise StopAskedError

    def wait_for_slot(self) -> None:
        """Return when a training may run; says so while it has to wait."""

        def tell(place: int) -> None:
            self.status.show_waiting(place)
            self.leave_when_asked()

        wait_for(self.slot, tell)

    def load_data(self) -> "Data":
        """Load the photos; a stop is obeyed meanwhile."""

        def progress(done: int, total: int) -> None:
            sentence = f"Loading the photos: {done} of {total}."
            self.status.show(State.LOADING, sentence, every=STATUS_SECONDS)
            self.leave_when_asked()

        if missing := missing_photos(self.run):
            raise DataError(missing)
        return load_photos(self.config, progress)

    def prepare(self, data: "Data") -> tuple["TrainingState", Begun]:
        """Build the network and take up the newest checkpoint, if there is one."""
        import torch

        from core.data.batching import batch_slices
        from core.training.state import build_state

        note = write_facts(self.run, data, self.team)
        self.config = config = settle(self.run, self.team)
        photos = (len(data.train), len(data.test))
        self.team.share(Settled(self.run.path, config, torch.get_num_threads(), photos))
        self.team.wait_for_all()
        state = build_state(config, self.team)
        checkpoint = take_up(state, self.run)
        if checkpoint is not None:
            if not checkpoint.optimizer:
                note += "The optimiser starts afresh: its memory was not kept. "
            self.saved = checkpoint.position
        note += lost_weights(self.run, state.epoch)
        self.run.checkpoints.remove_after(Position(state.epoch, state.step))
        remove_halves(self.run)
        remove_predictions_after(self.run.path, state.epoch)
        write_test_photos(self.run.path, data.test, data.classes)
        self.state = state
        steps = len(batch_slices(config.views * len(data.train), config.batch_size))
        return state, Begun(state.epoch, state.step, steps, state.learning_rate, note.strip())

    # Between two batches

    def take_commands(self) -> None:
        """Remember what the waiting commands ask for."""
        for command in self.run.commands.take():
            if command.action is Action.PAUSE:
                self.paused = True
            elif command.action is Action.RESUME:
                self.paused, self.single_steps = False, 0
            elif command.action is Action.STEP:
                self.paused, self.single_steps = True, self.single_steps + 1
            elif command.action is Action.STOP:
                self.stop_asked = True
            elif command.action is Action.LEARNING_RATE:
                self.learning_rate = command.value

    def obey(self, state: "TrainingState", log: EventLogWriter) -> None:
        """Carry commands out; return when the next batch may be trained."""
        self.take_commands()
        self.change_learning_rate(state, log)
        if self.paused and not self.single_steps and not self.stop_asked:
            self.rest(state, log)
        wait_for_pages()
        self.team.order(Order.STOP if self.stop_asked else Order.GO, state.learning_rate)
        if self.stop_asked:
            raise StopAskedError

    def change_learning_rate(self, state: "TrainingState", log: EventLogWriter) -> None:
        """Apply a changed learning rate and log it."""
        if self.learning_rate is not None:
            state.learning_rate, self.learning_rate = self.learning_rate, None
            self.status.change(peak_learning_rate=state.learning_rate)
            self.status.show(self.status.now.state, self.status.now.message)
            log.add(LearningRateChanged(state.epoch, state.step, state.learning_rate))
            self.saved = None  # a checkpoint from before the change does not know it

    def rest(self, state: "TrainingState", log: EventLogWriter) -> None:
        """Wait without using the processor until someone wants a step, all of it, or an end."""
        if not small_host():  # its memory stays taken, and there is none for another one
            self.slot.leave()
        log.flush()
        began = time.monotonic()
        self.status.show(State.PAUSED, "Paused.")
        while self.paused and not self.single_steps and not self.stop_asked:
            time.sleep(POLL_SECONDS)
            if time.monotonic() - began > REST_SECONDS:
                self.save(state, log)
            self.take_commands()
            self.change_learning_rate(state, log)
            self.status.show(State.PAUSED, "Paused.", every=HEARTBEAT_SECONDS)
        if not self.paused and not self.stop_asked:
            self.wait_for_slot()
        if not self.stop_asked:
            self.status.show(State.TRAINING, "")

    # Writing it down

    def keep(self, event: Event, state: "TrainingState", log: EventLogWriter) -> None:
        """Save what an event is worth: weights after an epoch, or once a minute."""
        if isinstance(event, HALFWAY):
            return  # the weights know a batch that the log does not know yet
        if isinstance(event, EpochDone):
            self.save(state, log)
        elif isinstance(event, Diverged):
            self.run.checkpoints.remove_after(Position(state.epoch, state.step))
            self.save(state, log)
        elif time.monotonic() - self.checkpoint_at > CHECKPOINT_SECONDS:
            self.save(state, log)
        if isinstance(event, BatchDone) and self.single_steps:
            self.single_steps -= 1

    def save(self, state: "TrainingState", log: EventLogWriter) -> None:
        """Write a checkpoint, after the log: the log must know all that a checkpoint has seen."""
        here = Position(state.epoch, state.step)
        if here == self.saved:
            return
        log.flush(durable=True)
        facts = facts_of(self.run, self.config, state) | certainty_facts(self.run, here)
        self.run.checkpoints.save(here, state.weights(), state.memory(), facts)
        self.saved, self.checkpoint_at = here, time.monotonic()

    def fail(self, error: Exception) -> None:
        """Leave a sentence in the status and the traceback in worker.log, as far as possible."""
        with contextlib.suppress(OSError):  # the disk itself may be what failed
            self.status.show(State.FAILED, sentence_for(error))
        with (
            contextlib.suppress(OSError),
            (self.run.path / "worker.log").open("a", encoding="utf-8") as log,
        ):
            traceback.print_exception(error, file=log)
