"""The processes that train one network together, each its part of every batch.

``torchrun`` starts them and says in the environment who they are. The first one decides and writes
the run; the others (``core.runs.peer``) do what it says. Gradients, batch norm's statistics, losses
and answers are summed over all of them, and dropout leaves out the same numbers, so the steps are
those of one process but for rounding.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, TypeVar

from core.config import TrainConfig
from core.errors import ConfigError, TeamError
from core.system import cpu_count, set_torch_threads

if TYPE_CHECKING:
    from torch import Tensor
    from torch.distributed import ProcessGroup

Value = TypeVar("Value")

ANSWER_SECONDS = 120.0
"""How long the others may take to their part of a step. One that has died is noticed at once."""
REST_DAYS = 365.0
"""How long the others wait for the first one's next word: a training may be paused."""


class Order(IntEnum):
    """What the first process tells the others between two batches."""

    GO = 0
    STOP = 1


class Team:
    """This process among those of a training; without others, as here, there is nothing to do.

    ``rank`` counts from 0, which is the process that decides; ``size`` is how many there are.
    """

    rank = 0
    size = 1

    def part(self, count: int) -> slice:
        """Return which of ``count`` photos are this process's; it may be none."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def share(self, value: Value) -> Value:
        """Return the first process's value, which JSON could hold; that of others is not read."""
        return value

    def order(self, order: Order, learning_rate: float) -> tuple[Order, float]:
        """Return the first process's order and learning rate."""
        return order, learning_rate

    def wait_for_all(self) -> None:
        """Return when every process has come here, however long that takes."""

    def sum(self, tensor: "Tensor") -> "Tensor":
        """Add the tensors of all processes up, in place."""
        return tensor

    def calling(self, function: Callable[[], Value]) -> Value:
        """Call what needs the others; ``TeamError`` when one of them is missing."""
        return function()

    def fitted(self, config: TrainConfig) -> TrainConfig:
        """Return ``config`` as these processes can train it, or raise ``ConfigError``."""
        return config


ALONE = Team()


class Processes(Team):
    """Several processes, which ``torch.distributed`` connects.

    ``orders`` is a second connection between the same ones, whose waiting has no end.
    """

    def __init__(self, rank: int, size: int, orders: "ProcessGroup | None") -> None:
        self.rank, self.size, self.orders = rank, size, orders

    def share(self, value: Value) -> Value:
        """Send a value as bytes to all others, or receive it."""
        import torch.distributed as dist

        box = [value]
        self.calling(lambda: dist.broadcast_object_list(box, 0, self.orders))
        return box[0]

    def order(self, order: Order, learning_rate: float) -> tuple[Order, float]:
        """Send or receive two numbers."""
        import torch
        import torch.distributed as dist

        numbers = torch.tensor([float(order), learning_rate], dtype=torch.float64)
        self.calling(lambda: dist.broadcast(numbers, 0, self.orders))
        return Order(int(numbers[0])), float(numbers[1])

    def wait_for_all(self) -> None:
        """Meet the others."""
        import torch.distributed as dist

        self.calling(lambda: dist.barrier(self.orders))

    def sum(self, tensor: "Tensor") -> "Tensor":
        """Add up over the connection that steps use."""
        import torch.distributed as dist

        self.calling(lambda: dist.all_reduce(tensor))
        return tensor

    def calling(self, function: Callable[[], Value]) -> Value:
        """Tell a lost connection in a sentence; torch has no error of its own for it."""
        try:
            return function()
        except RuntimeError as error:
            if not any(word in str(error) for word in LOST):
                raise
            raise TeamError(
                f"One of the other processes of this training ({self.size} in all) has ended or "
                "does not answer, so it stopped here. It can go on from its newest checkpoint: "
                "start it again, with --resume on the command line."
            ) from error

    def fitted(self, config: TrainConfig) -> TrainConfig:
        """Refuse what several processes cannot train; on a Mac the processor is taken."""
        if config.engine != "torch":
            raise ConfigError(
                f"Only torch shares a training among processes, and the engine is {config.engine}: "
                "start it without torchrun."
            )
        if self.size > config.batch_size:
            raise ConfigError(
                f"Batch size must be at least {self.size}, one photo for each process that "
                f"torchrun has started, not {config.batch_size}."
            )
        if config.device == "mps":
            raise ConfigError(
                "Several processes train on processors or CUDA graphics cards, not on mps: start "
                "it without torchrun."
            )
        return config if cuda() else config.replace(device="cpu")


LOST = ("gloo", "Gloo", "Connection", "connection", "Timed out", "timed out", "NCCL")
"""What torch's errors say when another process is missing."""


def cuda() -> bool:
    """Say whether each process can have a CUDA device."""
    import torch

    return torch.cuda.is_available()


def under_torchrun() -> bool:
    """Say whether ``torchrun`` has started this process together with others."""
    return "TORCHELASTIC_RUN_ID" in os.environ and int(os.environ["WORLD_SIZE"]) > 1


@contextmanager
def joined_team() -> Iterator[Team]:
    """Find the other processes that ``torchrun`` has started; without it there are none.

    The processes of one machine share its processors evenly.
    """
    if not under_torchrun():
        yield ALONE
        return
    import torch
    import torch.distributed as dist

    environment = {name: int(os.environ[name]) for name in ("LOCAL_RANK", "LOCAL_WORLD_SIZE")}
    set_torch_threads(max(1, cpu_count() // environment["LOCAL_WORLD_SIZE"]))
    if cuda():
        torch.cuda.set_device(environment["LOCAL_RANK"])
    dist.init_process_group(
        "cpu:gloo,cuda:nccl" if cuda() else "gloo", timeout=timedelta(seconds=ANSWER_SECONDS)
    )
    orders = dist.new_group(backend="gloo", timeout=timedelta(days=REST_DAYS))
    team = Processes(dist.get_rank(), dist.get_world_size(), orders)
    try:
        yield team
    finally:
        # A connection's threads end with the last name for it. One that lives on while Python
        # ends, and frees a tensor then, takes the process down (SIGABRT).
        team.orders = None
        del orders
        dist.destroy_process_group()
