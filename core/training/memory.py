"""Whether a training fits into memory, estimated from its network and its photos beforehand."""

from core.architecture.library import layers_of
from core.architecture.plan import plan, training_bytes
from core.config import TrainConfig
from core.data.ahead import AHEAD
from core.memory import free_memory
from core.system import memory_bytes
from core.wording import spoken_memory

PROGRAM = 400 * 10**6
"""Bytes that a worker takes before its first step: Python, torch and the decoders."""
ON_A_CARD = ("cuda", "mps")
LESS = "Smaller batches or smaller pictures take less."


def needed_memory(config: TrainConfig) -> int:
    """Estimate the bytes that a training takes beside the program.

    That is a step (``core.architecture.plan.training_bytes``), in both engines if both compute and
    in the width of their numbers, and the photos of the steps to come, which are made ready while
    it is taken. All other photos stay on the disk, so their number does not matter.
    """
    side = config.window_side
    step = training_bytes(plan(layers_of(config.model, side), side), config.batch_size, side)
    step *= (2 if config.engine == "both" else 1) * (2 if config.dtype == "float64" else 1)
    return step + (AHEAD + 2) * config.batch_size * 3 * config.image_size**2


def memory_refusal(config: TrainConfig) -> str:
    """Say why a training is too large for this computer; empty when it is not."""
    needed, there = needed_memory(config), memory_bytes()
    if there is None or needed <= there:
        return ""
    return (
        f"This training would take roughly {spoken_memory(needed)} of memory, and this computer "
        f"has {spoken_memory(there)}. {LESS}"
    )


def memory_warning(config: TrainConfig) -> str:
    """Say that a training may be too large for what is free right now; empty when it is not.

    Where it computes on a graphics card nothing is said of that card's memory.
    """
    free = free_memory()
    if free is None or config.device in ON_A_CARD:
        return ""
    needed = needed_memory(config)
    if needed + PROGRAM <= free:
        return ""
    return (
        f"This training takes roughly {spoken_memory(needed)} of memory beside "
        f"{spoken_memory(PROGRAM)} for the program, and {spoken_memory(free)} are free right now: "
        f"the system may end it. {LESS}"
    )
