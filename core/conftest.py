"""Small data and a folder for runs, for the tests beside the code."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import settings

from core.data.dataset import Data, PhotoSet
from core.data.report import Report
from core.system import set_torch_threads

settings.register_profile("thorough", max_examples=2000)


def wait_for(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Poll ``condition`` until it holds; fail with ``what`` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:g} s: {what}")
        time.sleep(0.01)


def noisy_photos(count: int, side: int, seed: int) -> PhotoSet:
    """Make photos of noise in which cats are a little redder than dogs."""
    random = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.uint8) % 2
    pixels = random.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    pixels[labels == 1, :, :, 2] //= 2
    return PhotoSet(pixels, labels, tuple(f"{number}.png" for number in range(count)))


def small_data(train: int = 34, test: int = 12, side: int = 16) -> Data:
    """Make data that trains in milliseconds."""
    return Data(
        train=noisy_photos(train, side, 1),
        test=noisy_photos(test, side, 2),
        classes=("dog", "cat"),
        report=Report("Noise.", ()),
        source="drawn",
        image_size=side,
    )


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Compute on one core: nets this small only lose time by sharing their work."""
    set_torch_threads(1)


@pytest.fixture
def runs_folder(tmp_path, monkeypatch):
    """Keep runs and cached photos of one test in a folder of its own."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # for workers that a test starts
    return tmp_path / "runs"


@pytest.fixture
def small_loader(monkeypatch):
    """Let workers in this process load ``small_data`` instead of drawing pets."""
    monkeypatch.setattr("core.data.load_data", lambda request, progress=None: small_data())
