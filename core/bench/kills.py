"""How a training survives kill -9: again and again, at random moments and within saves.

A process trains, is killed and is started again, until it was killed often enough; then the run
goes on to the end of an epoch. It must have lost nothing: after each kill every checkpoint is
read and verified, and at last all losses, answers and weights of all epochs are held against those
of a training that nobody disturbed, bit for bit. Checkpoints are saved every few milliseconds, so
that most kills strike in the middle of an epoch.
"""

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np

from core.bench.measure import table
from core.config import TrainConfig
from core.errors import ModelError, RunError
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.status import State
from core.training.events import Begun

CONFIG = TrainConfig(
    model="compact",
    image_size=16,
    epochs=1000,
    batch_size=8,
    train_per_class=60,
    test_per_class=9,
    learning_rate=1e-4,
)
SAVE_SECONDS = 0.05
"""Time between the checkpoints of a training that is to be killed."""
LONGEST_LIFE = 0.5
"""Seconds that a training may go on after a save, at most, until it is killed."""
DURING_A_SAVE = 0.004
PATIENCE_SECONDS = 120.0
PRELOADED = [
    *("core.data", "core.networks.build", "core.runs.worker_process"),
    *("core.training.loop", "core.training.torch_learner"),
]


@dataclass
class Toll:
    """What so many kills have done."""

    kills: int = 0
    within_saves: int = 0
    within_epochs: int = 0
    damaged: int = 0
    leftovers: int = 0
    epochs: int = 0
    batches: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def survived(self) -> bool:
        """Whether nothing was damaged, left over or different."""
        return not (self.damaged or self.leftovers or self.differences)


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Kill, compare and print; return 1 when anything was lost."""
    options = build_parser().parse_args(arguments)
    if sys.platform == "win32":
        print("kills needs a system with SIGKILL, which Windows has not", file=sys.stderr)
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GLASS_CNN_RUNS"] = f"{folder}/runs"
        os.environ["GLASS_CNN_CACHE"] = f"{folder}/cache"
        toll = survive(options.kills, options.seed)
    rows = [
        ["killed", f"{toll.kills}"],
        ["of these within a save", f"{toll.within_saves}"],
        ["went on from the middle of an epoch", f"{toll.within_epochs}"],
        ["checkpoints that did not verify", f"{toll.damaged}"],
        ["files left over", f"{toll.leftovers}"],
        ["epochs compared bit for bit", f"{toll.epochs}"],
        ["batches compared", f"{toll.batches}"],
        ["differences", f"{len(toll.differences)}"],
        ["minutes", f"{(time.monotonic() - began) / 60:.1f}"],
    ]
    print(table(["what", "how many"], rows))
    print("\n".join(toll.differences), file=sys.stderr)
    return 0 if toll.survived else 1


def survive(kills: int, seed: int, config: TrainConfig = CONFIG) -> Toll:
    """Kill a training so often, let it go on, and compare it with an undisturbed one."""
    run, whole = create_run(config), create_run(config)
    chance, toll = random.Random(seed), Toll()
    while toll.kills < kills:
        before = newest_of(run)
        in_save = kill_one(run, chance)
        toll.kills += 1
        toll.within_saves += in_save
        toll.damaged += damaged(run)
        toll.within_epochs += "-step-" in newest_of(run) and newest_of(run) != before
    last = max(run.checkpoints.epochs(), default=0) + 1
    for each in (run, whole):
        train_to(each, last)
    toll.leftovers = len(leftovers(run))
    toll.epochs, toll.batches = last, len(whole.log.batch_losses().losses)
    toll.differences = list(differences(run, whole, last))
    return toll


def kill_one(run: Run, chance: random.Random) -> bool:
    """Let a process train, and kill it; return whether it was at a save just then."""
    newest, before, process = newest_of(run), begins(run), start(run)
    wait_until(lambda: begins(run) > before, process)
    wanted = chance.random() < 0.5
    if wanted:
        wait_until(lambda: saving(run), process)
    else:  # after a save, so that the training gets on
        wait_until(lambda: newest_of(run) != newest, process)
    moment = time.monotonic() + chance.uniform(0, DURING_A_SAVE if wanted else LONGEST_LIFE)
    while time.monotonic() < moment:
        pass
    process.kill()
    process.join()
    in_save = saving(run)  # what it was writing is still there
    if run.locked() or run.status().state is not State.INTERRUPTED:
        raise RunError(f"The run {run.name} must be interrupted now, not {run.status().state}.")
    return in_save


def start(run: Run) -> BaseProcess:
    """Start a process that trains; it has imported everything already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    environment = {name: os.environ[name] for name in os.environ if name.startswith("GLASS_CNN")}
    process = context.Process(target=train, args=(str(run.path), environment, SAVE_SECONDS))
    process.start()
    return process


