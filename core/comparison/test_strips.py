import cv2
import numpy as np
import pytest

from core.comparison.strips import GAP, MAPS, SIDE, draw_strips
from core.pictures.colour import DIVERGING


def pixels(content):
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA)


def test_both_engines_share_one_scale_and_the_difference_has_its_own():
    torch = np.zeros((6, 10, 10), np.float32)
    torch[0, 0, 0], torch[1, 0, 0] = 2, -1
    numpy = torch.copy()
    numpy[1, 0, 0] = -1.5
    strips = draw_strips(numpy, torch)
    assert (strips.scale, strips.difference_scale) == (2, 0.5)
    assert (strips.shown, strips.total) == (MAPS, 6)
    ours, theirs, difference = map(pixels, (strips.numpy, strips.torch, strips.difference))
    assert ours.shape == (SIDE, MAPS * SIDE + (MAPS - 1) * GAP, 4)
    second = SIDE + GAP
    assert (ours[0, 0, :3] == DIVERGING[-1]).all()
    assert (ours[0, second, :3] == DIVERGING[255 - 191]).all()
    assert (theirs[0, second, :3] == DIVERGING[255 - 128]).all()
    assert (difference[0, second, :3] == DIVERGING[0]).all()
    assert (difference[0, 0, :3] == DIVERGING[255]).all()
    assert (ours[:, SIDE : SIDE + GAP, 3] == 0).all()


def test_equal_arrays_have_a_neutral_difference_without_a_scale():
    values = np.random.default_rng(0).normal(size=(3, 72, 72))
    strips = draw_strips(values, values.copy())
    assert strips.numpy == strips.torch
    assert strips.difference_scale == 0
    drawn = pixels(strips.difference)
    assert (drawn[drawn[..., 3] > 0][:, :3] == DIVERGING[255]).all()


@pytest.mark.parametrize("count", [1, 64, 128, 2048, 3136])
def test_a_list_of_numbers_is_one_wide_picture(count):
    values = np.linspace(-1, 1, count).astype(np.float32)
    strips = draw_strips(values, values)
    height, width, _ = pixels(strips.torch).shape
    assert height <= 2 * SIDE and width <= MAPS * SIDE
    assert (strips.shown, strips.total) == (1, 1)
