"""Trains from the command line: ``python -m core.train``. It writes a run like any other."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import Any

from core.architecture.library import name_of
from core.command_line import network_text, run_command
from core.config import (
    ARTICLE_SET,
    DEVICES,
    ENGINES,
    INITIALISATIONS,
    MODELS,
    NUMBERS,
    OPTIMIZERS,
    RECIPES,
    SCHEDULES,
    USUAL,
    TrainConfig,
    recipe_for,
)
from core.data.change_list import changes_of
from core.data.typed_source import spelled_out, typed_source
from core.errors import ConfigError, GlassError, RunError, sentence_for
from core.fetch import bring_article_set
from core.find_rate import find_rate
from core.mistakes import Mistake
from core.runs.listing import create_run
from core.runs.peer import train_along
from core.runs.run import Run
from core.runs.status import State
from core.runs.worker import Worker
from core.runs.worker_process import stopping_on_signals
from core.train_printer import JsonPrinter, Printer
from core.training.events import Event, Finished
from core.training.memory import memory_warning
from core.training.team import ALONE, Team, joined_team, under_torchrun
from core.training.without_compiler import leave_compiler_out
from core.variations import Variation


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments; options left out take the recipe's values."""
    parser = argparse.ArgumentParser(
        prog="python -m core.train",
        description="Train a network and keep everything in a run's folder. Ctrl-C saves a "
        "checkpoint and stops; --resume goes on from there.",
        epilog="Exit code: 0 trained to the end, 1 stopped, diverged or failed, 2 wrong use. "
        "Several processes share a training with torchrun --nproc-per-node N -m core.train ...: "
        "each computes its part of every batch, with batch norm over all of it, so the steps are "
        "those of one process but for rounding.",
    )
    add = parser.add_argument
    add(
        "--data",
        metavar="SOURCE",
        help=f"'drawn' (default), a folder of photos, a zip, photos:NAME for photos that were "
        f"dropped on the Train page, or {ARTICLE_SET}, the article's, downloaded at the first time",
    )
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        "--model", choices=MODELS, help="the network (default: the recipe's, or else article)"
    )
    network.add_argument(
        "--network",
        dest="model",
        metavar="FILE_OR_TEXT",
        help="a network of your own, a layer a line or with semicolons between them: "
        "'conv 8 kernel 3; relu; flatten; linear 1; sigmoid'",
    )
    add(
        "--recipe",
        choices=list(RECIPES),
        help="what all other choices start from, with its network unless one is named (default: "
        f"article for the article's network, and so without any option; else {USUAL})",
    )
    add(
        "--as-found",
        action="store_true",
        help="use all photos as the source has them, whatever list of changes is kept for it",
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
    add(
        "--vary",
        nargs="*",
        dest="variations",
        choices=[str(variation) for variation in Variation],
        help="how the photos are varied at random; without a name not at all",
    )
    add("--window", type=float, help="side of the varied pictures as a share of the photo's")
    add("--views", type=int, help="how often an epoch shows each photo, varied anew")
    add("--label-smoothing", type=float, help="share of each answer asked for the other class")
    add("--weight-average", type=float, help="share of the averaged weights kept by each step")
    add("--engine", choices=ENGINES, help="what computes; both: side by side (default: torch)")
    add("--dtype", choices=NUMBERS, help="precision of weights and sums (default: the recipe's)")
    add("--device", choices=DEVICES, help="where torch computes (default: auto)")
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
    with joined_team() as team:
        return lead(options, team) if team.rank == 0 else train_along(team)


def lead(options: argparse.Namespace, team: Team) -> int:
    """Train in the first process, or the only one, which alone speaks; return the exit code."""
    try:
        chosen = chosen_fields(options)
        if options.resume and options.recipe:
            raise RunError("A run goes on with its own recipe: leave out --recipe with --resume.")
        if options.find_rate and team.size > 1:
            raise ConfigError("A learning rate is looked for in one process: without torchrun.")
        if wanted_source(options, chosen) == ARTICLE_SET:
            bring_article_set()
        if options.find_rate:
            run = run_to_resume(options.run_dir) if options.resume else None
            return find_rate(run.config if run else new_config(options, chosen), run)
        if options.resume:
            run = resume(options.run_dir, chosen, team)
        else:
            run = begin(options, chosen, team)
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        team.share(None)
        return 2
    if warning := memory_warning(run.config):
        print(f"warning: {warning}", file=sys.stderr)
    printer = JsonPrinter() if options.json else Printer(run)
    return follow(run, printer, team)


def chosen_fields(options: argparse.Namespace) -> dict[str, Any]:
    """Return the config's fields that were given on the command line; ``ConfigError``."""
    fields = TrainConfig().to_dict()
    chosen = {
        name: value for name, value in vars(options).items() if name in fields and value is not None
    }
    if chosen.get("model", MODELS[0]) not in MODELS:
        chosen["model"] = network_text(chosen["model"])
    return chosen


def wanted_source(options: argparse.Namespace, chosen: dict[str, Any]) -> str:
    """Return the source of photos that is to be loaded, of a run to go on with too."""
    if options.resume:
        return run_to_resume(options.run_dir).config.data
    return str(chosen.get("data", "")).strip()


def new_config(options: argparse.Namespace, chosen: dict[str, Any]) -> TrainConfig:
    """Return the config of a new run; ``GlassError`` when it cannot work."""
    named = RECIPES.get(options.recipe, RECIPES["article"])
    recipe = recipe_for(chosen.get("model", named.model), options.recipe)
    config = recipe.replace(**chosen)
    config = config.replace(data=typed_source(config.data))
    if not options.as_found:
        config = config.replace(**vars(changes_of(config.data)))
    if config.device != "auto":
        from core.training.devices import choose_device  # imports torch, which takes seconds

        choose_device(config.device)
    return config


def begin(options: argparse.Namespace, chosen: dict[str, Any], team: Team = ALONE) -> Run:
    """Make a new run; ``GlassError`` before anything is written."""
    config = new_config(options, chosen)
    team.fitted(config)
    return create_run(config, options.name, options.run_dir)


def run_to_resume(path: Path | None) -> Run:
    """Open the run that ``--run-dir`` names; ``RunError`` when it names none."""
    if path is None:
        raise RunError("--resume needs --run-dir, the folder of the run to go on with.")
    return Run(path)


def resume(path: Path | None, chosen: dict[str, Any], team: Team = ALONE) -> Run:
    """Open the run to go on with; its config stays, but ``epochs`` may grow."""
    run = run_to_resume(path)
    team.fitted(run.config)
    before = run.config.to_dict()
    epochs = chosen.pop("epochs", run.config.epochs)
    if "data" in chosen:
        chosen["data"] = spelled_out(chosen["data"])
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


def follow(run: Run, printer: Printer | JsonPrinter, team: Team = ALONE) -> int:
    """Train the run and print what happens; return the exit code."""
    run.commands.clear()
    worker = Worker(run, team)
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


if __name__ == "__main__":
    if not under_torchrun():  # where torch asks it how gradients travel
        leave_compiler_out()
    sys.exit(run_command(main))
