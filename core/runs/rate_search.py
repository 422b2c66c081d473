"""A search for a learning rate in a process of its own: ``python -m core.runs.rate_search FOLDER``.

Like a training it takes a slot, and it goes on only as long as somebody looks: a page that shows it
says so again and again. What it found is kept, so that the same question is answered at once.

    question.json   the config, the run whose newest weights it begins with, if any, and who asked
    found.json      how far it has come; replaced at most four times a second
    looked          how old it is tells whether anybody still looks
    lock            locked while a process is at it
"""

import contextlib
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import run_command
from core.config import TrainConfig
from core.errors import sentence_for
from core.files import claimed_lock, is_locked, read_json, write_json
from core.folders import runs_folder
from core.records import read_record
from core.runs.background import start_process, work_on_folder
from core.runs.queue import wait_for
from core.runs.run import Run
from core.runs.slots import Slot, claimed
from core.system import seconds_since
from core.training.without_compiler import leave_compiler_out

if TYPE_CHECKING:
    from core.training.rate_finder import RateTried

PATIENCE_SECONDS = 15.0
"""How long after the last look it still goes on."""
STARTING_SECONDS = 15.0
"""How long a process may take from its start to its lock."""
WRITE_SECONDS = 0.25
NO_MATTER = ("epochs", "learning_rate", "schedule", "test_per_class")
"""What of a config changes nothing about a search."""


@dataclass(frozen=True)
class Found:
    """How far a search has come: the losses at the rates tried so far, of ``steps`` at most.

    ``message`` says what it does now, or with ``failed`` why it cannot go on.
    """

    rates: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    steps: int = 0
    message: str = "Starting."
    done: bool = False
    failed: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.done or self.failed


