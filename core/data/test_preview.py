import numpy as np
import pytest

from core.data import DataRequest, load_data
from core.data.preview import preview_source
from core.errors import DataError


def test_shows_the_photos_that_training_would_see(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path))
    preview = preview_source(DataRequest("drawn", 32, 20, 5, seed=3), count=8)
    data = load_data(DataRequest("drawn", 32, 20, 5, seed=3))
    rows = {name: row for row, name in enumerate(data.train.names)}
    assert preview.labels == (0, 1) * 4
    assert preview.classes == ("dog", "cat")
    for pixels, label, name in zip(preview.pixels, preview.labels, preview.names, strict=True):
        assert np.array_equal(pixels, data.train.pixels[rows[name]])
        assert data.train.labels[rows[name]] == label
    assert "20 dog and 20 cat pictures to train on." in preview.sentences
    assert "5 dog and 5 cat pictures to test on." in preview.sentences


def test_fewer_photos_than_asked_for_are_no_problem():
    assert len(preview_source(DataRequest("drawn", 32, 2, 1), count=12).names) == 4


def test_a_damaged_photo_of_the_sample_is_told(tmp_path):
    import cv2

    for kind in ("ants", "bees"):
        (tmp_path / kind).mkdir()
        for number in range(4):
            picture = np.full((40, 40, 3), number * 20, np.uint8)
            cv2.imwrite(str(tmp_path / kind / f"{number}.png"), picture)
    broken = tmp_path / "ants" / "0.png"
    broken.write_bytes(broken.read_bytes()[:60])
    preview = preview_source(DataRequest(str(tmp_path), 32), count=40)
    assert preview.classes == ("ants", "bees")
    seen = {name for name, _ in preview.unreadable} | set(preview.names)
    if "ants/0.png" in seen:  # the seeded split may have put it among the test photos
        assert [name for name, _ in preview.unreadable] == ["ants/0.png"]
    assert preview.names


def test_a_folder_that_is_not_there_is_a_sentence():
    with pytest.raises(DataError, match="no/such/folder"):
        preview_source(DataRequest("/no/such/folder", 32))
