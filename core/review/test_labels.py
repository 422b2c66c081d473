"""Labels that look wrong to a network."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import DataRequest
from core.data.decode import decode_photo
from core.errors import ModelError
from core.mistakes import Mistake
from core.networks.classifier import Classifier
from core.networks.weight_files import read_weight_file
from core.review.findings import Doubts
from core.review.labels import find_doubts, probabilities

PHOTOS = os.environ.get("GLASS_CNN_PHOTOS")
DARK_CAT = "test/cats/2.png"


def test_a_photo_of_the_other_class_is_found(bright_cats, by_brightness):
    classifier = Classifier.load(by_brightness)
    seen = []
    request = DataRequest(str(bright_cats), 224)
    found = find_doubts(classifier, request, lambda *progress: seen.append(progress))
    assert seen[-1] == (16, 16) and found.looked == 16
    (doubt,) = found.photos
    assert (doubt.photo.name, doubt.photo.label, doubt.photo.split) == (DARK_CAT, 1, "test")
    assert doubt.certain > 0.99 and found.network == "by-brightness.safetensors"
    assert Doubts.from_dict(found.as_dict()) == found


def test_turned_over_it_is_right_and_left_out_it_is_not_asked_about(bright_cats, by_brightness):
    classifier = Classifier.load(by_brightness)
    found_in = str(bright_cats)
    turned = DataRequest(found_in, turned_over=(DARK_CAT,))
    left_out = DataRequest(found_in, left_out=(DARK_CAT,))
    for request, looked in ((turned, 16), (left_out, 15)):
        found = find_doubts(classifier, request)
        assert (found.looked, found.photos) == (looked, ())


def test_the_surest_come_first_and_how_sure_is_asked(bright_cats, by_brightness):
    for number, light in enumerate((90, 60, 110)):
        shade = Image.new("RGB", (30, 20), (light, light, light))
        shade.save(bright_cats / f"train/cats/grey{number}.png")
    classifier, request = Classifier.load(by_brightness), DataRequest(str(bright_cats))
    surest = [each.photo.name for each in find_doubts(classifier, request).photos]
    assert surest == [DARK_CAT, *(f"train/cats/grey{number}.png" for number in (1, 0, 2))]
    certain = [each.certain for each in find_doubts(classifier, request, sure=0.5).photos]
    assert certain == sorted(certain, reverse=True)
    assert len(find_doubts(classifier, request, sure=0.9999).photos) == 2


def test_the_answers_are_those_of_the_classifier(bright_cats, by_brightness):
    weights, facts = read_weight_file(by_brightness)
    mistaken = Classifier(weights, facts | {"mistakes": [str(Mistake.BGR)]}, "mistaken")
    paths = [bright_cats / DARK_CAT, bright_cats / "test/cats/1.png"]
    pixels = np.stack([decode_photo(path, 16).pixels for path in paths])
    answers = [mistaken.classify(path).probability_one for path in paths]
    np.testing.assert_allclose(probabilities(mistaken, pixels), answers, rtol=1e-6)


def test_a_network_of_other_classes_is_refused_in_a_sentence(bright_cats, by_brightness):
    weights, facts = read_weight_file(by_brightness)
    other = Classifier(weights, facts | {"classes": ["apple", "pear"]}, "fruit")
    with pytest.raises(ModelError, match=r"fruit tells apple from pear, but .* dog and cat"):
        find_doubts(other, DataRequest(str(bright_cats)))


@pytest.mark.photos
@pytest.mark.skipif(not PHOTOS, reason="GLASS_CNN_PHOTOS names no folder of real photos")
def test_the_beagle_among_the_cats_is_what_the_shipped_network_is_surest_of(runs_folder):
    request = DataRequest(str(Path(str(PHOTOS))), train_per_class=20)
    found = find_doubts(Classifier.load(), request)
    first = found.photos[0]
    assert first.photo.name == "test_set/cats/cat.4085.jpg" and first.certain > 0.98
    assert len(found.photos) < 10
