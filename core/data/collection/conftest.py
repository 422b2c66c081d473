"""Photos as files, and folders of the test's own."""

import io
from functools import lru_cache

import pytest
from PIL import Image

from core.data.collection.adding import add_photos
from core.data.collection.store import Collection, make_collection
from core.data.drawn import draw_pet


@lru_cache
def photo(kind: str = "cat", number: int = 0, side: int = 24, format: str = "PNG") -> bytes:
    """Encode a drawn pet."""
    file = io.BytesIO()
    Image.fromarray(draw_pet(kind, side, 0, number)).save(file, format)
    return file.getvalue()


def fill(collection: Collection, count: int, first: int = 0) -> None:
    """Add so many photos to both boxes."""
    for box, kind in zip(collection.classes, ("cat", "dog"), strict=True):
        files = [(f"{kind}{n}.png", photo(kind, n)) for n in range(first, first + count)]
        assert add_photos(collection, box, files).left_out == ()


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Keep everything in folders of the test's own."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def pets() -> Collection:
    """Two empty boxes."""
    return make_collection("My pets", ("cat", "dog"))
