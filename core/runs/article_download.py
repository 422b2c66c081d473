"""The download of the article's photos: ``python -m core.runs.article_download FOLDER``.

One process for everybody who wants it: it goes on when pages close, and ends when somebody stops
it or when it takes too long. What came is kept, so that the next one goes on from there.

    download.json   how far it has come; replaced at most four times a second
    stop            appears when somebody wants it to end
    download.lock   locked while a process is at it
"""

import os
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from core.command_line import run_command
from core.data.kaggle.article_set import client_is_here, is_here, no_client
from core.data.kaggle.client import fetch, spoken_progress
from core.errors import DataError, sentence_for
from core.files import claimed_lock, is_locked, read_json, write_json
from core.folders import kaggle_folder
from core.records import read_record
from core.runs.background import start_process, work_on_folder
from core.runs.commands import POLL_SECONDS
from core.system import seconds_since
from core.wording import spoken_time

TOTAL_SECONDS = 3600.0
"""After so long it ends, whatever it waits for; kagglehub itself waits 15 s for the next byte."""
STARTING_SECONDS = 30.0
"""How long a process may take from its start to its lock."""
WRITE_SECONDS = 0.25
BROKE_OFF = "The download broke off. What came so far is kept: the next one goes on from there."
STOPPED = "The download was stopped. What came so far is kept: the next one goes on from there."


@dataclass(frozen=True)
class Downloaded:
    """How far the download is: ``done`` of ``total`` bytes, and what it does or why it ended.

    ``begun`` is when its process was started, in seconds since 1970; ``seconds`` how long it may
    take in all.
    """

    done: int = 0
    total: int = 0
    message: str = ""
    begun: float = 0.0
    seconds: float = TOTAL_SECONDS
    running: bool = False
    failed: bool = False


class ArticleDownload:
    """The one download that all who want the article's photos share."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or kaggle_folder()
        self.written_at = 0.0
        self.now = Downloaded()
        self.over = threading.Event()

    # For those who wait for it

    def look(self) -> Downloaded:
        """Read how far it has come, or how the last one ended."""
        if is_here():
            return Downloaded(message="The article's photos are here.")
        try:
            found = read_record(Downloaded, read_json(self.folder / "download.json"))
        except (OSError, ValueError):
            return Downloaded()
        starting = seconds_since(found.begun) < STARTING_SECONDS
        if found.running and not starting and not is_locked(self.folder / "download.lock"):
            return Downloaded(found.done, found.total, BROKE_OFF, failed=True)
        return found

    def start(self, seconds: float = TOTAL_SECONDS) -> None:
        """Let a process begin, unless one is at it; ``DataError`` when it could not even start."""
        if not client_is_here():
            raise DataError(no_client())
        if self.look().running or is_here():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "stop").unlink(missing_ok=True)
        self.write(Downloaded(0, 0, "Asking Kaggle.", time.time(), seconds, running=True))
        start_process("core.runs.article_download", [str(self.folder)], self.folder / "log")

    def stop(self) -> None:
        """Let it end soon."""
        if self.folder.is_dir():
            (self.folder / "stop").touch()

    # For the process

    def perform(self) -> None:
        """Download here and now, and write down how far it has come."""
        self.now = read_record(Downloaded, read_json(self.folder / "download.json"))
        threading.Thread(target=self.watch, daemon=True).start()
        try:
            if not is_here():
                fetch(self.tell)
            self.write(Downloaded(message="The article's photos are here."))
        except Exception as error:
            self.fail(sentence_for(error))
            raise
        finally:
            self.over.set()

    def tell(self, done: int, total: int) -> None:
        """Write down how far it is."""
        if total and done < total and time.monotonic() - self.written_at < WRITE_SECONDS:
            return
        message = spoken_progress(done, total)
        self.write(Downloaded(done, total, message, self.now.begun, self.now.seconds, running=True))

    def watch(self) -> None:
        """End this process when somebody wants it, or when it takes too long."""
        began = time.monotonic()
        while not self.over.wait(POLL_SECONDS):
            if (self.folder / "stop").exists():
                self.end(STOPPED)
            if time.monotonic() - began > self.now.seconds:
                self.end(
                    f"The download took more than {spoken_time(self.now.seconds)} and was ended. "
                    "What came so far is kept: the next one goes on from there."
                )

    def end(self, message: str) -> None:
        """End the process at once: nothing else interrupts a client that waits for bytes."""
        try:
            self.fail(message)
        finally:
            os._exit(1)

    def fail(self, message: str) -> None:
        """Write down why it ended."""
        self.write(Downloaded(self.now.done, self.now.total, message, failed=True))

    def write(self, now: Downloaded) -> None:
        """Replace what is known of it."""
        self.now, self.written_at = now, time.monotonic()
        write_json(self.folder / "download.json", asdict(now))


def main(arguments: list[str] | None = None) -> int:
    """Download as the folder's file asks; return the exit code."""
    return work_on_folder(
        arguments,
        "python -m core.runs.article_download FOLDER",
        "another process downloads already",
        download_as_asked,
    )


def download_as_asked(folder: Path) -> None:
    """Download; ``Timeout`` when another process does."""
    with claimed_lock(folder / "download.lock"):
        ArticleDownload(folder).perform()


if __name__ == "__main__":
    sys.exit(run_command(main))
