"""Commands from pages to a worker: one small file each, so that none overwrites another.

Any number of browsers may drop a command into a run's ``control`` folder; the worker takes them
in the order of their sending, between two batches, and removes each as it obeys.
"""

import time
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.config import check_number
from core.files import make_folder, read_json, write_json

POLL_SECONDS = 0.05


class Action(StrEnum):
    """What a worker can be asked for.

    ``PAUSE`` rests after the batch in work and ``RESUME`` goes on; ``STEP`` trains one batch, one
    more when it is not resting; ``STOP`` saves a checkpoint and ends; ``LEARNING_RATE`` changes the
    schedule's peak from the next batch on.
    """

    PAUSE = "pause"
    RESUME = "resume"
    STEP = "step"
    STOP = "stop"
    LEARNING_RATE = "learning_rate"


@dataclass(frozen=True)
class Command:
    """One request; only ``LEARNING_RATE`` has a value."""

    action: Action
    value: float | None = None


class CommandFolder:
    """The commands of one run, waiting in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.looked_at = -POLL_SECONDS

    def send(self, command: Command) -> None:
        """Leave a command for the worker."""
        make_folder(self.folder)
        # Not before any that waits, even when the clock was set back meanwhile.
        newest = max((number_of(path) for path in self.waiting()), default=0)
        name = f"{max(time.time_ns(), newest + 1):020d}-{uuid.uuid4().hex}.json"
        write_json(self.folder / name, {"name": command.action, "value": command.value})

    def take(self) -> list[Command]:
        """Remove and return the waiting commands in order; looks at most 20 times a second."""
        now = time.monotonic()
        if now - self.looked_at < POLL_SECONDS:
            return []
        self.looked_at = now
        commands = []
        for path in self.waiting():
            command = read_command(path)
            path.unlink(missing_ok=True)
            if command is not None:
                commands.append(command)
        return commands

    def clear(self) -> None:
        """Remove what was meant for an earlier worker."""
        for path in self.waiting():
            path.unlink(missing_ok=True)

    def waiting(self) -> list[Path]:
        """List the files of the waiting commands, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(self.folder.glob("[0-9]*.json"))


def number_of(path: Path) -> int:
    """Return the time of its sending in a command's name; 0 for another file's."""
    number = path.stem.partition("-")[0]
    return int(number) if number.isdecimal() and len(number) == 20 else 0


def read_command(path: Path) -> Command | None:
    """Read one command; ``None`` when the file holds none."""
    try:
        values = read_json(path)
        action, value = Action(values.get("name", "")), values.get("value")
        if action is not Action.LEARNING_RATE:
            return Command(action)
        check_number("learning_rate", value)
        return Command(action, float(value))  # type: ignore[arg-type]
    except (OSError, ValueError):
        return None
