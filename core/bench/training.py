"""How fast a training is: beside the plain PyTorch loop, and while pages follow it.

The plain loop does the same work in the article's way, in float32 and one thing after the other:
its batches, varied by the same function as the recipe asks, forward, loss, backward, step.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.bench.measure import in_turns, median_ratio, table
from core.config import MODELS, NUMBERS, TrainConfig, recipe_for
from core.runs.listing import create_run
from core.system import set_torch_threads
from core.training.events import BatchDone, Event

if TYPE_CHECKING:
    from core.data import Data

Clock = Callable[[], float]
PLAIN, STACKED = "plain PyTorch loop", "plain PyTorch loop, photos stacked"

FOLLOWER = """
import sys, threading, time
from pathlib import Path
from core.runs.run import Run

path, on = Path(sys.argv[1]), threading.Event()

def follow():
    while True:
        on.wait()
        run = Run(path)
        run.status(), run.log.batch_losses(), run.log.epochs(), run.log.learning_rates(), run.name
        time.sleep(0.5)

threading.Thread(target=follow, daemon=True).start()
for line in sys.stdin:
    on.set() if line.strip() == "on" else on.clear()
"""
"""What a page does twice a second with a run that it shows."""


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench training", description=__doc__)
    parser.add_argument("--data", default="drawn", help="'drawn' (default) or a folder of photos")
    parser.add_argument("--model", choices=MODELS, default="article")
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--steps", type=int, default=20, help="steps of one measurement")
    parser.add_argument(
        "--work",
        action="store_true",
        help="count the work alone: processor time of all threads, with one thread for torch; for "
        "a machine that is busy with other things",
    )
    parser.add_argument("--dtype", choices=NUMBERS, help="numbers (default: the recipe's)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = build_parser().parse_args(arguments)
    config = recipe_for(options.model).replace(
        model=options.model,
        data=options.data,
        epochs=1000,
        train_per_class=400,
        test_per_class=16,
        **({"dtype": options.dtype} if options.dtype else {}),
    )
    if options.work:
        set_torch_threads(1)
    clock = time.process_time if options.work else time.perf_counter
    results = measure(config, options.repetitions, options.steps, clock)
    rows = [
        [
            name,
            f"{statistics.median(speeds):.1f}",
            f"{median_ratio(speeds, results[PLAIN]):.2f}",
            f"{median_ratio(speeds, results[STACKED]):.2f}",
        ]
        for name, speeds in results.items()
    ]
    print(
        f"{config.model} at {config.image_size} x {config.image_size}, batch {config.batch_size}, "
        f"{'photos varied' if config.variations else 'photos as they are'}: "
        f"medians of {options.repetitions} turns of {options.steps} steps"
        f"{', in processor time' if options.work else ''}"
    )
    print(table(["training", "images/s", "to the plain loop", "to it, stacked"], rows))
    cost = 1 - median_ratio(results["a run that is followed"], results["a run"])
    print(f"Being followed twice a second costs a run {cost:.1%} of its speed.")
    return 0


def measure(
    config: TrainConfig, repetitions: int, steps: int, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Return images per second of the plain loop, of ``train``, and of a run, in turns."""
    from core.data import DataRequest, load_data
    from core.runs.worker import Worker

    data = load_data(DataRequest.of(config))
    with tempfile.TemporaryDirectory() as folder:
        run = create_run(config, path=Path(folder) / "run")
        trainings = {
            f"train() in {dtype}": training(config.replace(dtype=dtype), data)
            for dtype in dict.fromkeys(["float32", config.dtype])
        }
        recorded = Worker(run).events()
        plain = plain_loop(config, data)
        stacked = plain_loop(config, data, stacked=True)
        images = config.batch_size * steps
        follower = subprocess.Popen(
            [sys.executable, "-c", FOLLOWER, str(run.path)], stdin=subprocess.PIPE, text=True
        )
        try:
            contestants: dict[str, Callable[[], float]] = {
                PLAIN: lambda: images / plain_seconds(plain, steps, clock),
                STACKED: lambda: images / plain_seconds(stacked, steps, clock),
                **{
                    name: partial(speed, events, images, steps, clock)
                    for name, events in trainings.items()
                },
                "a run": partial(speed, recorded, images, steps, clock),
                "a run that is followed": lambda: (
                    images / followed_seconds(follower, recorded, steps, clock)
                ),
            }
            for contestant in contestants.values():
                contestant()  # first steps set things up
            return in_turns(contestants, repetitions)
        finally:
            follower.communicate()  # the end of its input ends it
            for events in (recorded, *trainings.values()):
                events.close()


def training(config: TrainConfig, data: "Data") -> Generator[Event, None, None]:
    """Train without writing anything down, in the numbers that a run would choose."""
    from core.training.loop import train
    from core.training.numbers import choose_numbers
    from core.training.state import build_state

    config = config.replace(dtype=choose_numbers(config).dtype)
    return train(build_state(config), data, config)


def speed(events: Iterator[Event], images: int, steps: int, clock: Clock) -> float:
    """Return the images per second of the next steps."""
    return images / batch_seconds(events, steps, clock)


def plain_loop(config: TrainConfig, data: "Data", stacked: bool = False) -> Iterator[None]:
    """Train as the article's own loop does, on the same batches; yield after every step.

    Colours that are only called the second axis stay the last one in memory, and torch then
    convolves by its quicker way without being told; ``stacked`` puts them where a DataLoader does.
    """
    import torch

    from core.networks.build import build_model
    from core.training.muon import Muon
    from core.training.preparation import prepare

    model = build_model(config.model, config.image_size, config.init, config.seed).train()
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "muon": Muon}
    kind = kinds[config.optimizer]
    optimizer = kind(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    loss_function = torch.nn.BCELoss()
    for epoch in range(1, config.epochs + 1):
        for batch in prepare(data, config, epoch):
            x = torch.from_numpy(batch.photos.transpose(0, 3, 1, 2)).float() / 255
            x = x.contiguous() if stacked else x
            y = torch.from_numpy(batch.targets).unsqueeze(1)
            optimizer.zero_grad()
            probability = model(x)
            loss = loss_function(probability, y)
            loss.backward()
            optimizer.step()
            loss.item(), ((probability >= 0.5) == (y >= 0.5)).sum().item()
            yield


def plain_seconds(steps_of_loop: Iterator[None], steps: int, clock: Clock) -> float:
    """Return the seconds that the next steps of the plain loop take."""
    started = clock()
    for _ in range(steps):
        next(steps_of_loop)
    return clock() - started


def batch_seconds(events: Iterator[Event], steps: int, clock: Clock) -> float:
    """Return the seconds until the next ``steps`` batches are done, without tests in between."""
    total = 0.0
    while steps:
        started = clock()
        if isinstance(next(events), BatchDone):
            total += clock() - started
            steps -= 1
    return total


def followed_seconds(
    follower: "subprocess.Popen[str]", events: Iterator[Event], steps: int, clock: Clock
) -> float:
    """Return ``batch_seconds`` while another process reads the run as a page does."""
    assert follower.stdin is not None
    print("on", file=follower.stdin, flush=True)
    try:
        return batch_seconds(events, steps, clock)
    finally:
        print("off", file=follower.stdin, flush=True)
