"""Which numbers to compute in, where a config leaves it open: those that are quicker here."""

import time
from dataclasses import dataclass

import numpy as np

from core.config import TrainConfig
from core.training.learner import build_learner

STEPS = 4
WORTH_IT = 1.2
"""bfloat16 keeps 8 bits of each number: less than this gain is not worth it."""


@dataclass(frozen=True)
class Numbers:
    """The dtype that a training computes in, and a sentence on why."""

    dtype: str
    why: str


def choose_numbers(config: TrainConfig) -> Numbers:
    """Return a config's dtype; ``auto`` takes a few steps in float32 and in bfloat16 to choose."""
    if config.dtype != "auto":
        return Numbers(config.dtype, f"In {config.dtype}, as it was told.")
    if config.engine != "torch":
        return Numbers("float32", "In float32, since NumPy has no bfloat16.")
    seconds = seconds_a_step(config)
    gain = seconds["float32"] / seconds["bfloat16"]
    if gain >= WORTH_IT:
        return Numbers("bfloat16", f"In bfloat16, {gain:.1f} times as fast as float32 here.")
    return Numbers("float32", f"In float32: bfloat16 was {gain:.1f} times as fast here.")


CHOICES = ("float32", "bfloat16")


def seconds_a_step(config: TrainConfig) -> dict[str, float]:
    """Return the time of the quickest step in each of the choices, on grey photos.

    They take turns, behind one step that sets things up: whatever else the machine does then slows
    both down, and the quickest step least.
    """
    learners = {dtype: build_learner(config.replace(dtype=dtype)) for dtype in CHOICES}
    photos = np.full((config.batch_size, *[config.window_side] * 2, 3), 127, np.uint8)
    targets = (np.arange(config.batch_size) % 2).astype(np.float32)
    times: dict[str, list[float]] = {dtype: [] for dtype in CHOICES}
    for step in range(1 + STEPS):
        for dtype, learner in learners.items():
            started = time.perf_counter()
            learner.train_batch(photos, targets, config.learning_rate, step)
            times[dtype].append(time.perf_counter() - started)
    return {dtype: min(taken[1:]) for dtype, taken in times.items()}
