"""A folder of photos, and a cache of its own for every test."""

from pathlib import Path

import pytest
from PIL import Image

from core.data import DataRequest, load
from core.data.drawn import draw_pet


def load_data(source, *numbers, progress=None, **named):
    """Load as ``core.data.load_data`` does, the request's values one by one."""
    return load.load_data(DataRequest(str(source), *numbers, **named), progress)


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    """Keep decoded photos in a folder of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GLASS_CNN_CACHE", str(folder))
    return folder


@pytest.fixture
def photos(tmp_path) -> Path:
    """A folder with 6 training and 3 test photos of each class."""
    root = tmp_path / "photos"
    for split, count in (("training_set", 6), ("test_set", 3)):
        for kind in ("cat", "dog"):
            folder = root / split / f"{kind}s"
            folder.mkdir(parents=True)
            for i in range(count):
                picture = draw_pet(kind, 40, len(split), i)
                Image.fromarray(picture).save(folder / f"{kind}.{i}.jpg")
    return root
