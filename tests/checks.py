"""The checkers of style and types, one after the other, beside the tests."""

import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMANDS = {
    "lint": "ruff check .",
    "format": "ruff format --check .",
    "types": "mypy",
    # Core strictly, but not its tests: what pytest hands them need not be spelt out.
    "strict types": "mypy --strict --cache-dir .mypy_cache/strict --exclude (test_|conftest) core",
}
Done = subprocess.CompletedProcess[str]
_running: dict[str, Future[Done]] = {}


def start() -> None:
    """Let the checkers begin; the tests, which use one core most of the time, go on."""
    pool = ThreadPoolExecutor(1)
    for name, command in COMMANDS.items():
        _running[name] = pool.submit(run, command)


def finished(name: str) -> Done:
    """Wait for a checker, begun or not."""
    return _running[name].result() if name in _running else run(COMMANDS[name])


def run(command: str) -> Done:
    """Run a Python tool in the repository's root."""
    return subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True
    )
