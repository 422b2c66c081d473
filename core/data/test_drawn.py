import numpy as np
import pytest

from core.data.drawn import KINDS, draw_pet


def test_a_picture_follows_from_kind_seed_and_index_alone():
    first = draw_pet("cat", 48, 3, 7)
    draw_pet("dog", 48, 1, 1)
    assert first.shape == (48, 48, 3) and first.dtype == np.uint8
    assert np.array_equal(first, draw_pet("cat", 48, 3, 7))
    for other in (("dog", 48, 3, 7), ("cat", 48, 4, 7), ("cat", 48, 3, 8)):
        assert np.abs(first.astype(int) - draw_pet(*other)).mean() > 10


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_same_picture_at_every_size(kind):
    for index in range(4):
        small = draw_pet(kind, 32, 0, index).astype(int)
        for size in (128, 160, 416):
            part = size // 32
            large = draw_pet(kind, size, 0, index).reshape(32, part, 32, part, 3).mean(axis=(1, 3))
            assert np.abs(small - large).mean() < 25
            assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.8


def test_any_size_and_odd_ones_work():
    assert draw_pet("dog", 16, 0, 0).shape == (16, 16, 3)
    assert draw_pet("dog", 129, 0, 0).shape == (129, 129, 3)


def test_a_wrong_kind_or_size_is_a_sentence():
    with pytest.raises(ValueError, match="kind must be one of dog, cat, not 'cow'"):
        draw_pet("cow", 96, 0, 0)
    with pytest.raises(ValueError, match="at least 16, not 4"):
        draw_pet("cat", 4, 0, 0)


@pytest.fixture(scope="module")
def pictures():
    """Training and held-out pictures with labels, as (x (N, 24, 24, 3) float, y (N,) bool)."""

    def draw(seed, count):
        drawn = [draw_pet(kind, 24, seed, i) for kind in KINDS for i in range(count)]
        return np.array(drawn, np.float64), np.arange(2 * count) >= count

    return draw(0, 350), draw(1, 250)


def test_no_single_pixel_tells_cat_from_dog(pictures):
    (x, y), (held_out, truth) = pictures
    flat = x.reshape(len(x), -1)
    order = np.argsort(flat, axis=0)
    # Walking up the values of a pixel: how many more cats than dogs lie below each threshold
    balance = np.cumsum(np.where(y, 1, -1)[order], axis=0)
    row, pixel = np.unravel_index(np.abs(balance).argmax(), balance.shape)
    threshold = flat[order[row, pixel], pixel]
    below_is_cat = balance[row, pixel] > 0
    guess = (held_out.reshape(len(held_out), -1)[:, pixel] <= threshold) == below_is_cat
    assert (guess == truth).mean() < 0.65


def test_the_mean_colour_does_not_tell_cat_from_dog(pictures):
    (x, y), (held_out, truth) = pictures

    def features(photos):
        means = photos.mean(axis=(1, 2)) / 128 - 1
        return np.c_[means, means**2, np.ones(len(photos))]

    known, weights = features(x), np.zeros(7)
    for _ in range(500):
        probability = 1 / (1 + np.exp(-known @ weights))
        weights -= 0.5 * known.T @ (probability - y) / len(y)
    assert ((features(held_out) @ weights > 0) == truth).mean() < 0.65
