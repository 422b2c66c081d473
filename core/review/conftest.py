"""Pictures of noise that nobody takes for each other, and what photo programs do to them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def scene(seed: int, width: int = 120, height: int = 90) -> Image.Image:
    """Make a picture of soft spots, another one for every seed."""
    random = np.random.default_rng(seed)
    spots = random.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return Image.fromarray(spots).resize((width, height), Image.Resampling.BICUBIC)


@pytest.fixture
def source(tmp_path, runs_folder) -> Path:
    """Make a folder of 8 photos of each class to train on and 4 to test on, all different."""
    seed = 0
    for split, count in (("train", 8), ("test", 4)):
        for kind in ("cats", "dogs"):
            folder = tmp_path / "source" / split / kind
            folder.mkdir(parents=True)
            for number in range(count):
                scene(seed).save(folder / f"{number}.jpg", quality=92)
                seed += 1
    return tmp_path / "source"
