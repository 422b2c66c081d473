"""What it costs a training to look into its layers once an epoch."""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial

from core.bench.measure import in_turns, median_ratio, table
from core.config import ENGINES, MODELS, recipe_for
from core.training.events import EpochDone, Event


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench inside", description=__doc__)
    parser.add_argument("--model", choices=MODELS, default="article")
    parser.add_argument("--engine", choices=ENGINES, default="torch")
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--train-per-class", type=int, default=200)
    parser.add_argument("--repetitions", type=int, default=9)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    from core.data import DataRequest, load_data
    from core.training.loop import train
    from core.training.state import build_state

    options = build_parser().parse_args(arguments)
    config = recipe_for(options.model).replace(
        model=options.model,
        engine=options.engine,
        image_size=options.image_size,
        train_per_class=options.train_per_class,
        test_per_class=options.train_per_class // 5,
        epochs=1000,
    )
    data = load_data(DataRequest.of(config))
    looking, blind = build_state(config), build_state(config)
    setattr(blind.learner, "measuring", nullcontext)  # noqa: B010 - mypy refuses the assignment
    streams = {
        "looking inside": train(looking, data, config),
        "without": train(blind, data, config),
    }
    contestants = {name: partial(epoch_seconds, stream) for name, stream in streams.items()}
    for contestant in contestants.values():
        contestant()  # the first epoch sets things up
    seconds = in_turns(contestants, options.repetitions)
    rows = [
        [name, f"{statistics.median(each):.2f}", f"{median_ratio(each, seconds['without']):.3f}"]
        for name, each in seconds.items()
    ]
    print(
        f"{config.model} at {config.image_size} x {config.image_size} in {config.engine}, "
        f"{2 * config.train_per_class} photos, batch {config.batch_size}: medians of "
        f"{options.repetitions} epochs"
    )
    print(table(["training", "CPU seconds an epoch", "ratio"], rows))
    return 0


def epoch_seconds(events: Iterator[Event]) -> float:
    """Return the processor's seconds for the next epoch, which other programs hardly change."""
    started = time.process_time()
    for event in events:
        if isinstance(event, EpochDone):
            return time.process_time() - started
    raise RuntimeError("the training ended before the benchmark did")
