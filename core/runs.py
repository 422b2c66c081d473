"""A run is a folder: what a training was told, what it said, and the weights it left.

Pages, browsers and the command line read the same folder while a worker process writes it, so
nothing is lost with a tab, a session or a server. Importing this module is cheap; torch is only
imported by ``Run.load_model``.

    config.json    config, classes, source, versions (written by the worker once data is loaded)
    name.json      the name people gave the run
    status.json    where it stands; replaced at most four times a second
    events.jsonl   everything that happened, a line each (``core.history``)
    checkpoints/   weights per epoch (``core.checkpoint``)
    predictions/   P(class 1) of every test photo per epoch
    control/       commands on their way to the worker (``core.control``)
    worker.lock    locked while a worker lives; worker.log what it printed
"""

import datetime
import functools
import platform
import shutil
import time
import uuid
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from core.checkpoint import Checkpoint, Checkpoints, Position
from core.config import TrainConfig, check_number
from core.control import Command, Mailbox
from core.errors import ConfigError, ModelError, RunError
from core.events import EpochDone, Event, LearningRateChanged
from core.files import read_json, write_json
from core.folders import runs_folder
from core.history import BatchLosses, History

if TYPE_CHECKING:
    import numpy as np
    from torch import nn

    from core.worker_pool import WorkerPool

FORMAT = 1
FRESH_SECONDS = 2.0
"""A status younger than this was written by a living worker; an older one asks the lock."""
STARTING_SECONDS = 15.0
"""How long a worker may take from the click to its lock."""
LEAVING_SECONDS = 2.0
"""How long a worker may hold its lock after its last word."""
LONGEST_NAME = 80

ACTIVE = ("starting", "waiting", "loading", "training", "paused", "stopping")
RESUMABLE = ("stopped", "interrupted", "failed")


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    ``state`` is starting, waiting (for a free place), loading, training, paused, stopping, or,
    without a worker: stopped, finished, diverged, failed, interrupted. ``epoch`` is the one in
    progress, from 1, and 0 before the first; ``step`` of ``steps`` batches of it are done.
    Accuracies and losses are the newest, ``learning_rate`` is the newest batch's; what can be set
    is the schedule's peak. ``None`` is not known yet. ``message`` is a sentence.
    """

    state: str
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

    @property
    def active(self) -> bool:
        """Whether a worker is at it (also while paused)."""
        return self.state in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether ``Run.start`` would go on where the run was left."""
        return self.state in RESUMABLE


@dataclass(frozen=True)
class Predictions:
    """Answers to the test photos after one epoch.

    ``probabilities`` (N,) float32 are P(class 1), ``labels`` (N,) uint8, ``names`` the photos'
    (N), ``classes`` the names of label 0 and 1.
    """

    epoch: int
    probabilities: "np.ndarray"
    labels: "np.ndarray"
    names: tuple[str, ...]
    classes: tuple[str, str]


