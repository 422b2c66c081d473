import numpy as np

from core.pictures.colour import DIVERGING, colour_signed


def test_zero_is_neutral_whatever_the_scale():
    for limit in (None, 0.5, 1e-12):
        picture = colour_signed(np.array([-3.0, 0.0, 2.0]), limit)
        assert picture[1].tolist() == [0xE6, 0xE6, 0xE6]


def test_signed_ends_are_the_dogs_blue_and_the_cats_orange():
    picture = colour_signed(np.array([[-2.0, 2.0]]))
    assert picture[0, 0].tolist() == [0x00, 0x72, 0xB2]
    assert picture[0, 1].tolist() == [0xD5, 0x5E, 0x00]
    assert len(DIVERGING) == 511


def test_nan_and_infinity_never_pass_for_a_value():
    signed = colour_signed(np.array([np.nan, np.inf, -np.inf, 1.0]))
    assert signed[0].tolist() == [0xB0, 0x00, 0xB5]
    assert signed[1].tolist() == signed[3].tolist()
    assert signed[2].tolist() == [0x00, 0x72, 0xB2]


def test_a_constant_array_does_not_divide_by_zero():
    assert colour_signed(np.zeros((2, 2))).shape == (2, 2, 3)
