import numpy as np
import pytest

from core.data.drawn import draw_pet
from core.data.neither import FROM_PHOTOS, KEPT_OUT, TO_LEARN, draw_neither, spoil


def test_no_family_is_both_learnt_from_and_measured_with():
    assert not TO_LEARN.keys() & KEPT_OUT.keys()
    assert len(TO_LEARN) >= 12 and len(KEPT_OUT) >= 12


@pytest.mark.parametrize("family", [*TO_LEARN, *KEPT_OUT])
def test_a_family_draws_any_number_of_pictures_at_any_size(family):
    for side in (16, 41, 140):
        pictures = [draw_neither(family, side, 3, number) for number in range(12)]
        for picture in pictures:
            assert picture.shape == (side, side, 3) and picture.dtype == np.uint8
        assert len({picture.tobytes() for picture in pictures}) == 12
    again = draw_neither(family, 41, 3, 5)
    np.testing.assert_array_equal(again, draw_neither(family, 41, 3, 5))
    assert (again != draw_neither(family, 41, 4, 5)).any()


def test_an_unknown_family_is_refused():
    with pytest.raises(KeyError):
        draw_neither("cats", 16, 0, 0)


def test_photos_are_spoilt_by_every_way_in_turn():
    photos = np.stack([draw_pet("cat", 45, 0, number) for number in range(8)])
    made = list(spoil(photos, 1))
    assert [name for name, _ in made] == [*FROM_PHOTOS, *FROM_PHOTOS]
    for photo, (_, picture) in zip(photos, made, strict=True):
        assert picture.shape == photo.shape and picture.dtype == np.uint8
        assert np.abs(picture.astype(int) - photo).mean() > 3
    for one, other in zip(made, spoil(photos, 1), strict=True):
        np.testing.assert_array_equal(one[1], other[1])


def test_scrambling_keeps_colours_and_how_strong_each_wave_is():
    photo = draw_pet("dog", 64, 0, 0)
    made = dict(
        zip(FROM_PHOTOS, (picture for _, picture in spoil(np.stack([photo] * 4), 2)), strict=True)
    )
    scrambled = made["scrambled photos"]
    np.testing.assert_allclose(scrambled.mean((0, 1)), photo.mean((0, 1)), atol=6)
    spectra = [np.abs(np.fft.fft2(each.mean(axis=2))).ravel() for each in (photo, scrambled)]
    assert np.corrcoef(np.log1p(spectra[0]), np.log1p(spectra[1]))[0, 1] > 0.9