class Run:
    """The run in ``path``. ``RunError`` when the folder holds none that can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path = path.absolute()
        record = read_run_record(path)
        self.id = path.name
        self.created = str(record.get("created", ""))
        self.checkpoints = Checkpoints(path / "checkpoints")
        self.mailbox = Mailbox(path / "control")
        try:
            self.config = TrainConfig.from_dict(record["config"])
        except (KeyError, TypeError, ConfigError) as error:
            raise RunError(
                f"the run {path.name} has a config that cannot be used: {error}"
            ) from error

    # What it is

    @property
    def record(self) -> dict[str, Any]:
        """The whole config.json: config, classes, source, counts, versions."""
        return read_run_record(self.path)

    @property
    def classes(self) -> tuple[str, str] | None:
        """Names of label 0 and label 1; ``None`` until the data was loaded."""
        classes = self.record.get("classes")
        return (str(classes[0]), str(classes[1])) if classes else None

    @property
    def name(self) -> str:
        """The name people gave the run."""
        try:
            return str(read_json(self.path / "name.json")["name"])
        except (OSError, ValueError, KeyError):
            return self.id

    def rename(self, name: str) -> None:
        """Give the run another name of 1 to 80 characters."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            raise RunError(f"a run's name has 1 to {LONGEST_NAME} characters, not {len(name)}")
        write_json(self.path / "name.json", {"name": name})

    # What it says

    def status(self) -> Status:
        """Read where the run stands: one small file, and its lock when that file is old."""
        path = self.path / "status.json"
        try:
            values = read_json(path)
            status = Status(**values)
            age = time.time() - path.stat().st_mtime
        except FileNotFoundError:
            return Status("stopped", "Not started yet.", epochs=self.config.epochs)
        except (OSError, ValueError, TypeError):
            return Status("interrupted", "Its status cannot be read.", epochs=self.config.epochs)
        if not status.active or 0 <= age < FRESH_SECONDS or self.locked():
            return status
        if status.state == "starting" and 0 <= age < STARTING_SECONDS:
            return status
        message = "The training was cut off; it can go on from its newest checkpoint."
        return Status(
            **(values | {"state": "interrupted", "message": message, "seconds_left": None})
        )

    def write_status(self, status: Status) -> None:
        """Replace the status; only the worker, or whoever starts one, does this."""
        write_json(self.path / "status.json", asdict(status))

    def events(self, after: int = 0) -> list[Event]:
        """Return the log's events in order without the first ``after``, superseded ones too."""
        return self.history.events(after)

    def batch_losses(self) -> BatchLosses:
        """Return the loss per batch, steps counted over all epochs."""
        return self.history.batch_losses()

    def epochs(self) -> list[EpochDone]:
        """Return the finished epochs with their losses and accuracies."""
        return self.history.epoch_events()

    def learning_rates(self) -> list[LearningRateChanged]:
        """Return where the learning rate was changed by hand."""
        return self.history.learning_rates()

    @property
    def history(self) -> History:
        """The reader of the log, shared by everyone in this process who reads this run."""
        return history_of(self.path / "events.jsonl")

    # What it left

    def saved_epochs(self) -> list[int]:
        """List the epochs whose weights are kept; 0, the untrained network, always is."""
        return [0, *(epoch for epoch in self.checkpoints.epochs() if epoch)]

    def checkpoint(self, epoch: int | None = None) -> Checkpoint:
        """Read the newest weights that verify, or those after ``epoch``; else ``ModelError``."""
        if epoch is not None:
            if epoch not in self.checkpoints.epochs():
                kept = ", ".join(map(str, self.saved_epochs()))
                raise ModelError(f"the run keeps the weights of the epochs {kept}, not of {epoch}")
            return self.checkpoints.load(Position(epoch))
        newest = self.checkpoints.newest()
        if newest is None:
            raise ModelError(f"the run {self.name} has no usable weights yet")
        return newest

    def load_model(self, epoch: int | None = None) -> "nn.Sequential":
        """Build the network with the newest weights, or those after ``epoch``, ready to answer.

        Epoch 0 is the network before its first step.
        """
        from core.models import build_model  # imports torch, which takes seconds
        from core.torch_learner import load_into

        config = self.config
        model = build_model(config.model, config.image_size, config.init, config.seed)
        if epoch != 0:
            load_into(model, self.checkpoint(epoch).weights)
        return model.eval()

    def test_predictions(self, epoch: int | None = None) -> Predictions:
        """Return the answers to the test photos after ``epoch``, or after the newest one."""
        from core.predictions import read_predictions

        return read_predictions(self.path, epoch)

    # What it is told

    def start(self, pool: "WorkerPool | None" = None) -> None:
        """Let a worker train it, from the start or from where it was left."""
        from core.worker_pool import WorkerPool

        (pool or WorkerPool()).start(self)

    def extend(self, epochs: int) -> None:
        """Let a run go on to more ``epochs`` in all than it was begun with; then ``start`` it."""
        if self.has_worker():
            raise RunError(f"the run {self.name} is being trained: stop it first")
        status = self.status()
        if status.state == "diverged":
            raise RunError(f"the run {self.name} has diverged: more epochs would not mend it")
        if epochs < self.config.epochs:
            raise RunError(f"the run {self.name} has {self.config.epochs} epochs already")
        self.config = self.config.replace(epochs=epochs)
        record = self.record | {"config": self.config.to_dict()}
        write_json(self.path / "config.json", record, durable=True)
        if status.state == "finished":
            status = replace(status, state="stopped", message="", epochs=epochs)
            self.write_status(status)

    def pause(self) -> None:
        """Ask the worker to rest after the batch in work."""
        self.command("pause")

    def resume(self) -> None:
        """Ask a resting worker to go on."""
        self.command("resume")

    def step(self) -> None:
        """Ask a resting worker for one batch; a training one does one more and pauses."""
        self.command("step")

    def stop(self) -> None:
        """Ask the worker to save a checkpoint and end."""
        self.command("stop")

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the schedule's peak from the next batch on."""
        check_number("learning_rate", learning_rate)
        self.command("learning_rate", float(learning_rate))

    def command(self, name: str, value: float | None = None) -> None:
        """Send a command; ``RunError`` when no worker is there to obey."""
        state = self.status().state
        if state not in ACTIVE:
            raise RunError(f"the run {self.name} is {state}, so nobody is there to obey: start it")
        self.mailbox.send(Command(name, value))

    def delete(self) -> None:
        """Delete the run's folder; ``RunError`` while a worker is at it."""
        if self.has_worker():
            raise RunError(f"the run {self.name} is still being trained: stop it first")
        grave = self.path.with_name(f".deleted-{uuid.uuid4().hex}")
        self.path.rename(grave)  # gone at once for everyone else
        shutil.rmtree(grave)

    # Its worker

    def lock(self) -> FileLock:
        """Return the lock that the run's worker holds as long as it lives."""
        return FileLock(self.path / "worker.lock")

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


