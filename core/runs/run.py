"""A run is a folder: what a training was told, what it said, and the weights it left.

Pages, browsers and the command line read the same folder while a worker process writes it, so
nothing is lost with a tab, a session or a server. Importing this module is cheap; torch is only
imported by ``Run.classifier`` and ``Run.load_model``.

    config.json    config, classes, source, versions (written by the worker once data is loaded)
    name.json      the name people gave the run
    status.json    where it stands; replaced at most four times a second
    end.json       the exit code of a worker that ended without a last word (``core.runs.end``)
    events.jsonl   everything that happened, a line each (``core.runs.event_log``)
    checkpoints/   weights per epoch (``core.runs.checkpoints``)
    predictions/   P(class 1) of every test photo per epoch
    control/       commands on their way to the worker (``core.runs.commands``)
    worker.lock    locked while a worker lives; worker.log what it printed
"""

import re
import shutil
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from core.config import TrainConfig, check_number
from core.errors import ModelError, RunError
from core.files import read_json, write_json
from core.records import is_text
from core.runs.best_epoch import best_epochs
from core.runs.checkpoints import Checkpoint, Checkpoints, Position
from core.runs.commands import Action, Command, CommandFolder
from core.runs.end import how_it_ended
from core.runs.event_log import EventLog, log_of
from core.runs.naming import describe
from core.runs.predictions import Predictions, read_predictions
from core.runs.run_record import config_of, read_run_record
from core.runs.status import ACTIVE, State, Status
from core.system import free_bytes, seconds_since
from core.wording import one_line

if TYPE_CHECKING:
    from torch import nn

    from core.networks.classifier import Classifier

STARTING_SECONDS = 15.0
"""How long a worker may take from the click to its lock."""
LEAVING_SECONDS = 2.0
"""How long a worker may hold its lock after its last word."""
LOCK = "worker.lock"
LITTLE_ROOM = 2**20
"""Bytes on a disk that count as none."""
LONGEST_NAME = 80
AUTOMATIC_ID = re.compile(r"\d{8}-\d{6}(-[a-z0-9]+)+-[0-9a-f]{4}")
"""Names of the folders that nobody has named."""


