"""Trains one run and writes it all down: in a process of its own, or in the command line's.

Importing this module is cheap: torch and the photos' decoders come when a slot is free.
"""

import contextlib
import time
import traceback
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from filelock import Timeout

from core.architecture.library import name_of, text_of
from core.errors import RunError, sentence_for
from core.files import write_json
from core.runs.checkpoints import Position
from core.runs.commands import POLL_SECONDS, Action
from core.runs.event_log import EventLogWriter
from core.runs.predictions import remove_predictions_after, write_predictions, write_test_photos
from core.runs.run import Run
from core.runs.slots import SLOTS, Slot, claimed
from core.runs.status import State
from core.runs.status_writer import HEARTBEAT_SECONDS, STATUS_SECONDS, StatusWriter
from core.system import set_torch_threads
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

if TYPE_CHECKING:
    from core.data import Data
    from core.training.state import TrainingState

LOCK_SECONDS = 3.0
CHECKPOINT_SECONDS = 60.0
"""Time between checkpoints within one long epoch."""
REST_SECONDS = 1.0
"""A pause this long saves a checkpoint; a single step after a shorter one need not wait for it."""


class StopAskedError(Exception):
    """Somebody wants the training to end here."""


class Worker:
    """Trains one run from where it stands, writes it all down, and obeys its commands."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.status = StatusWriter(run)
        self.checkpoint_at = 0.0
        self.stop_asked = self.paused = False
        self.single_steps = 0
        self.learning_rate: float | None = None
        self.slot = Slot()
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
            try:
                yield from self.train()
            except StopAskedError:  # before the first batch
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
            for event in train(state, data, self.run.config):
                if isinstance(event, EpochDone) and event.probabilities is not None:
                    # Before the log: whoever reads there of an epoch finds its answers.
                    write_predictions(self.run.path, event.epoch, event.probabilities)
                log.add(event)
                self.keep(event, state, log)
                self.status.show_event(event)
                yield event
                if isinstance(event, Finished | Diverged):
                    return
                # Behind these two the end of their batch is still to come.
                if not isinstance(event, EnginesCompared | LayersMeasured):
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

    # Before the first batch

    def wait_for_slot(self) -> None:
        """Return when a training may run; says so while it has to wait."""
        while not self.slot.take():
            sentence = f"Waiting: {SLOTS} other trainings use this machine."
            self.status.show(State.WAITING, sentence, every=HEARTBEAT_SECONDS)
            self.take_commands()
            if self.stop_asked:
                raise StopAskedError
            time.sleep(POLL_SECONDS)

    def load_data(self) -> "Data":
        """Load the photos; a stop is obeyed meanwhile."""
        from core.data import DataRequest, load_data

        def progress(done: int, total: int) -> None:
            sentence = f"Loading the photos: {done} of {total}."
            self.status.show(State.LOADING, sentence, every=STATUS_SECONDS)
            self.take_commands()
            if self.stop_asked:
                raise StopAskedError

        return load_data(DataRequest.of(self.run.config), progress)

    def prepare(self, data: "Data") -> tuple["TrainingState", Begun]:
        """Build the network and take up the newest checkpoint, if there is one."""
        from core.data.batching import batch_slices
        from core.training.state import build_state

        config, note = self.run.config, self.write_facts(data)
        state = build_state(config)
        checkpoint = self.run.checkpoints.newest()
        if checkpoint is not None:
            state.learner.load_weights(checkpoint.weights)
            state.learner.load_optimizer_arrays(checkpoint.optimizer)
            state.restore(checkpoint.facts["state"])
            if not checkpoint.optimizer:
                note += "The optimiser starts afresh: its memory was not kept. "
            self.saved = checkpoint.position
        self.run.checkpoints.remove_after(Position(state.epoch, state.step))
        remove_predictions_after(self.run.path, state.epoch)
        write_test_photos(self.run.path, data.test, data.classes)
        self.state = state
        steps = len(batch_slices(len(data.train), config.batch_size))
        return state, Begun(state.epoch, state.step, steps, state.learning_rate, note.strip())

    def write_facts(self, data: "Data") -> str:
        """Add to config.json what the data turned out to be; return what changed since last time.

        Other classes than before are a ``RunError``: the weights would mean something else.
        """
        import torch

        record = self.run.record
        facts: dict[str, Any] = {
            "classes": list(data.classes),
            "source": data.source,
            "photos": {"train": len(data.train), "test": len(data.test)},
        }
        before = {name: record.get(name, value) for name, value in facts.items()}
        if before["classes"] != facts["classes"]:
            raise RunError(
                f"This run learnt {' and '.join(before['classes'])}, but its data now holds "
                f"{' and '.join(facts['classes'])}."
            )
        # Sums over another number of threads round differently, and a run must stay repeatable.
        facts["threads"] = record.get("threads", torch.get_num_threads())
        set_torch_threads(facts["threads"])
        write_json(self.run.path / "config.json", record | facts, durable=True)
        if before["photos"] != facts["photos"]:
            return "The data has changed since this run was begun. "
        return ""

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
        config = self.run.config
        facts = {
            "model": name_of(config.model),
            "network": text_of(config.model),
            "image_size": config.image_size,
            "classes": list(self.run.classes or ()),
            "mistakes": [str(mistake) for mistake in config.mistakes],
            "accuracy": state.test_accuracy,
            "recipe": config.to_dict(),
            "state": state.to_dict(),
        }
        learner = state.learner
        self.run.checkpoints.save(here, learner.weights(), learner.optimizer_arrays(), facts)
        self.saved, self.checkpoint_at = here, time.monotonic()

    def fail(self, error: Exception) -> None:
        """Leave a sentence in the status and the traceback in worker.log, as far as possible."""
        with contextlib.suppress(OSError):  # the disk itself may be what failed
            with (self.run.path / "worker.log").open("a", encoding="utf-8") as log:
                traceback.print_exception(error, file=log)
            self.status.show(State.FAILED, sentence_for(error))
