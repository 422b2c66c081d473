"""What ``python -m core.train`` prints: a line an epoch for people, or every event as JSON."""

import json
import sys
import time

from core.mistakes import told
from core.runs.diagnosis import diagnosis_of
from core.runs.run import Run
from core.runs.verdict import verdict_of
from core.training.events import (
    BatchDone,
    Begun,
    Diverged,
    EpochDone,
    Evaluating,
    Event,
    Finished,
    Stopped,
    to_json,
)
from core.wording import spoken_time

PRINT_SECONDS = 0.25


class JsonPrinter:
    """Prints one event a line as JSON."""

    def start(self) -> None:
        """Say nothing yet."""

    def show(self, event: Event) -> None:
        """Print one event; progress within a test is left out."""
        if not isinstance(event, Evaluating):
            print(to_json(event), flush=True)

    def fail(self, sentence: str) -> None:
        """Print why the training failed."""
        print(json.dumps({"event": "failed", "message": sentence}), flush=True)


class Printer:
    """Prints progress for people: a line per epoch, and on a terminal one that moves."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.moving = sys.stdout.isatty()
        self.printed_at = 0.0
        self.began = time.monotonic()

    def start(self) -> None:
        """Say what is about to be trained."""
        config = self.run.config
        self.line(f"Run: {self.run.path}")
        if config.mistakes:
            self.line(f"With the article's mistakes on purpose: {told(config.mistakes)}")
        if config.changes:
            self.line(f"By the list of what was changed: {config.changes.words}")
        self.line(f"Loading photos from {config.data} at {config.image_size} x {config.image_size}")

    def show(self, event: Event) -> None:
        """Print what an event means."""
        epochs = self.run.config.epochs
        if isinstance(event, BatchDone):
            self.progress(
                f"epoch {event.epoch}/{epochs}  batch {event.step}/{event.steps}  "
                f"loss {event.loss:.3f}  {event.images_per_second:.0f} images/s  "
                f"{spoken_time(event.seconds_left)} left"
            )
        elif isinstance(event, Evaluating):
            self.progress(f"epoch {event.epoch}/{epochs}  test {event.images}/{event.total}")
        elif isinstance(event, EpochDone):
            self.line(
                f"epoch {event.epoch}/{epochs}  "
                f"train loss {event.train_loss:.3f}, accuracy {event.train_accuracy:.1%}  "
                f"test loss {event.test_loss:.3f}, accuracy {event.test_accuracy:.1%}  "
                f"{spoken_time(event.seconds)}"
            )
        elif isinstance(event, Begun):
            self.show_begun(event)
        elif isinstance(event, Finished):
            seconds = time.monotonic() - self.began
            self.line(f"Finished in {spoken_time(seconds)}: accuracy {event.test_accuracy:.1%}")
            self.judge()
        elif isinstance(event, Stopped):
            self.line(f"Stopped. To go on: python -m core.train --resume --run-dir {self.run.path}")
        elif isinstance(event, Diverged):
            self.line(event.message)
            self.judge()

    def judge(self) -> None:
        """Say what the curves come to, and the most important of what the layers say."""
        self.line(verdict_of(self.run).sentence)
        diagnosis = diagnosis_of(self.run)
        if diagnosis is not None:
            self.line(f"Inside: {diagnosis.sentences[0]}")

    def show_begun(self, begun: Begun) -> None:
        """Say what there is to train on, and where an interrupted run goes on."""
        photos, classes = self.run.record["photos"], self.run.classes or ()
        self.line(
            f"{photos['train']} photos to train on, {photos['test']} to test on: "
            f"{' and '.join(classes)}"
        )
        self.line(" ".join(self.run.record[name]["why"] for name in ("numbers", "device")))
        if begun.epoch or begun.step:
            self.line(f"Going on after {begun.epoch} epochs and {begun.step} batches.")
        if begun.note:
            self.line(begun.note)

    def progress(self, text: str) -> None:
        """Replace the moving line, four times a second at most; only on a terminal."""
        if self.moving and time.monotonic() - self.printed_at > PRINT_SECONDS:
            print(f"\r\033[K{text}", end="", flush=True)
            self.printed_at = time.monotonic()

    def line(self, text: str) -> None:
        """Print a line that stays."""
        start = "\r\033[K" if self.moving else ""
        print(f"{start}{text}", flush=True)

    def fail(self, sentence: str) -> None:
        """Print why the training failed."""
        if self.moving:
            self.line("")
        print(f"error: {sentence}", file=sys.stderr)
