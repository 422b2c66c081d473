"""Trains from the command line: ``python -m core.train``. It writes a run like any other."""

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from core.architecture.library import name_of
from core.command_line import network_text, run_command
from core.config import (
    DRAWN,
    DTYPES,
    ENGINES,
    INITIALISATIONS,
    MODELS,
    OPTIMIZERS,
    SCHEDULES,
    TrainConfig,
    recipe_for,
)
from core.errors import ConfigError, GlassError, RunError, sentence_for
from core.find_rate import find_rate
from core.mistakes import Mistake, told
from core.runs.diagnosis import diagnosis_of
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.status import State
from core.runs.verdict import verdict_of
from core.runs.worker import Worker
from core.runs.worker_process import stopping_on_signals
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


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments; options left out take the network's own recipe."""
    parser = argparse.ArgumentParser(
        prog="python -m core.train",
        description="Train a network and keep everything in a run's folder. Ctrl-C saves a "
        "checkpoint and stops; --resume goes on from there.",
        epilog="Exit code: 0 trained to the end, 1 stopped, diverged or failed, 2 wrong use.",
    )
    add = parser.add_argument
    add("--data", metavar="SOURCE", help="'drawn' (default) or a folder of photos")
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        "--model", choices=MODELS, help="the network and its recipe (default: article)"
    )
    network.add_argument(
        "--network",
        dest="model",
        metavar="FILE_OR_TEXT",
        help="a network of your own, a layer a line or with semicolons between them: "
        "'conv 8 kernel 3; relu; flatten; linear 1; sigmoid'",
    )
    add("--run-dir", type=Path, metavar="DIR", help="the run's folder (default: a new one)")
    add("--name", help="what to call the run on the pages")
    add("--epochs", type=int, help="how often to go through all photos")
    add("--batch-size", type=int, help="photos per step")
    add("--lr", type=float, dest="learning_rate", help="learning rate, the schedule's peak")
    add("--image-size", type=int, help="side in pixels to which photos are stretched")
    add("--train-per-class", type=int, help="photos of each class to train on, at most")
    add("--test-per-class", type=int, help="photos of each class to test on, at most")
    add("--seed", type=int, help="the same seed gives the same weights")
    add("--init", choices=INITIALISATIONS, help="how weights are drawn before the first step")
    add("--optimizer", choices=OPTIMIZERS)
    add("--weight-decay", type=float, help="pull of the weights towards 0")
    add("--schedule", choices=SCHEDULES, help="how the learning rate changes over the run")
    add("--augment", action=argparse.BooleanOptionalAction, help="vary the photos at random")
    add("--engine", choices=ENGINES, help="what computes; both: side by side (default: torch)")
    add("--dtype", choices=DTYPES, help="precision of weights and sums (default: float32)")
    add(
        "--mistake",
        action="append",
        dest="mistakes",
        choices=[str(mistake) for mistake in Mistake],
        help="make one of the article's mistakes on purpose; may be given several times",
    )
    add(
        "--find-rate",
        action="store_true",
        help="train nothing: try up to a hundred learning rates and suggest one; with --resume "
        "those of the run in --run-dir",
    )
    add("--resume", action="store_true", help="go on with the run in --run-dir")
    add("--json", action="store_true", help="print one JSON event a line")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Train as the arguments say; return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        chosen = chosen_fields(options)
        if options.find_rate:
            run = run_to_resume(options.run_dir) if options.resume else None
            return find_rate(run.config if run else new_config(options, chosen), run)
        run = resume(options.run_dir, chosen) if options.resume else begin(options, chosen)
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    printer = JsonPrinter() if options.json else Printer(run)
    return follow(run, printer)


def chosen_fields(options: argparse.Namespace) -> dict[str, Any]:
    """Return the config's fields that were given on the command line; ``ConfigError``."""
    fields = TrainConfig().to_dict()
    chosen = {
        name: value for name, value in vars(options).items() if name in fields and value is not None
    }
    if chosen.get("model", MODELS[0]) not in MODELS:
        chosen["model"] = network_text(chosen["model"])
    return chosen


def new_config(options: argparse.Namespace, chosen: dict[str, Any]) -> TrainConfig:
    """Return the config of a new run; ``ConfigError`` when it cannot work."""
    config = recipe_for(chosen.get("model", "article")).replace(**chosen)
    if config.data != DRAWN and not Path(config.data).is_dir():
        raise ConfigError(f'Data must be "drawn" or an existing folder, not {config.data!r}.')
    return config


def begin(options: argparse.Namespace, chosen: dict[str, Any]) -> Run:
    """Make a new run; ``ConfigError`` or ``RunError`` before anything is written."""
    return create_run(new_config(options, chosen), options.name, options.run_dir)


def run_to_resume(path: Path | None) -> Run:
    """Open the run that ``--run-dir`` names; ``RunError`` when it names none."""
    if path is None:
        raise RunError("--resume needs --run-dir, the folder of the run to go on with.")
    return Run(path)


def resume(path: Path | None, chosen: dict[str, Any]) -> Run:
    """Open the run to go on with; its config stays, but ``epochs`` may grow."""
    run = run_to_resume(path)
    before = run.config.to_dict()
    epochs = chosen.pop("epochs", run.config.epochs)
    if chosen.get("data", DRAWN) != DRAWN:
        chosen["data"] = str(Path(chosen["data"]).absolute())
    for name, value in chosen.items():
        if run.config.replace(**{name: value}) != run.config:
            raise RunError(
                f"The run was begun with {name} {spoken(name, before[name])}, which cannot "
                f"become {spoken(name, value)} now: "
                "leave the option out, or begin a new run."
            )
    if epochs != run.config.epochs:
        run.extend(epochs)
    status = run.status()
    if status.active:
        raise RunError(f"The run {run.name} is already being trained.")
    if status.state is State.DIVERGED:
        raise RunError(f"The run {run.name} has diverged: begin a new one.")
    return run


def spoken(name: str, value: object) -> str:
    """Say a field's value; a network by its name, a list by its items."""
    if name == "model":
        return name_of(str(value))
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)


def follow(run: Run, printer: "Printer | JsonPrinter") -> int:
    """Train the run and print what happens; return the exit code."""
    run.commands.clear()
    worker = Worker(run)
    printer.start()
    last: Event | None = None
    try:
        # Closing saves a checkpoint, should nobody read any more.
        with stopping_on_signals(worker.ask_to_stop), contextlib.closing(worker.events()) as events:
            for event in events:
                printer.show(event)
                last = event
    except BrokenPipeError:
        raise
    except Exception as error:  # the worker has logged it with its traceback
        printer.fail(sentence_for(error))
        return 1
    return 0 if isinstance(last, Finished) else 1


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
        if begun.epoch or begun.step:
            self.line(f"Going on after {begun.epoch} epochs and {begun.step} batches. {begun.note}")

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


if __name__ == "__main__":
    sys.exit(run_command(main))
