import numpy as np
import pytest

from core.conftest import noisy_photos
from core.training.augmentation import (
    AREA,
    ERASED_SHARE,
    GREY_SHARE,
    MIXED_SHARE,
    STRETCH,
    TURN_DEGREES,
    Draw,
    augment,
    draw_tables,
    draw_windows,
    mix,
)
from core.variations import Variation

EVERY = tuple(Variation)


def photos_and_targets(count=8, side=32):
    return noisy_photos(count, side, 0).pixels, (np.arange(count) % 2).astype(np.float32)


def varied(draw, variations=EVERY, side=32, count=8):
    photos, targets = photos_and_targets(count)
    return augment(photos, targets, variations, side, draw)


def test_the_same_seed_epoch_and_step_give_the_same_photos():
    photos, targets = varied(Draw(3, 1, 5))
    again, targets_again = varied(Draw(3, 1, 5))
    np.testing.assert_array_equal(photos, again)
    np.testing.assert_array_equal(targets, targets_again)
    for other in ((4, 1, 5), (3, 2, 5), (3, 1, 6)):
        assert (varied(Draw(*other))[0] != again).any()


@pytest.mark.parametrize("side", [16, 25, 32])
def test_photos_change_and_get_the_windows_side_and_the_originals_stay(side):
    photos, targets = photos_and_targets()
    before = photos.copy(), targets.copy()
    changed, asked = augment(photos, targets, EVERY, side, Draw(0, 1, 1))
    assert changed.shape == (8, side, side, 3) and changed.dtype == np.uint8
    assert asked.shape == (8,) and asked.dtype == np.float32
    np.testing.assert_array_equal(photos, before[0])
    np.testing.assert_array_equal(targets, before[1])


def test_without_a_variation_nothing_changes():
    photos, targets = photos_and_targets()
    same, asked = augment(photos, targets, (), 32, Draw(0, 1, 1))
    np.testing.assert_array_equal(same, photos)
    np.testing.assert_array_equal(asked, targets)


@pytest.mark.parametrize("only", [v for v in Variation if v is not Variation.MIX])
def test_each_variation_does_something_of_its_own(only):
    photos, targets = photos_and_targets(40)
    changed, asked = augment(photos, targets, (only,), 32, Draw(0, 1, 1))
    assert (changed != photos).any()
    np.testing.assert_array_equal(asked, targets)


def test_a_variation_less_leaves_what_the_others_do():
    for seed in range(3):
        draw = Draw(seed, 1, 1)
        alone = draw_windows(draw, (Variation.WINDOW,), 50, 32, 32)
        turned = draw_windows(draw, (Variation.WINDOW, Variation.TURN), 50, 32, 32)
        np.testing.assert_allclose(middles(alone), middles(turned), atol=1e-9)


def middles(matrices, side=32):
    """Return where the middle of each result lies in its photo."""
    at = (side - 1) / 2
    return matrices @ np.array([at, at, 1.0])


def test_windows_lie_within_the_photo_and_half_of_them_are_mirrored():
    side = 64
    matrices = draw_windows(Draw(0, 1, 1), (Variation.WINDOW, Variation.MIRROR), 2000, 100, side)
    corners = matrices @ np.array([[-0.5, side - 0.5], [-0.5, side - 0.5], [1, 1]])
    assert corners.min() > -0.5 - 1e-9 and corners.max() < 99.5 + 1e-9
    mirrored = matrices[:, 0, 0] < 0
    assert 0.45 < mirrored.mean() < 0.55
    width, height = np.abs(matrices[:, 0, 0]) * 0.64, matrices[:, 1, 1] * 0.64
    assert AREA[0] * 0.8 < (width * height).min() and (width * height).max() <= 1 + 1e-9
    assert np.abs(np.log(width / height)).max() <= 2 * STRETCH + 1e-9


def test_a_turn_keeps_sizes_and_the_middle():
    matrices = draw_windows(Draw(0, 1, 1), (Variation.TURN,), 500, 32, 32)
    scale = np.linalg.det(matrices[:, :, :2])
    np.testing.assert_allclose(scale, 1)
    np.testing.assert_allclose(middles(matrices), 15.5)
    degrees = np.degrees(np.arcsin(matrices[:, 1, 0]))
    assert np.abs(degrees).max() <= TURN_DEGREES and degrees.min() < -5 and degrees.max() > 5


def test_mirrored_photos_are_exactly_mirrored():
    photos, targets = photos_and_targets(40)
    changed, _ = augment(photos, targets, (Variation.MIRROR,), 32, Draw(0, 1, 1))
    same = (changed == photos).all(axis=(1, 2, 3))
    turned = (changed == photos[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same ^ turned).all() and 5 < turned.sum() < 35


def test_tables_rise_and_light_is_the_same_for_all_colours():
    tables = draw_tables(Draw(0, 1, 1), (Variation.LIGHT,), 500)[:, 0].astype(int)
    assert (np.diff(tables, axis=1) >= 0).all()
    assert (tables == tables[:, :, :1]).all()
    tinted = draw_tables(Draw(0, 1, 1), (Variation.COLOUR,), 500)[:, 0].astype(int)
    assert (tinted != tinted[:, :, :1]).any(axis=(1, 2)).mean() > 0.9
    assert np.abs(tinted - np.arange(256)[:, np.newaxis]).max() <= 0.1 * 127.5 + 1


def test_grey_and_covered_photos_have_their_shares():
    photos, targets = photos_and_targets(1)
    many = np.repeat(photos, 400, axis=0), np.repeat(targets, 400)
    grey, _ = augment(*many, (Variation.GREY,), 32, Draw(0, 1, 1))
    colourless = (grey == grey[..., :1]).all(axis=(1, 2, 3))
    assert abs(colourless.mean() - GREY_SHARE) < 0.06
    covered, _ = augment(*many, (Variation.ERASE,), 32, Draw(0, 1, 1))
    assert abs((covered != many[0]).any(axis=(1, 2, 3)).mean() - ERASED_SHARE) < 0.08


def test_a_mixed_answer_is_the_share_of_each_photo():
    targets = np.array([0, 1] * 8, np.float32)
    mixed = 0
    for seed in range(60):
        photos = np.zeros((16, 32, 32, 3), np.uint8)
        photos[targets == 1] = 1
        asked = mix(photos, targets, np.random.default_rng(seed))
        np.testing.assert_allclose(asked, photos.mean(axis=(1, 2, 3)), atol=1e-6)
        mixed += bool((asked != targets).any())
    assert abs(mixed / 60 - MIXED_SHARE) < 0.2
