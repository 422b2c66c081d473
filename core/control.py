"""Commands from pages to a worker: one small file each, so that none overwrites another.

Any number of browsers may drop a command into a run's ``control`` folder; the worker takes them
in the order of their sending, between two batches, and removes each as it obeys.
"""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.files import read_json, write_json

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Command:
    """``name`` is pause, resume, step, stop or learning_rate; only the last one has a value."""

    name: str
    value: float | None = None


NAMES = ("pause", "resume", "step", "stop", "learning_rate")


class Mailbox:
    """The commands of one run, waiting in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.looked_at = -POLL_SECONDS

    def send(self, command: Command) -> None:
        """Leave a command for the worker."""
        self.folder.mkdir(exist_ok=True)
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}.json"
        write_json(self.folder / name, vars(command))

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


def read_command(path: Path) -> Command | None:
    """Read one command; ``None`` when the file holds none."""
    try:
        values: dict[str, Any] = read_json(path)
    except (OSError, ValueError):
        return None
    name, value = values.get("name"), values.get("value")
    if name not in NAMES:
        return None
    if name == "learning_rate":
        return Command(name, float(value)) if isinstance(value, int | float) else None
    return Command(name)
