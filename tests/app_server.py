"""The app as a process of its own, and the browser to look at it: for tests and screenshots."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

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
    process: "subprocess.Popen[bytes]"

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
def running_server(
    home: Path,
    script: str = "app.py",
    *,
    root: Path = ROOT,
    command: Sequence[str] | None = None,
    first_path: Path | None = None,
) -> Iterator[Server]:
    """Run ``streamlit run app.py`` on a free port with its folders in ``home``.

    Another ``script`` is a page that only tests need, another ``root`` holds a copy of the program,
    another ``command`` is what starts it; ``first_path`` is where Python looks first for modules.
    """
    port = free_port()
    runs, cache, log_path = home / "runs", home / "cache", home / "server.log"
    # Nothing is measured beside a test, unless it says so.
    environment = (
        {"GLASS_CNN_MEASURE": "0"}
        | os.environ
        | {
            "GLASS_CNN_RUNS": str(runs),
            "GLASS_CNN_CACHE": str(cache),
            "PYTHONPATH": os.pathsep.join(str(each) for each in (first_path, root) if each),
        }
    )
    usual = [sys.executable, "-m", "streamlit", "run", script]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [*(command or usual), *options],
            cwd=root,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        started = Server(f"http://127.0.0.1:{port}", runs, cache, log_path, process)
        try:
            wait_for(lambda: answers(started.url), "the server answers", 120)
            yield started
        finally:
            process.terminate()
            process.wait(60)  # how soon it ends is another test's business


@contextmanager
def visitor(server: Server, page: str) -> Iterator[None]:
    """Look at a page as a browser does, without one: its script has run, the line stays open."""
    address = f"{server.url.replace('http', 'ws')}/_stcore/stream"
    wanted, origin = [Subprotocol("streamlit")], Origin(server.url)
    with connect(address, subprotocols=wanted, origin=origin, max_size=None) as line:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        line.send(asked.SerializeToString())
        while True:
            said = ForwardMsg()
            received = line.recv(timeout=120)
            assert isinstance(received, bytes)
            said.ParseFromString(received)
            if said.WhichOneof("type") == "script_finished":
                break
        yield


def chromium_options(*arguments: str) -> dict[str, Any]:
    """Return how Playwright launches the installed Chromium, with further ``arguments``.

    In a container there is no sandbox, and often 64 MB of shared memory.
    """
    always = ("--no-sandbox", "--disable-dev-shm-usage")
    return {"executable_path": find_chromium(), "args": [*always, *arguments]}


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
