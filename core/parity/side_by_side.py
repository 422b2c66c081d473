"""Trainings of both engines side by side: runs with a dtype, in a folder of their own.

They are runs like any other, so the worker pool and the commands need to know nothing new. They
live apart because their checkpoints hold two networks, which no other page could use.
"""

import datetime
import uuid

import numpy as np

from core.config import TrainConfig
from core.errors import ConfigError
from core.events import PairDone
from core.files import write_json
from core.folders import side_by_side_folder
from core.parity import DTYPES
from core.runs import Run, create_run, list_runs


def create_pair(config: TrainConfig, dtype: str = "float32", name: str | None = None) -> Run:
    """Make a run that trains both engines in ``dtype``; ``ConfigError`` for an unknown one."""
    if dtype not in DTYPES:
        raise ConfigError(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
    now = datetime.datetime.now()
    path = side_by_side_folder() / f"{now:%Y%m%d-%H%M%S}-{config.model}-{uuid.uuid4().hex[:4]}"
    run = create_run(config, name, path)
    write_json(path / "config.json", run.record | {"dtype": dtype}, durable=True)
    return run


def list_pairs() -> list[Run]:
    """List the side-by-side trainings, the newest first."""
    return list_runs(side_by_side_folder())


def pair_history(run: Run) -> list[PairDone]:
    """Return the steps that count, in order: a resumed training repeats those it had lost."""
    steps: dict[tuple[int, int], PairDone] = {}
    for event in run.events():
        if isinstance(event, PairDone):
            steps[event.epoch, event.step] = event
    return [steps[position] for position in sorted(steps)]


def step_numbers(history: list[PairDone]) -> np.ndarray:
    """Return each step's number (N,), counted from 1 over all epochs."""
    return np.array([(each.epoch - 1) * each.steps + each.step for each in history], np.int64)