def train(path: str, environment: dict[str, str], save_seconds: float) -> None:
    """Train as a worker does, with checkpoints that follow each other closely."""
    from core.runs import worker, worker_process
    from core.system import set_torch_threads

    os.environ.update(environment)
    set_torch_threads(1)
    worker.CHECKPOINT_SECONDS = save_seconds
    sys.exit(worker_process.main([path]))


def train_to(run: Run, epoch: int) -> None:
    """Train in this process to the end of ``epoch``."""
    from core.runs.worker import Worker
    from core.system import set_torch_threads
    from core.training.events import EpochDone

    set_torch_threads(1)
    events = Worker(run).events()
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == epoch:
            events.close()


def wait_until(condition: Callable[[], object], process: BaseProcess) -> None:
    """Poll until it holds; ``RunError`` when the process ends before, or it takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if not process.is_alive() or time.monotonic() > deadline:
            raise RunError(f"The training ended by itself, with {process.exitcode}, or hangs.")
        time.sleep(0.0005)


def begins(run: Run) -> int:
    """Count how often a worker has taken the run up."""
    return sum(isinstance(event, Begun) for event in run.log.events())


def newest_of(run: Run) -> str:
    """Name the newest checkpoint; "" when there is none."""
    positions = run.checkpoints.positions()
    return positions[-1].name if positions else ""


def saving(run: Run) -> bool:
    """Tell whether a checkpoint is being written, or was when its writer was killed."""
    return bool(leftovers(run))


def leftovers(run: Run) -> list[Path]:
    """List what a killed save leaves: unfinished files, and arrays without their JSON."""
    folder = run.checkpoints.folder
    orphans = (
        path
        for path in folder.glob("epoch-*.safetensors")
        if not (folder / f"{path.name.split('.')[0]}.json").exists()
    )
    return [*folder.glob(".*.tmp"), *orphans]


def damaged(run: Run) -> int:
    """Count the checkpoints that do not verify."""
    count = 0
    for position in run.checkpoints.positions():
        try:
            run.checkpoints.load(position)
        except ModelError:
            count += 1
    return count


def differences(run: Run, whole: Run, last: int) -> Iterator[str]:
    """Say in what a run is not the undisturbed one."""
    if run.log.batch_losses().losses.tolist() != whole.log.batch_losses().losses.tolist():
        yield "The losses differ."
    if [done.epoch for done in run.log.epochs()] != list(range(1, last + 1)):
        yield "The epochs in the log are not all there, or twice."
    for epoch in range(1, last + 1):
        one, other = run.test_predictions(epoch), whole.test_predictions(epoch)
        if not np.array_equal(one.probabilities, other.probabilities):
            yield f"The answers after epoch {epoch} differ."
        ours, theirs = run.checkpoint(epoch).weights, whole.checkpoint(epoch).weights
        if not all(np.array_equal(ours[name], theirs[name]) for name in theirs):
            yield f"The weights after epoch {epoch} differ."
