"""Lint, formatting and types are tests like any other, so that one command checks everything."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMANDS = {
    "lint": "ruff check .",
    "format": "ruff format --check .",
    "types": "mypy",
    # Core strictly, but not its tests: what pytest hands them need not be spelt out.
    "strict types": "mypy --strict --cache-dir .mypy_cache/strict --exclude (test_|conftest) core",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_is_clean(name):
    command = [sys.executable, "-m", *COMMANDS[name].split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ci_runs_the_readmes_test_command():
    command = "pip install -r requirements-dev.txt && pytest --cov"
    assert command in (ROOT / "README.md").read_text()
    assert command in (ROOT / ".ci" / "run").read_text()
