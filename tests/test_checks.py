"""Lint, formatting and types are tests like any other, so that one command checks everything."""

import pytest

from tests.checks import COMMANDS, ROOT, finished


@pytest.mark.parametrize("name", COMMANDS)
def test_is_clean(name):
    done = finished(name)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ci_runs_the_readmes_test_command():
    command = "pip install -r requirements-dev.txt && pytest --cov"
    assert command in (ROOT / "README.md").read_text()
    assert command in (ROOT / ".ci" / "run").read_text()
