"""A server of its own for each test file, and a real Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IN_CI = bool(os.environ.get("CI"))


def wait_for(condition: Callable[[], object], what: str, seconds: float = 30) -> object:
    """Poll ``condition`` until it holds, return its value; fail with ``what`` if it never does."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return value


@dataclass(frozen=True)
class Server:
    """A running app with its own folders for runs and cached photos."""

    url: str
    runs: Path
    cache: Path
    log: Path


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start ``streamlit run app.py`` on a free port; stop it when the file's tests are done."""
    home = tmp_path_factory.mktemp("server")
    port = _free_port()
    started = Server(f"http://127.0.0.1:{port}", home / "runs", home / "cache", home / "server.log")
    environment = os.environ | {
        "GLASS_CNN_RUNS": str(started.runs),
        "GLASS_CNN_CACHE": str(started.cache),
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with started.log.open("wb") as log:
        process = subprocess.Popen(
            command + options, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(lambda: _answers(started.url), "the server answers")
            yield started
        finally:
            process.terminate()
            process.wait(10)


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@pytest.fixture(scope="session")
def browser():
    """Give a headless Chromium; without one the test is skipped, but never in CI."""
    executable = _chromium()
    if executable is None:
        if IN_CI:
            pytest.fail("no chromium on this machine, and CI must run the browser tests")
        pytest.skip("no chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, server: Server):
    """Give a page of a fresh browser context, 1280 x 800; relative addresses are the server's."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1280, "height": 800}, has_touch=True
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture
def open_page(page) -> Callable[[str], object]:
    """Open an address of the app and wait until its script has run: ``open_page("/train")``."""

    def open_address(address: str):
        page.goto(address)
        page.wait_for_selector(SETTLED)
        page.get_by_role("heading", level=1).first.wait_for()
        return page

    return open_address