class RateSearch:
    """The search for ``config``, from its first weights or from the newest ones of ``run``.

    ``owner`` is the mark of the browser that asks (``core.visitors``), if one does.
    """

    def __init__(self, config: TrainConfig, run: Run | None = None, owner: str = "") -> None:
        self.config = config
        self.run = run
        self.owner = owner
        positions = run.checkpoints.positions() if run else []
        where = [run.id, positions[-1].name] if run and positions else []
        asked = {k: v for k, v in config.to_dict().items() if k not in NO_MATTER}
        text = json.dumps([asked, where], sort_keys=True)
        self.id = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.folder = searches_folder() / self.id
        self.written_at = -WRITE_SECONDS

    # For those who look

    def found(self) -> Found:
        """Read how far it has come."""
        try:
            values = read_json(self.folder / "found.json")
            found = read_record(Found, values)
            return replace(found, rates=tuple(found.rates), losses=tuple(found.losses))
        except (OSError, ValueError):
            return Found()

    def look(self) -> Found:
        """Say that somebody looks, let a process begin where none is at it, read what it found."""
        self.folder.mkdir(parents=True, exist_ok=True)
        found = self.found()
        if found.ended:
            return found
        looked, lock = self.folder / "looked", self.folder / "lock"
        just_begun = seconds_since(self.begun_at()) < STARTING_SECONDS
        if not just_begun and not is_locked(lock):
            run = str(self.run.path) if self.run else None
            question = {"config": self.config.to_dict(), "run": run, "begun": time.time()}
            write_json(self.folder / "question.json", question | {"owner": self.owner})
            self.write(Found())
            looked.touch()
            start_process("core.runs.rate_search", [str(self.folder)], self.folder / "log")
            return Found()
        looked.touch()
        return found

    def begun_at(self) -> float:
        """Return when a process was last started, in seconds since 1970; 0 when none was."""
        try:
            return float(read_json(self.folder / "question.json")["begun"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0.0

    def forget(self) -> None:
        """Let the next look begin anew: the photos may have changed, or what failed may work."""
        (self.folder / "found.json").unlink(missing_ok=True)
        (self.folder / "question.json").unlink(missing_ok=True)

    # For the process

    def perform(self) -> None:
        """Search, here and now, and write down how far it has come, until nobody looks."""
        found = Found()
        try:
            for tried in self.steps():
                rates, losses = (*found.rates, tried.learning_rate), (*found.losses, tried.loss)
                found = Found(rates, losses, tried.steps, "Trying learning rates.")
                self.write(found, every=WRITE_SECONDS)
            self.write(replace(found, message="", done=True))
        except NobodyLooksError:
            self.forget()
        except Exception as error:
            self.write(Found(message=sentence_for(error), failed=True))
            raise

    def steps(self) -> Iterator["RateTried"]:
        """Wait for a slot, load, and try rate after rate."""
        with claimed(Slot()) as slot:
            wait_for(slot, self.tell_place)
            self.tell("Loading the photos.")
            for tried in try_rates_for(self.config, self.run, self.tell):
                self.check_watched()
                yield tried

    def tell(self, message: str) -> None:
        """Say what it does now, unless nobody looks."""
        self.check_watched()
        self.write(Found(message=message), every=WRITE_SECONDS)

    def tell_place(self, place: int) -> None:
        """Say which place in the queue for a slot it has, unless nobody looks."""
        self.tell(f"Waiting, number {place} in the queue: other trainings use this machine.")

    def check_watched(self) -> None:
        """Raise ``NobodyLooksError`` when nobody looked a moment ago."""
        try:
            age = seconds_since((self.folder / "looked").stat().st_mtime)
        except OSError:
            age = PATIENCE_SECONDS
        if age >= PATIENCE_SECONDS:
            raise NobodyLooksError

    def write(self, found: Found, every: float = 0.0) -> None:
        """Replace what was found, if the last time was ``every`` seconds ago."""
        now = time.monotonic()
        if now - self.written_at > every:
            write_json(self.folder / "found.json", asdict(found))
            self.written_at = now


def searches_folder() -> Path:
    """Return the folder of all searches."""
    return runs_folder() / ".rates"


def searches_of(owner: str) -> list[Path]:
    """List the folders of the searches that a browser, named by its mark, began and that go on."""
    found = []
    for question in searches_folder().glob("*/question.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            asked = read_json(question)
            begun = seconds_since(float(asked["begun"])) < STARTING_SECONDS
            if asked["owner"] == owner and (begun or is_locked(question.with_name("lock"))):
                found.append(question.parent)
    return found


class NobodyLooksError(Exception):
    """Whoever asked has left."""


def try_rates_for(
    config: TrainConfig, run: Run | None = None, tell: Callable[[str], None] = lambda message: None
) -> Iterator["RateTried"]:
    """Load photos and network, and try rates: from the first weights, or a run's newest ones.

    Nothing is written to the run. ``GlassError`` says what cannot be loaded.
    """
    from core.data import DataRequest, load_data
    from core.training.rate_finder import try_rates
    from core.training.state import build_state

    checkpoint = run.checkpoint() if run else None
    data = load_data(
        DataRequest.of(config),
        lambda done, total: tell(f"Loading the photos: {done} of {total}."),
    )
    tell("Building the network.")
    state = build_state(config)
    if checkpoint is not None:
        state.load(checkpoint.weights, checkpoint.optimizer)
        state.restore(checkpoint.facts["state"])
    yield from try_rates(state, data, config)


def main(arguments: list[str] | None = None) -> int:
    """Search as the folder's question asks; return the exit code."""
    return work_on_folder(
        arguments,
        "python -m core.runs.rate_search FOLDER",
        "another process searches already",
        search_as_asked,
    )


def search_as_asked(folder: Path) -> None:
    """Search as the folder's question asks; ``Timeout`` when another process does."""
    question = read_json(folder / "question.json")
    run = Run(Path(question["run"])) if question["run"] else None
    search = RateSearch(TrainConfig.from_dict(question["config"]), run)
    search.folder = folder
    with claimed_lock(folder / "lock"):
        search.perform()


if __name__ == "__main__":
    leave_compiler_out()
    sys.exit(run_command(main))