class Run:
    """The run in ``path``. ``RunError`` when the folder holds none that can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path = path.absolute()
        record = read_run_record(path)
        self.id = path.name
        self.created = str(record.get("created", ""))
        self.checkpoints = Checkpoints(path / "checkpoints", best=self.best_epochs)
        self.commands = CommandFolder(path / "control")
        self.config = config_of(record, path.name)

    # What it is

    @property
    def record(self) -> dict[str, Any]:
        """The whole config.json: config, classes, source, counts, versions."""
        return read_run_record(self.path)

    @property
    def owner(self) -> str:
        """The mark of the browser that began it (``core.visitors``); empty where none did."""
        return str(self.record.get("owner", ""))

    @property
    def settled(self) -> TrainConfig:
        """The config, with the numbers that its first worker chose where it left them open."""
        dtype = (self.record.get("numbers") or {}).get("dtype", self.config.dtype)
        return self.config.replace(dtype=dtype)

    @property
    def classes(self) -> tuple[str, str] | None:
        """Names of label 0 and label 1; ``None`` until the data was loaded."""
        classes = self.record.get("classes")
        return (str(classes[0]), str(classes[1])) if classes else None

    @property
    def name(self) -> str:
        """The name people gave the run or its folder; else what it trains, in words."""
        try:
            name = read_json(self.path / "name.json")["name"]
        except (OSError, ValueError, KeyError):
            name = None
        if not is_text(name):
            if not AUTOMATIC_ID.fullmatch(self.id):
                return self.id
            return describe(self.config, (self.record.get("photos") or {}).get("train"))
        return str(name)

    def rename(self, name: str) -> None:
        """Give the run another name of 1 to 80 characters."""
        name = one_line(name)
        if not 1 <= len(name) <= LONGEST_NAME:
            raise RunError(
                f"A run's name must have 1 to {LONGEST_NAME} characters, not {len(name)}."
            )
        write_json(self.path / "name.json", {"name": name})

    # What it says

    def status(self) -> Status:
        """Read where the run stands; the lock tells whether its worker still lives."""
        status, age = self.written_status()
        if not status.active or self.locked():
            return status
        # A worker says its last word before it lets go, so what is read now is the last word.
        status, age = self.written_status()
        starting = status.state is State.STARTING and age < STARTING_SECONDS
        if not status.active or starting:
            return status
        message = self.why_cut_off()
        return replace(status, state=State.INTERRUPTED, message=message, seconds_left=None)

    def why_cut_off(self) -> str:
        """Say of a training whose worker left no last word what became of it, as far as known."""
        ended = how_it_ended(self.path)
        if ended:
            return f"{ended} It can go on from its newest checkpoint."
        if free_bytes(self.path) < LITTLE_ROOM:
            return (
                "The training was cut off, and the disk that holds it is full: make some room, "
                "then it can go on from its newest checkpoint."
            )
        return "The training was cut off; it can go on from its newest checkpoint."

    def mark(self) -> tuple[int, ...]:
        """Return numbers that change with whatever the worker or a person writes down of it."""
        found = []
        for name in ("config.json", "status.json", "events.jsonl"):
            try:
                told = (self.path / name).stat()
            except OSError:
                continue
            found += [told.st_mtime_ns, told.st_size]
        return tuple(found)

    def written_status(self) -> tuple[Status, float]:
        """Return what the last worker wrote, and how many seconds ago."""
        path = self.path / "status.json"
        try:
            status = Status.from_dict(read_json(path))
            return status, seconds_since(path.stat().st_mtime)
        except FileNotFoundError:
            return Status(State.STOPPED, "Not started yet.", epochs=self.config.epochs), 0.0
        except (OSError, ValueError):
            message = "Its status cannot be read."
            return Status(State.INTERRUPTED, message, epochs=self.config.epochs), 0.0

    def write_status(self, status: Status) -> None:
        """Replace the status; only the worker, or whoever starts one, does this."""
        write_json(self.path / "status.json", asdict(status))

    @property
    def log(self) -> EventLog:
        """The reader of the event log, shared by everyone in this process who reads this run."""
        return log_of(self.path / "events.jsonl")

    def test_predictions(self, epoch: int | None = None) -> Predictions:
        """Return the answers to the test photos after ``epoch``, or after the newest one."""
        return read_predictions(self.path, epoch)

    # What it left

    def saved_epochs(self) -> list[int]:
        """List the epochs whose weights are kept; 0, the untrained network, always is."""
        return [0, *(epoch for epoch in self.checkpoints.epochs() if epoch)]

    def best_epochs(self) -> set[int]:
        """Return the epochs of the lowest test loss and of the highest test accuracy."""
        return {done.epoch for done in best_epochs(self.log.epochs()) or ()}

    def checkpoint(self, epoch: int | None = None) -> Checkpoint:
        """Read the newest weights that verify, or those after ``epoch``; else ``ModelError``."""
        if epoch is not None:
            if epoch not in self.checkpoints.epochs():
                kept = ", ".join(map(str, self.saved_epochs()))
                raise ModelError(f"The run keeps the weights of the epochs {kept}, not of {epoch}.")
            return self.checkpoints.load(Position(epoch))
        newest = self.checkpoints.newest()
        if newest is None:
            raise ModelError(f"The run {self.name} has no usable weights yet.")
        return newest

    def classifier(self, epoch: int | None = None) -> "Classifier":
        """Load the network with the newest weights, or those after ``epoch``, and what is known."""
        from core.networks.classifier import Classifier  # imports torch, which takes seconds

        checkpoint = self.checkpoint(epoch)
        weights = checkpoint.weights
        if self.config.engine == "both":
            from core.training.both_engines import TORCH, part

            weights = part(weights, TORCH)
        return Classifier(weights, checkpoint.facts, self.name)

    def load_model(self, epoch: int | None = None) -> "nn.Sequential":
        """Load the network alone, ready to answer; epoch 0 is it before its first step."""
        from core.networks.build import build_model

        if epoch == 0:
            config = self.config
            return build_model(config.model, config.image_size, config.init, config.seed).eval()
        return self.classifier(epoch).model

    # What it is told

    def send(self, action: Action) -> None:
        """Ask the worker for something; ``RunError`` when none is there to obey."""
        self._command(Command(action))

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the schedule's peak from the next batch on."""
        check_number("learning_rate", learning_rate)
        self._command(Command(Action.LEARNING_RATE, float(learning_rate)))

    def _command(self, command: Command) -> None:
        state = self.status().state
        if state not in ACTIVE:
            raise RunError(f"The run {self.name} is {state}, so nobody is there to obey: start it.")
        self.commands.send(command)

    def extend(self, epochs: int) -> None:
        """Let a run go on to more ``epochs`` in all than it was begun with, once it is started."""
        if self.has_worker():
            raise RunError(f"The run {self.name} is being trained: stop it first.")
        status = self.status()
        if status.state is State.DIVERGED:
            raise RunError(f"The run {self.name} has diverged: more epochs would not mend it.")
        if epochs < self.config.epochs:
            raise RunError(f"The run {self.name} has {self.config.epochs} epochs already.")
        self.config = self.config.replace(epochs=epochs)
        record = self.record | {"config": self.config.to_dict()}
        write_json(self.path / "config.json", record, durable=True)
        if status.state is State.FINISHED:
            self.write_status(replace(status, state=State.STOPPED, message="", epochs=epochs))

    def delete(self) -> None:
        """Delete the run's folder; ``RunError`` while a worker is at it."""
        if self.has_worker():
            raise RunError(f"The run {self.name} is still being trained: stop it first.")
        grave = self.path.with_name(f".deleted-{uuid.uuid4().hex}")
        self.path.rename(grave)  # gone at once for everyone else
        shutil.rmtree(grave)

    # Its worker

    def lock(self) -> FileLock:
        """Return the lock that the run's worker holds as long as it lives."""
        return FileLock(self.path / LOCK)

    def has_worker(self) -> bool:
        """Tell whether a worker is at it; one that has said its last word gets time to let go."""
        return self.status().active or self.locked(LEAVING_SECONDS)

    def locked(self, patience: float = 0.0) -> bool:
        """Tell whether a worker lives, or still does after so many seconds of ``patience``."""
        try:
            with self.lock().acquire(timeout=patience):
                return False
        except Timeout:
            return True
        except FileNotFoundError:  # the folder was deleted
            return False
