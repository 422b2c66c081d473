import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.batching import to_network_input
from core.data.dataset import PhotoSet
from core.data.mistaken import as_given, as_seen, with_labels_by_request
from core.mistakes import Mistake

PHOTOS = np.random.default_rng(0).integers(0, 256, (3, 5, 5, 3), np.uint8)
HARMLESS = [each for each in Mistake if each not in (Mistake.RESHAPE, Mistake.BGR)]


def test_reshaping_gives_the_network_exactly_what_the_article_gave_it():
    seen = to_network_input(as_seen(PHOTOS, [Mistake.RESHAPE]))
    np.testing.assert_array_equal(seen, PHOTOS.reshape(3, 3, 5, 5) / np.float32(255))


def test_bgr_swaps_red_and_blue_and_comes_before_the_reshaping():
    np.testing.assert_array_equal(as_seen(PHOTOS, [Mistake.BGR]), PHOTOS[..., [2, 1, 0]])
    both = to_network_input(as_seen(PHOTOS, [Mistake.RESHAPE, Mistake.BGR]))
    swapped = PHOTOS[..., [2, 1, 0]].reshape(3, 3, 5, 5)
    np.testing.assert_array_equal(both, swapped / np.float32(255))


@given(st.sets(st.sampled_from([Mistake.RESHAPE, Mistake.BGR])))
def test_a_photo_alone_is_seen_as_among_others_and_keeps_its_numbers(mistakes):
    seen = as_seen(PHOTOS, mistakes)
    assert seen.flags.c_contiguous and seen.shape == PHOTOS.shape and seen.dtype == np.uint8
    for photo, one in zip(PHOTOS, seen, strict=True):
        np.testing.assert_array_equal(as_seen(photo, mistakes), one)
        np.testing.assert_array_equal(np.sort(one, axis=None), np.sort(photo, axis=None))


@given(st.sets(st.sampled_from(list(Mistake))))
def test_what_a_network_sees_can_be_given_to_it_again(mistakes):
    for photos in (PHOTOS, PHOTOS[0]):
        given = as_given(photos, mistakes)
        assert given.flags.c_contiguous and given.shape == photos.shape
        np.testing.assert_array_equal(as_seen(given, mistakes), photos)


def test_without_a_mistake_of_pixels_nothing_is_copied():
    assert as_seen(PHOTOS, HARMLESS) is PHOTOS


@pytest.mark.parametrize(
    ("asked", "labels"), [(2, [0, 0, 1, 1, 1]), (4, [0, 0, 0, 0, 1]), (9, [0] * 5)]
)
def test_labels_are_counted_from_what_was_asked_for(asked, labels):
    truth = np.array([0, 0, 1, 1, 1], np.uint8)
    photos = PhotoSet(np.zeros((5, 4, 4, 3), np.uint8), truth, tuple("abcde"))
    assert with_labels_by_request(photos, asked).labels.tolist() == labels
    assert photos.labels.tolist() == truth.tolist()
