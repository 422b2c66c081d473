import numpy as np

from core.conftest import noisy_photos
from core.training.augmentation import augment, draw_tables, draw_windows


def test_the_same_seed_epoch_and_step_give_the_same_photos():
    photos = noisy_photos(8, 32, 0).pixels
    again = augment(photos, 3, 1, 5)
    np.testing.assert_array_equal(augment(photos, 3, 1, 5), again)
    for other in ((4, 1, 5), (3, 2, 5), (3, 1, 6)):
        assert (augment(photos, *other) != again).any()


def test_photos_change_but_keep_shape_type_and_range_and_the_originals_stay():
    photos = noisy_photos(8, 32, 0).pixels
    before = photos.copy()
    changed = augment(photos, 0, 1, 1)
    assert changed.shape == photos.shape and changed.dtype == np.uint8
    assert all((new != old).any() for new, old in zip(changed, photos, strict=True))
    np.testing.assert_array_equal(photos, before)


def test_windows_stay_near_the_photo_and_half_of_them_are_mirrored():
    matrices = draw_windows(np.random.default_rng(0), 2000, 64)
    scale = matrices[:, 0, 0]
    ends = np.stack([matrices[:, 0, 2], matrices[:, 0, 2] + scale * 63])
    assert ends.min() > -0.1 * 63 - 1e-9 and ends.max() < 1.1 * 63 + 1e-9
    assert 0.45 < (scale < 0).mean() < 0.55
    np.testing.assert_array_equal(np.abs(scale), matrices[:, 1, 1])


def test_a_window_of_the_whole_photo_mirrors_exactly():
    import cv2

    photo = noisy_photos(1, 16, 0).pixels[0]
    mirror = np.array([[-1.0, 0, 15], [0, 1, 0]])
    moved = cv2.warpAffine(photo, mirror, (16, 16), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    np.testing.assert_array_equal(moved, photo[:, ::-1])


def test_tables_rise_and_change_little():
    tables = draw_tables(np.random.default_rng(0), 500).astype(int)
    assert (np.diff(tables, axis=1) >= 0).all()
    assert np.abs(tables - np.arange(256)).max() <= 0.1 * 255 + 0.2 * 127.5 + 1
