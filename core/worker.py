"""The process that trains a run: ``python -m core.worker RUN_DIR``.

Without RUN_DIR it imports everything that takes long and then waits for the path on its standard
input; the end of that input ends it. A run can be handed over like this without waiting seconds
for torch. The command line trains with the same ``Worker``, in its own process.
"""

import contextlib
import faulthandler
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import Timeout

from core.checkpoint import Position
from core.control import POLL_SECONDS
from core.events import (
    BatchDone,
    Begun,
    Diverged,
    EpochDone,
    Event,
    Finished,
    LearningRateChanged,
    Stopped,
)
from core.files import write_json
from core.history import EventWriter
from core.places import PLACES, Place, claimed
from core.reporter import HEARTBEAT_SECONDS, STATUS_SECONDS, Reporter
from core.runs import Run, RunError
from core.schedule import steps_per_epoch
from core.system import set_torch_threads

if TYPE_CHECKING:
    from core.data.dataset import Data
    from core.training import TrainingState

NICENESS = 5
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
        self.reporter = Reporter(run)
        self.checkpoint_at = 0.0
        self.stop_asked = self.paused = False
        self.single_steps = 0
        self.learning_rate: float | None = None
        self.place = Place()
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
            raise RunError(f"the run {self.run.name} is already being trained") from None
        with lock, claimed(self.place):
            try:
                yield from self.train()
            except StopAskedError:  # before the first batch
                self.reporter.show("stopped", "Stopped before its first batch.")
                yield Stopped(0, 0)
            except Exception as error:
                self.fail(error)
                raise

    def train(self) -> Iterator[Event]:
        """Wait for a place, load, restore, train."""
        self.wait_for_place()
        self.reporter.show("loading", "Loading the photos.")
        data = self.load_data()
        self.reporter.show("loading", "Building the network.")
        state, begun = self.prepare(data)
        writer = EventWriter(self.run.path / "events.jsonl")
        with contextlib.closing(writer):
            writer.add(begun)
            self.reporter.show_begun(begun)
            yield begun
            yield from self.record(data, state, writer)

    def record(self, data: "Data", state: "TrainingState", writer: EventWriter) -> Iterator[Event]:
        """Write every event down before handing it on; between two of them obey."""
        from core.training import train

        self.reporter.show("training", "")
        self.checkpoint_at = time.monotonic()
        stream = train(state.learner.model, data, self.run.config, state)
        try:
            self.obey(state, writer)
            for event in stream:
                writer.add(event)
                self.keep(event, state, writer)
                self.reporter.show_event(event)
                yield event
                if isinstance(event, Finished | Diverged):
                    return
                self.obey(state, writer)
        except (StopAskedError, GeneratorExit) as reason:
            self.reporter.show("stopping", "Saving a checkpoint.")
            stopped = Stopped(state.epoch, state.step)
            writer.add(stopped)
            self.save(state, writer)
            self.reporter.show("stopped", "Stopped; it can go on from here.")
            if isinstance(reason, GeneratorExit):
                raise
            yield stopped

    # Before the first batch

    def wait_for_place(self) -> None:
        """Return when a training may run; says so while it has to wait."""
        while not self.place.take():
            sentence = f"Waiting: {PLACES} other trainings use this machine."
            self.reporter.show("waiting", sentence, every=HEARTBEAT_SECONDS)
            self.take_commands()
            if self.stop_asked:
                raise StopAskedError
            time.sleep(POLL_SECONDS)

    def load_data(self) -> "Data":
        """Load the photos; a stop is obeyed meanwhile."""
        from core.data import load_data

        def progress(done: int, total: int) -> None:
            sentence = f"Loading the photos: {done} of {total}."
            self.reporter.show("loading", sentence, every=STATUS_SECONDS)
            self.take_commands()
            if self.stop_asked:
                raise StopAskedError

        config = self.run.config
        return load_data(
            config.data,
            image_size=config.image_size,
            train_per_class=config.train_per_class,
            test_per_class=config.test_per_class,
            seed=config.seed,
            progress=progress,
        )

    def prepare(self, data: "Data") -> tuple["TrainingState", Begun]:
        """Build the network and take up the newest checkpoint, if there is one."""
        from core.predictions import remove_predictions_after, write_test_photos

        config, note = self.run.config, self.write_facts(data)
        state = self.build_state()
        checkpoint = self.run.checkpoints.newest()
        if checkpoint is not None:
            state.learner.load_weights(checkpoint.weights)
            state.learner.load_optimizer_arrays(checkpoint.optimizer)
            state.restore(checkpoint.facts["state"])
            if not checkpoint.optimizer:
                note += "The optimiser starts afresh: its memory was not kept. "
            self.saved = checkpoint.position
        here = Position(state.epoch, state.step)
        self.run.checkpoints.remove_after(here)
        remove_predictions_after(self.run.path, state.epoch)
        write_test_photos(self.run.path, data.test, data.classes)
        self.state = state
        steps = steps_per_epoch(len(data.train.labels), config.batch_size)
        return state, Begun(state.epoch, state.step, steps, state.learning_rate, note.strip())

    def build_state(self) -> "TrainingState":
        """Build the network and its optimiser, with nothing trained yet."""
        from core.training import build_state

        return build_state(self.run.config)

    def write_facts(self, data: "Data") -> str:
        """Add to config.json what the data turned out to be; return what changed since last time.

        Other classes than before are a ``RunError``: the weights would mean something else.
        """
        import torch

        record = self.run.record
        facts: dict[str, Any] = {
            "classes": list(data.classes),
            "source": data.source,
            "photos": {"train": len(data.train.labels), "test": len(data.test.labels)},
        }
        before = {name: record.get(name, value) for name, value in facts.items()}
        if before["classes"] != facts["classes"]:
            raise RunError(
                f"this run learnt {' and '.join(before['classes'])}, but its data now holds "
                f"{' and '.join(facts['classes'])}"
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
        for command in self.run.mailbox.take():
            if command.name == "pause":
                self.paused = True
            elif command.name == "resume":
                self.paused, self.single_steps = False, 0
            elif command.name == "step":
                self.paused, self.single_steps = True, self.single_steps + 1
            elif command.name == "stop":
                self.stop_asked = True
            elif command.name == "learning_rate":
                self.learning_rate = command.value

    def obey(self, state: "TrainingState", writer: EventWriter) -> None:
        """Carry commands out; return when the next batch may be trained."""
        self.take_commands()
        self.change_learning_rate(state, writer)
        if self.paused and not self.single_steps and not self.stop_asked:
            self.rest(state, writer)
        if self.stop_asked:
            raise StopAskedError

    def change_learning_rate(self, state: "TrainingState", writer: EventWriter) -> None:
        """Apply a changed learning rate and log it."""
        if self.learning_rate is not None:
            state.learning_rate, self.learning_rate = self.learning_rate, None
            self.reporter.change(peak_learning_rate=state.learning_rate)
            self.reporter.show(self.reporter.status.state, self.reporter.status.message)
            writer.add(LearningRateChanged(state.epoch, state.step, state.learning_rate))

    def rest(self, state: "TrainingState", writer: EventWriter) -> None:
        """Wait without using the processor until someone wants a step, all of it, or an end."""
        self.place.leave()
        writer.flush()
        began = time.monotonic()
        self.reporter.show("paused", "Paused.")
        while self.paused and not self.single_steps and not self.stop_asked:
            time.sleep(POLL_SECONDS)
            if time.monotonic() - began > REST_SECONDS:
                self.save(state, writer)
            self.take_commands()
            self.change_learning_rate(state, writer)
            self.reporter.show("paused", "Paused.", every=HEARTBEAT_SECONDS)
        if not self.paused and not self.stop_asked:
            self.wait_for_place()
        if not self.stop_asked:
            self.reporter.show("training", "")

    # Writing it down

    def keep(self, event: Event, state: "TrainingState", writer: EventWriter) -> None:
        """Save what an event is worth: answers and weights after an epoch, or once a minute."""
        from core.predictions import write_predictions

        if isinstance(event, EpochDone) and event.probabilities is not None:
            write_predictions(self.run.path, event.epoch, event.probabilities)
            self.save(state, writer)
        elif isinstance(event, Diverged):
            self.run.checkpoints.remove_after(Position(state.epoch, state.step))
            self.save(state, writer)
        elif time.monotonic() - self.checkpoint_at > CHECKPOINT_SECONDS:
            self.save(state, writer)
        if isinstance(event, BatchDone) and self.single_steps:
            self.single_steps -= 1

    def save(self, state: "TrainingState", writer: EventWriter) -> None:
        """Write a checkpoint, after the log: the log must know all that a checkpoint has seen."""
        here = Position(state.epoch, state.step)
        if here == self.saved:
            return
        writer.flush(durable=True)
        config = self.run.config
        facts = {
            "model": config.model,
            "image_size": config.image_size,
            "classes": list(self.run.classes or ()),
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
            self.reporter.show("failed", sentence_for(error))


def sentence_for(error: Exception) -> str:
    """Say for people what went wrong; unexpected errors point to the log."""
    if isinstance(error, MemoryError):
        return "This machine has not enough memory for this training: try a smaller batch."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else f"{error.strerror}."
    if isinstance(error, ValueError) and str(error):
        return str(error)
    return f"Something unexpected went wrong ({type(error).__name__}); worker.log has the details."


@contextlib.contextmanager
def stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C call ``stop`` within the block; a second Ctrl-C interrupts."""

    def handle(number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_path() -> str:
    """Import what a training needs, then return the line that comes; "" at the end of input."""
    import core.data
    import core.torch_learner
    import core.training  # noqa: F401

    return sys.stdin.readline().strip()


def redirect_output(log: Path) -> None:
    """Send whatever this process prints to the run's log."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def worker_for(run: Run) -> Worker:
    """Return the worker that a run needs: a run with a dtype trains both engines side by side."""
    if "dtype" in run.record:
        from core.parity.worker import PairWorker

        return PairWorker(run)
    return Worker(run)


def main(arguments: list[str] | None = None) -> int:
    """Train the run that is named by the argument, or by the first line of standard input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print("usage: python -m core.worker [RUN_DIR]", file=sys.stderr)
        return 2
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    path = arguments[0] if arguments else wait_for_path()
    if not path:
        return 0
    try:
        worker = worker_for(Run(Path(path)))
    except RunError as error:
        print(error, file=sys.stderr)
        return 2
    redirect_output(worker.run.path / "worker.log")
    faulthandler.enable()
    with stopping_on_signals(worker.ask_to_stop):
        for _ in worker.events():
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