@functools.lru_cache(maxsize=64)
def history_of(path: Path) -> History:
    """Return the one reader of a log in this process, so that nobody parses it twice."""
    return History(path)


def read_run_record(path: Path) -> dict[str, Any]:
    """Read a run's config.json; ``RunError`` when there is none to be read."""
    try:
        return read_json(path / "config.json")
    except OSError as error:
        raise RunError(f"{path} holds no run: it has no config.json that can be read") from error
    except ValueError as error:
        raise RunError(f"the run {path.name} is damaged: its config.json is not JSON") from error


def create_run(config: TrainConfig, name: str | None = None, path: Path | None = None) -> Run:
    """Make a run's folder: a new one among all runs, or ``path``, which must be new or empty."""
    if config.data != "drawn":  # a worker, or a later shell, may be elsewhere
        config = config.replace(data=str(Path(config.data).expanduser().absolute()))
    now = datetime.datetime.now().astimezone()
    if path is None:
        path = runs_folder() / f"{now:%Y%m%d-%H%M%S}-{config.model}-{uuid.uuid4().hex[:4]}"
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RunError(f"{path} is not empty: a new run needs a folder of its own")
    except OSError as error:
        raise RunError(f"no run can be made in {path}: {error.strerror}") from error
    record = {
        "format": FORMAT,
        "config": config.to_dict(),
        "source": config.data,
        "created": now.isoformat(timespec="seconds"),
        "versions": versions(),
    }
    write_json(path / "config.json", record, durable=True)
    run = Run(path)
    if name:
        run.rename(name)
    return run


def list_runs(root: Path | None = None) -> list[Run]:
    """List the runs in a folder (all runs without one), the newest first.

    Folders without a readable run are left out.
    """
    root = root or runs_folder()
    runs = []
    for path in sorted(root.iterdir(), reverse=True) if root.is_dir() else []:
        if path.name.startswith(".") or not (path / "config.json").is_file():
            continue
        try:
            runs.append(Run(path))
        except RunError:
            continue
    return sorted(runs, key=lambda run: run.created, reverse=True)


def open_run(run_id: str) -> Run:
    """Open a run by its folder's name; any other text, such as a path, is a ``RunError``."""
    if not run_id or run_id.startswith(".") or Path(run_id).name != run_id or "\\" in run_id:
        raise RunError(f"{run_id!r} is not the name of a run")
    path = runs_folder() / run_id
    if not path.is_dir():
        raise RunError(f"there is no run {run_id!r} any more")
    return Run(path)


def versions() -> dict[str, str]:
    """Return the versions that decide which numbers come out."""
    packages = ("torch", "numpy", "opencv-python", "pillow")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
