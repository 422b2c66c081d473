"""What all tests stand on: every process computes on one core, and none waits by spinning.

The networks of tests are so small that sharing their work out takes longer than doing it, and on a
busy machine up to a hundred times as long: a thread that waits for another burns its core.
"""

import gc
import os

import pytest

# Here, since the libraries read it once, when the first of them is imported.
os.environ |= {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "OPENBLAS_NUM_THREADS": "1",
}


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the garbage collector look no more through what is imported now, which stays."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def as_urgent_as_before():
    """Let no command that a test calls here lower the priority of all tests after it."""
    if not hasattr(os, "nice"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "nice", lambda by: by)
        yield
