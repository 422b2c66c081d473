"""Where a run stands: its state, the newest numbers, and a sentence."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.records import read_record


class State(StrEnum):
    """What a run is doing; the first six need a worker."""

    STARTING = "starting"
    WAITING = "waiting"  # for a free slot
    LOADING = "loading"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


ACTIVE = frozenset(
    {
        *(State.STARTING, State.WAITING, State.LOADING),
        *(State.TRAINING, State.PAUSED, State.STOPPING),
    }
)
RESUMABLE = frozenset({State.STOPPED, State.INTERRUPTED, State.FAILED})


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    ``epoch`` is the one in progress, from 1, and 0 before the first; ``step`` of ``steps`` batches
    of it are done. Accuracies and losses are the newest, ``learning_rate`` is the newest batch's;
    what can be set is the schedule's peak. ``None`` is not known yet. ``message`` is a sentence.
    ``queue_place`` is the place among those that wait for a slot, from 1.
    """

    state: State
    message: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    progress: float = 0.0
    images_per_second: float | None = None
    seconds_left: float | None = None
    learning_rate: float | None = None
    peak_learning_rate: float | None = None
    batch_loss: float | None = None
    train_loss: float | None = None
    train_accuracy: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    queue_place: int | None = None

    @property
    def active(self) -> bool:
        """Whether a worker is at it (also while paused)."""
        return self.state in ACTIVE

    @property
    def spoken_state(self) -> str:
        """The state in a word, with the place in the queue of a run that waits."""
        if self.queue_place is None:
            return str(self.state)
        return f"{self.state}, number {self.queue_place} in the queue"

    @property
    def resumable(self) -> bool:
        """Whether a worker would go on where the run was left."""
        return self.state in RESUMABLE

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Status":
        """Read a status back; ``ValueError`` when the values are none."""
        status = read_record(cls, values)
        if not 0 <= status.progress <= 1:
            raise ValueError(f"progress must be from 0 to 1, not {status.progress:g}")
        return replace(status, state=State(status.state))
