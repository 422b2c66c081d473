"""Small data and a folder for runs, for the tests beside the code."""

import errno
import functools
import gc
import math
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from PIL import Image

from core.data.dataset import Data, PhotoSet
from core.data.neither import draw_neither
from core.data.report import Report
from core.networks.weight_files import write_weight_file
from core.runs.run import Run
from core.system import cpu_count, set_torch_threads

USUAL_EXAMPLES = settings().max_examples
settings.register_profile("few", max_examples=20)
settings.register_profile("thorough", max_examples=2000)
settings.register_profile("long", max_examples=10_000)


def examples(few: int, *, shrink: bool = True) -> settings:
    """Let hypothesis try so many examples, always the same, or as many others as a profile says.

    Without ``shrink`` a failing one is not made smaller, which may take minutes.
    """
    asked = settings().max_examples
    usual = asked == USUAL_EXAMPLES
    return settings(
        max_examples=few if usual else asked,
        derandomize=usual,
        deadline=None,
        database=None,
        phases=[phase for phase in Phase if shrink or phase not in (Phase.shrink, Phase.explain)],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "1e999", "\ud800", "../x", 10**400, -1, 0, 2**31]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside),
    max_leaves=6,
)
"""Anything that JSON can say."""


def change_json(value: Any, new: Any, chance: random.Random) -> Any:
    """Put ``new`` in the place of something, or of all, or take something away."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(sorted(value))
        kept = {name: each for name, each in value.items() if name != key}
        return kept if chance.random() < 0.3 else kept | {key: change_json(value[key], new, chance)}
    if isinstance(value, list) and value and chance.random() < 0.7:
        place = chance.randrange(len(value))
        return [*value[:place], change_json(value[place], new, chance), *value[place + 1 :]]
    return new


def wait_for(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Poll ``condition`` until it holds; fail with ``what`` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:g} s: {what}")
        time.sleep(0.01)


def same_weights(one: Run, other: Run) -> None:
    """Fail unless the newest weights of two runs are the same, bit for bit."""
    ours, theirs = one.checkpoint().weights, other.checkpoint().weights
    assert ours.keys() == theirs.keys()
    for name, array in theirs.items():
        np.testing.assert_array_equal(ours[name], array, err_msg=name)


class NoProcess:
    """Stands for a worker that has nothing to do."""

    def wait(self) -> int:
        """Return its exit code."""
        return 0


def launch_nothing(*_: object, **__: object) -> NoProcess:
    """Stand in for starting a worker."""
    return NoProcess()


def five_seconds() -> float:
    """Return how long a program may take to save and end: 5 s, more where all is overrun."""
    overrun = os.getloadavg()[0] > 2 * cpu_count() if hasattr(os, "getloadavg") else False
    return 120.0 if overrun else 5.0


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


TINY = "conv 4 kernel 3 stride 2\nbatchnorm\nrelu\nmaxpool 2\nflatten\nlinear 1\nsigmoid\n"
"""A network of which a hundred epochs are nothing."""


class SmallDisk:
    """A disk with so many bytes of ``room`` for what is written from now on.

    It stands where all bytes of runs and of the cache go through, and takes what still fits, as
    a real one does. ``taken`` counts.
    """

    def __init__(self) -> None:
        self.room = math.inf
        self.taken = 0

    def write(self, descriptor: int, content: memoryview) -> int:
        """Write what fits, or say that nothing does."""
        fits = int(min(len(content), self.room - self.taken))
        if fits <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.taken += fits
        return os.write(descriptor, content[:fits])


@pytest.fixture
def no_likeness(monkeypatch):
    """Let finished trainings learn nothing of what is unlike their photos: it takes a second."""
    monkeypatch.setattr("core.runs.worker.add_likeness", lambda *_: None)


@pytest.fixture
def small_disk(monkeypatch) -> SmallDisk:
    """Let everything that is written go to a disk that a test can fill."""
    disk = SmallDisk()
    monkeypatch.setattr("core.files.write_some", disk.write)
    return disk


@pytest.fixture
def tiny_disk(tmp_path) -> Iterator[Path]:
    """Give a folder that really is a disk, of 1 MB; skipped where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount a disk, and only on Linux")
    yield folder
    gc.collect()  # pixels that are still mapped would keep it busy
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Compute on one core: nets this small only lose time by sharing their work."""
    set_torch_threads(1)


@pytest.fixture(scope="session", autouse=True)
def neither_drawn_once():
    """Draw each picture of neither once for all trainings that end: it follows from its name."""

    @functools.cache
    def drawn(family: str, side: int, seed: int, index: int) -> np.ndarray:
        picture = draw_neither(family, side, seed, index)
        picture.flags.writeable = False
        return picture

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.learn_likeness.draw_neither", drawn)
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_served():
    """Read all folders, whatever the environment says, but where a test is about that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GLASS_CNN_SERVE", raising=False)
        yield


@pytest.fixture
def runs_folder(tmp_path, monkeypatch):
    """Keep runs and cached photos of one test in a folder of its own."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "runs"


@pytest.fixture
def small_loader(monkeypatch):
    """Let workers in this process load ``small_data`` as large as it is asked for."""
    monkeypatch.setattr(
        "core.data.load_data", lambda request, progress=None: small_data(side=request.image_size)
    )


@pytest.fixture
def by_brightness(tmp_path) -> Path:
    """Write a network of 16 pixels a side that calls what is bright a cat and is sure of it."""
    network = "flatten\nlinear 1\nsigmoid\n"
    count = 3 * 16 * 16
    weights = {
        "1.weight": np.full((1, count), 40 / count, np.float32),
        "1.bias": np.array([-20], np.float32),
    }
    facts = {"network": network, "image_size": 16, "classes": ["dog", "cat"]}
    path = tmp_path / "by-brightness.safetensors"
    write_weight_file(path, weights, facts)
    return path


@pytest.fixture
def bright_cats(tmp_path, runs_folder) -> Path:
    """Make a folder of bright cats and dark dogs, but for a dark cat to test on."""
    for split in ("train", "test"):
        for kind, shade in (("cats", 250), ("dogs", 5)):
            folder = tmp_path / "pets" / split / kind
            folder.mkdir(parents=True)
            for number in range(4):
                dark = (split, kind, number) == ("test", "cats", 2)
                light = 5 if dark else shade
                Image.new("RGB", (30, 20), (light, light, light)).save(folder / f"{number}.png")
    return tmp_path / "pets"
