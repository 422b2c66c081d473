"""Starts workers, and keeps one warm so that the first loss is on screen at once.

Importing torch takes seconds; a spare worker has done that already and waits for a run. Workers
have sessions of their own: Ctrl-C for a server, or its end, does not touch a training, and a spare
ends by itself when the server's end of its input is gone.
"""

import contextlib
import os
import subprocess
import threading
import time
from pathlib import Path

from core.errors import RunError
from core.runs.background import start_process
from core.runs.end import forget_end, note_end
from core.runs.queue import somebody_waits
from core.runs.run import Run
from core.runs.slots import slot_is_free
from core.runs.status import State, Status
from core.small_host import small_host

REFILL_SECONDS = 30.0
"""A new spare waits this long after a start: importing torch would take a core from it."""


class WorkerPool:
    """Hands runs to workers; keep one per server and call ``warm`` when a start is likely."""

    def __init__(self, refill_seconds: float = REFILL_SECONDS) -> None:
        self.refill_seconds = refill_seconds
        self.spare: subprocess.Popen[bytes] | None = None
        self.started_at = -refill_seconds
        self.timer: threading.Timer | None = None
        self.lock = threading.Lock()

    def warm(self) -> None:
        """Make sure that a spare is there, or after a recent start soon will be; no waiting.

        On a small computer none is kept: it takes a sixth of a gigabyte.
        """
        if small_host():
            return
        with self.lock:
            if self.living_spare() is not None:
                return
            wait = self.started_at + self.refill_seconds - time.monotonic()
            if wait <= 0:
                self.spare = launch([], Path(os.devnull))
            elif self.timer is None or not self.timer.is_alive():
                self.timer = threading.Timer(wait, self.warm)
                self.timer.daemon = True
                self.timer.start()

    def start(self, run: Run) -> None:
        """Let a worker train ``run`` from where it stands.

        ``RunError`` when one is at it already. When all slots are taken the worker waits for
        one; such a worker starts cold, so that it needs no memory for torch meanwhile.
        """
        with self.lock:
            if run.has_worker():
                raise RunError(f"The run {run.name} is already being trained.")
            before = run.status()
            if not before.resumable:
                raise RunError(f"The run {run.name} is {before.state}: nothing is left to train.")
            run.commands.clear()
            forget_end(run.path)
            run.write_status(
                Status(
                    State.STARTING,
                    "Starting.",
                    epoch=before.epoch,
                    epochs=run.config.epochs,
                    progress=before.progress,
                )
            )
            at_once = slot_is_free() and not somebody_waits()
            spare = self.living_spare() if at_once else None
            if spare is not None and hand_over(spare, run.path):
                worker, self.spare = spare, None
            else:
                try:
                    worker = launch([str(run.path)], run.path / "worker.log")
                except OSError as error:
                    run.write_status(before)
                    raise RunError(
                        f"No process can be started to train {run.name}: {error.strerror}."
                    ) from error
            threading.Thread(target=watch, args=(worker, run), daemon=True).start()
            self.started_at = time.monotonic()
        if spare is not None:
            self.warm()

    def living_spare(self) -> subprocess.Popen[bytes] | None:
        """Return the spare; one that has died is forgotten."""
        if self.spare is not None and self.spare.poll() is not None:
            let_go(self.spare)
            self.spare = None
        return self.spare

    def close(self) -> None:
        """End the spare; trainings go on."""
        with self.lock:
            if self.timer is not None:
                self.timer.cancel()
            if self.spare is not None:
                let_go(self.spare)
                self.spare.wait()
            self.spare = None


def launch(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a worker process; without arguments it waits for the path of a run."""
    return start_process("core.runs.worker_process", arguments, log, has_input=not arguments)


def watch(worker: subprocess.Popen[bytes], run: Run) -> None:
    """Wait for a worker's end; should it have said no last word, write down how it ended."""
    code = worker.wait()
    if run.status().state is State.INTERRUPTED:
        note_end(run.path, code)


def hand_over(spare: subprocess.Popen[bytes], path: Path) -> bool:
    """Give a run to a spare; ``False`` when the spare has just died."""
    if spare.stdin is None:
        return False
    try:
        spare.stdin.write(f"{path}\n".encode())
        spare.stdin.close()
    except OSError:
        return False
    return True


def let_go(spare: subprocess.Popen[bytes]) -> None:
    """End a spare's input, which ends it too."""
    if spare.stdin is not None:
        with contextlib.suppress(OSError):  # it may be dead
            spare.stdin.close()
