import os

import numpy as np
import pytest

from core.data import DataRequest, PhotoSet, batches, load_data, to_network_input


def photo_set(count: int, side: int = 2) -> PhotoSet:
    """Photos that show their own number."""
    pixels = np.zeros((count, side, side, 3), np.uint8)
    pixels += np.arange(count, dtype=np.uint8)[:, None, None, None]
    labels = (np.arange(count) % 2).astype(np.uint8)
    return PhotoSet(pixels, labels, tuple(str(i) for i in range(count)))


def numbers(photos: PhotoSet, size: int, seed: int, epoch: int) -> list[list[int]]:
    return [x[:, 0, 0, 0].tolist() for x, _ in batches(photos, size, seed, epoch)]


def test_an_epoch_shows_every_photo_once_with_its_label():
    photos = photo_set(50)
    seen = []
    for x, y in batches(photos, 8, 0, 0):
        assert x.dtype == y.dtype == np.uint8 and x.shape == (len(y), 2, 2, 3)
        assert (x[:, 0, 0, 0] % 2 == y).all()
        seen += x[:, 0, 0, 0].tolist()
    assert sorted(seen) == list(range(50))


def test_every_epoch_has_its_own_order_and_keeps_it():
    photos = photo_set(40)
    assert numbers(photos, 8, 1, 0) == numbers(photos, 8, 1, 0)
    orders = {str(numbers(photos, 8, seed, epoch)) for seed in (0, 1, 2) for epoch in (0, 1)}
    assert len(orders) == 6


@pytest.mark.parametrize(
    ("count", "size", "lengths"),
    [
        (33, 16, [16, 17]),
        (34, 16, [16, 16, 2]),
        (32, 16, [16, 16]),
        (17, 16, [17]),
        (1, 16, [1]),
        (3, 1, [1, 2]),
        (2, 5, [2]),
    ],
)
def test_a_last_batch_of_one_is_joined_to_the_one_before(count, size, lengths):
    assert [len(batch) for batch in numbers(photo_set(count), size, 0, 0)] == lengths


def test_a_batch_size_that_cannot_work_is_refused():
    with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
        next(batches(photo_set(3), 0, 0, 0))


def test_network_input_is_exactly_the_pixels_over_255_channels_first():
    x = np.random.default_rng(0).integers(0, 256, (3, 5, 7, 3), dtype=np.uint8)
    result = to_network_input(x)
    assert result.dtype == np.float32 and result.flags.c_contiguous
    assert result.shape == (3, 3, 5, 7)
    for channel in range(3):
        assert np.array_equal(result[:, channel], x[..., channel] / np.float32(255))
    assert to_network_input(np.full((1, 2, 2, 3), 255, np.uint8)).max() == 1.0


def resident_file_bytes() -> int:
    """Memory of this process that is mapped from files, in bytes."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssFile"))


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="tells memory on Linux only")
def test_memory_of_photos_once_read_is_given_back(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path))
    monkeypatch.setattr("core.data.batching.RESIDENT_BYTES", 2**20)
    photos = load_data(DataRequest("drawn", 224, 80, 1)).train
    before = resident_file_bytes()
    first = [int(x.astype(int).sum()) for x, _ in batches(photos, 4, 0, 0)]
    assert resident_file_bytes() - before < 12 * 2**20 < photos.pixels.nbytes
    assert first == [int(x.astype(int).sum()) for x, _ in batches(photos, 4, 0, 0)]


class Unread(np.ndarray):
    """Pixels that count how often they are read."""

    reads = 0

    def __getitem__(self, chosen):
        type(self).reads += 1
        return super().__getitem__(chosen)


def test_skipped_batches_are_not_read():
    photos = photo_set(40)
    expected = numbers(photos, 8, 0, 3)[3:]
    counted = PhotoSet(photos.pixels.view(Unread), photos.labels, photos.names)
    rest = list(batches(counted, 8, 0, 3, skip=3))
    assert Unread.reads == 2
    assert [np.asarray(x)[:, 0, 0, 0].tolist() for x, _ in rest] == expected
