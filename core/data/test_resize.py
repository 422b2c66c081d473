import cv2
import numpy as np
import pytest

from core.data.resize import stretch

SIZE = 64


def smooth_picture(height: int, width: int) -> np.ndarray:
    small = np.random.default_rng(1).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def test_a_photo_of_the_right_size_is_left_alone():
    picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    assert np.array_equal(stretch(picture, SIZE), picture)


@pytest.mark.parametrize("factor", [1.5, 1.7, 2.0, 2.3, 2.9, 3.0, 4.1, 7.7])
def test_the_finest_stripes_turn_grey_not_into_wider_stripes(factor):
    side = round(SIZE * factor)
    stripes = np.zeros((side, side, 3), np.uint8)
    stripes[:, ::2] = 255
    for picture in (stripes, stripes.swapaxes(0, 1)):
        middle = stretch(picture, SIZE)[4:-4, 4:-4]
        assert np.abs(middle.astype(int) - 127).max() <= 3


@pytest.mark.parametrize("factor", [1.2, 1.5, 1.8])
def test_it_aliases_less_than_averaging_over_areas(factor):
    side = round(SIZE * factor)
    stripes = np.zeros((side, side, 3), np.uint8)
    stripes[:, ::2] = 255
    area = cv2.resize(stripes, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert stretch(stripes, SIZE).std() < area.std()


@pytest.mark.parametrize(
    "shape", [(100, 90), (300, 70), (64, 500), (30, 200), (20, 20), (129, 127)]
)
def test_it_shows_the_same_picture_as_averaging_over_areas(shape):
    picture = smooth_picture(*shape)
    smaller = cv2.resize(
        picture, (min(SIZE, shape[1]), min(SIZE, shape[0])), interpolation=cv2.INTER_AREA
    )
    area = cv2.resize(smaller, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    result = stretch(picture, SIZE)
    assert result.shape == (SIZE, SIZE, 3) and result.dtype == np.uint8
    assert np.abs(result.astype(int) - area).mean() < 3.5


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (2, 3), (127, 128), (1000, 65)])
def test_a_plain_picture_stays_plain_in_any_shape(shape):
    picture = np.full((*shape, 3), (10, 128, 250), np.uint8)
    assert (stretch(picture, SIZE) == (10, 128, 250)).all()
