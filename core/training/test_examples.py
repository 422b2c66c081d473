import numpy as np
import pytest

from core.conftest import noisy_photos
from core.training.augmentation import Draw, augment
from core.training.examples import alone, together
from core.variations import Variation

PHOTOS = noisy_photos(4, 48, 1)


@pytest.mark.parametrize("variation", Variation)
@pytest.mark.parametrize("number", [0, 7])
def test_each_variation_happens_to_half_of_the_photos_and_is_the_training_s_own(variation, number):
    found = alone(PHOTOS.pixels, list(PHOTOS.labels), variation, 3, number)
    assert sum(example.varied for example in found) >= 2
    made = [
        augment(
            PHOTOS.pixels, np.array([0, 1, 0, 1], np.float32), [variation], 48, Draw(3, 1, step)
        )
        for step in range(number * 200, (number + 1) * 200)
    ]
    assert any(
        all(
            np.array_equal(example.after, photo) and example.target == target
            for example, photo, target in zip(found, photos, targets, strict=True)
        )
        for photos, targets in made
    )
    others = [
        alone(PHOTOS.pixels, list(PHOTOS.labels), variation, 3, number + more)
        for more in range(1, 6)
    ]
    assert any(
        not np.array_equal(one.after, same.after)
        for other in others
        for one, same in zip(found, other, strict=True)
    )


def test_together_they_are_one_batch_of_the_training_with_its_windows_and_answers():
    draw = Draw(5, 1, 9)
    found = together(PHOTOS.pixels, list(PHOTOS.labels), list(Variation), 0.75, 0.1, draw)
    asked = np.array([0.1, 0.9, 0.1, 0.9], np.float32)
    photos, targets = augment(PHOTOS.pixels, asked, list(Variation), 36, draw)
    assert [example.target for example in found] == [float(target) for target in targets]
    assert all(np.array_equal(e.after, photo) for e, photo in zip(found, photos, strict=True))


def test_without_a_variation_photos_stay_as_they_are():
    found = together(PHOTOS.pixels, list(PHOTOS.labels), [], 0.5, 0.0, Draw(1, 1, 1))
    assert not any(example.varied for example in found)
    assert [example.target for example in found] == [0.0, 1.0, 0.0, 1.0]
