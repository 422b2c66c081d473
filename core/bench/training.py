"""How fast a training is: beside the plain PyTorch loop, and while pages follow it."""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.bench.measure import in_turns, median_ratio, table
from core.config import MODELS, TrainConfig, recipe_for
from core.runs.listing import create_run
from core.training.events import BatchDone, Event

if TYPE_CHECKING:
    from core.data import Data

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
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = build_parser().parse_args(arguments)
    config = recipe_for(options.model).replace(
        model=options.model,
        data=options.data,
        epochs=1000,
        augment=False,
        train_per_class=400,
        test_per_class=16,
    )
    results = measure(config, options.repetitions, options.steps)
    plain = results["plain PyTorch loop"]
    rows = [
        [name, f"{statistics.median(speeds):.1f}", f"{median_ratio(speeds, plain):.3f}"]
        for name, speeds in results.items()
    ]
    print(
        f"{config.model} at {config.image_size} x {config.image_size}, batch {config.batch_size}: "
        f"medians of {options.repetitions} turns of {options.steps} steps"
    )
    print(table(["training", "images/s", "ratio"], rows))
    cost = 1 - median_ratio(results["a run that is followed"], results["a run"])
    print(f"Being followed twice a second costs a run {cost:.1%} of its speed.")
    return 0


def measure(config: TrainConfig, repetitions: int, steps: int) -> dict[str, list[float]]:
    """Return images per second of the plain loop, of ``train``, and of a run, in turns."""
    from core.data import DataRequest, load_data
    from core.runs.worker import Worker
    from core.training.loop import train
    from core.training.state import build_state

    data = load_data(DataRequest.of(config))
    with tempfile.TemporaryDirectory() as folder:
        run = create_run(config, path=Path(folder) / "run")
        state = build_state(config)
        generator = train(state, data, config)
        recorded = Worker(run).events()
        plain = plain_loop(config, data)
        images = config.batch_size * steps
        follower = subprocess.Popen(
            [sys.executable, "-c", FOLLOWER, str(run.path)], stdin=subprocess.PIPE, text=True
        )
        try:
            contestants: dict[str, Callable[[], float]] = {
                "plain PyTorch loop": lambda: images / plain_seconds(plain, steps),
                "train(), nothing written": lambda: images / batch_seconds(generator, steps),
                "a run": lambda: images / batch_seconds(recorded, steps),
                "a run that is followed": lambda: (
                    images / followed_seconds(follower, recorded, steps)
                ),
            }
            for contestant in contestants.values():
                contestant()  # first steps set things up
            return in_turns(contestants, repetitions)
        finally:
            follower.communicate()  # the end of its input ends it
            recorded.close()


def plain_loop(config: TrainConfig, data: "Data") -> Iterator[None]:
    """Train as the article's own loop does, on the same batches; yield after every step."""
    import torch

    from core.data import batches
    from core.networks.build import build_model

    model = build_model(config.model, config.image_size, config.init, config.seed).train()
    kind = torch.optim.AdamW if config.optimizer == "adamw" else torch.optim.Adam
    optimizer = kind(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    loss_function = torch.nn.BCELoss()
    for epoch in range(1, config.epochs + 1):
        for photos, labels in batches(data.train, config.batch_size, config.seed, epoch):
            x = torch.from_numpy(photos.transpose(0, 3, 1, 2)).float() / 255
            y = torch.from_numpy(labels).float().unsqueeze(1)
            optimizer.zero_grad()
            probability = model(x)
            loss = loss_function(probability, y)
            loss.backward()
            optimizer.step()
            loss.item(), ((probability >= 0.5) == (y >= 0.5)).sum().item()
            yield


def plain_seconds(steps_of_loop: Iterator[None], steps: int) -> float:
    """Return the seconds that the next steps of the plain loop take."""
    started = time.perf_counter()
    for _ in range(steps):
        next(steps_of_loop)
    return time.perf_counter() - started


def batch_seconds(events: Iterator[Event], steps: int) -> float:
    """Return the seconds until the next ``steps`` batches are done, without tests in between."""
    total = 0.0
    while steps:
        started = time.perf_counter()
        if isinstance(next(events), BatchDone):
            total += time.perf_counter() - started
            steps -= 1
    return total


def followed_seconds(
    follower: "subprocess.Popen[str]", events: Iterator[Event], steps: int
) -> float:
    """Return ``batch_seconds`` while another process reads the run as a page does."""
    assert follower.stdin is not None
    print("on", file=follower.stdin, flush=True)
    try:
        return batch_seconds(events, steps)
    finally:
        print("off", file=follower.stdin, flush=True)
