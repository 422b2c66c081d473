"""A look through photos in a process of its own: ``python -m core.review.look FOLDER``.

Two kinds exist: one tells which photos are alike or of odd size, the other asks a network whose
labels look wrong. What was found is kept, until somebody wants to look again.

    question.json   the request for the photos, and the network to ask, if any
    found.json      how far it is; in the end what was found; without it, the process stops
    lock            locked while a process is at it
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from core.command_line import run_command
from core.data.request import DataRequest
from core.errors import StoppedError, sentence_for
from core.files import claimed_lock, is_locked, read_json, write_json
from core.folders import looks_folder
from core.records import read_record
from core.review.findings import Doubts, Findings
from core.runs.background import start_process, work_on_folder
from core.runs.run import Run
from core.system import seconds_since

What = TypeVar("What")
SHIPPED: Final = "shipped"
"""Stands for the network that comes with the program."""
STARTING_SECONDS = 20.0
"""How long a process may take from its start to its lock."""
WRITE_SECONDS = 0.25


@dataclass(frozen=True)
class Progress:
    """How far a look is: ``done`` of ``total`` photos, or ``ended``; ``problem`` says why without
    success.
    """

    done: int = 0
    total: int = 0
    ended: bool = False
    problem: str = ""


class Look:
    """The look through the photos of ``request``, with the eyes of a network if one is named.

    ``network`` is "" for none, ``SHIPPED``, or a run's folder, whose newest weights are asked.
    What is changed about the photos is as it was when the look began; it is another look for other
    photos or weights, but the same one however the list of changes grows.
    """

    def __init__(self, request: DataRequest, network: str = "") -> None:
        self.request, self.network = request, network
        as_found = asdict(replace(request, left_out=(), turned_over=(), image_size=64))
        text = json.dumps([as_found, network, weights_mark(network)], sort_keys=True)
        self.folder = looks_folder() / hashlib.sha256(text.encode()).hexdigest()[:32]
        self.written_at = -WRITE_SECONDS

    @property
    def found_path(self) -> Path:
        """The file that says how far it is."""
        return self.folder / "found.json"

    # For those who look

    def start(self) -> None:
        """Let a process begin, unless one is at it; what was found before is forgotten."""
        if self.is_running() and self.found_path.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        question = {"request": asdict(self.request), "network": self.network, "begun": time.time()}
        write_json(self.folder / "question.json", question)
        self.write(Progress())
        start_process("core.review.look", [str(self.folder)], self.folder / "log")

    def stop(self) -> None:
        """Let a process that is at it end in a moment; nothing is kept of it."""
        self.found_path.unlink(missing_ok=True)

    def is_running(self) -> bool:
        """Tell whether a process is at it, or was started a moment ago."""
        if not self.folder.is_dir():
            return False  # asking for a lock would make it
        if is_locked(self.folder / "lock"):
            return True
        try:
            begun = float(read_json(self.folder / "question.json")["begun"])
            found = read_record(Progress, read_json(self.found_path))
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return not found.ended and seconds_since(begun) < STARTING_SECONDS

    def progress(self) -> Progress | None:
        """Tell how far it is; None when nobody has looked yet, or it was stopped."""
        running = self.is_running()  # asked first: it may end in between
        try:
            progress = read_record(Progress, read_json(self.found_path))
        except (OSError, ValueError):
            return None
        if not running and not progress.ended:
            return replace(progress, ended=True, problem="The look was cut off: look again.")
        return progress

    def findings(self) -> Findings | None:
        """Read which photos are alike or of odd size; None without such a look."""
        return read_found(self.folder, Findings.from_dict)

    def doubts(self) -> Doubts | None:
        """Read whose labels look wrong; None without such a look."""
        return read_found(self.folder, Doubts.from_dict)

    # For the process

    def perform(self) -> None:
        """Look, here and now, writing down how far it is; raises what goes wrong."""
        try:
            found = look_through(self.request, self.network, self.tell).as_dict()
        except StoppedError:
            raise
        except Exception as error:
            self.write(Progress(ended=True, problem=sentence_for(error)))
            raise
        write_json(self.found_path, asdict(Progress(ended=True)) | {"found": found})

    def tell(self, done: int, total: int) -> None:
        """Write down how far it is, if the last time was a moment ago, unless it was stopped."""
        if not self.found_path.exists():
            raise StoppedError("The look was stopped.")
        now = time.monotonic()
        if now - self.written_at > WRITE_SECONDS:
            self.written_at = now
            self.write(Progress(done, total))

    def write(self, progress: Progress) -> None:
        """Replace what is known."""
        write_json(self.found_path, asdict(progress))


def read_found(folder: Path, read: Callable[[dict[str, Any]], What]) -> What | None:
    """Read what a look found; None when that is not there, or another kind of thing."""
    try:
        return read(read_json(folder / "found.json")["found"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def look_through(
    request: DataRequest, network: str, progress: Callable[[int, int], None] | None
) -> Findings | Doubts:
    """Look through photos with the eyes of a network, or without; ``GlassError``."""
    if network:
        from core.review.labels import find_doubts
        from core.runs.load import load_classifier

        classifier = load_classifier(None if network == SHIPPED else Path(network))
        return find_doubts(classifier, request, progress)
    from core.review.compare import compare

    return compare(request, progress)


def weights_mark(network: str) -> str:
    """Name the newest weights of a run's folder, "" for any other network."""
    if network in ("", SHIPPED):
        return ""
    positions = Run(Path(network)).checkpoints.positions()
    return positions[-1].name if positions else ""


def main(arguments: list[str] | None = None) -> int:
    """Look as the folder's question asks; return the exit code."""
    return work_on_folder(
        arguments,
        "python -m core.review.look FOLDER",
        "another process looks already",
        look_as_asked,
    )


def look_as_asked(folder: Path) -> None:
    """Look as the folder's question asks; ``Timeout`` when another process does."""
    question = read_json(folder / "question.json")
    look = Look(DataRequest(**question["request"]), question["network"])
    look.folder = folder
    with claimed_lock(folder / "lock"):
        look.perform()


if __name__ == "__main__":
    sys.exit(run_command(main))
