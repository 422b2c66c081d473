"""The app as a process of its own, and the browser to look at it: for tests and screenshots."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parent.parent
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
Value = TypeVar("Value")


def wait_for(condition: Callable[[], Value], what: str, seconds: float = 30) -> Value:
    """Poll ``condition`` until it holds, return its value; fail with ``what`` if it never does."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return value


@dataclass(frozen=True)
class Server:
    """A running app with its own folders for runs and cached photos."""

    url: str
    runs: Path
    cache: Path
    log: Path

    def tracebacks(self) -> str:
        """Return the server's log from its first traceback on; empty while there is none."""
        log = self.log.read_text(errors="replace")
        before, found, after = log.partition("Traceback (most recent call last)")
        return before[-500:] + found + after if found else ""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(url: str) -> bool:
    """Tell whether a Streamlit server is up."""
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def running_server(home: Path, script: str = "app.py") -> Iterator[Server]:
    """Run ``streamlit run app.py`` on a free port with its folders in ``home``.

    Another ``script`` is a page that only tests need.
    """
    port = free_port()
    started = Server(f"http://127.0.0.1:{port}", home / "runs", home / "cache", home / "server.log")
    environment = os.environ | {
        "GLASS_CNN_RUNS": str(started.runs),
        "GLASS_CNN_CACHE": str(started.cache),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "streamlit", "run", script]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with started.log.open("wb") as log:
        process = subprocess.Popen(
            command + options, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(lambda: answers(started.url), "the server answers")
            yield started
        finally:
            process.terminate()
            process.wait(10)


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
