import dataclasses

import numpy as np
import pytest

from core.bench.recipe import changed, first, measured, row
from core.config import RECIPES
from core.conftest import noisy_photos
from core.data import DataRequest, load_data
from core.data.dataset import joined
from core.errors import ConfigError
from core.variations import Variation

QUICK = RECIPES["quick"]


def test_a_change_changes_the_fields_it_names_and_no_other():
    config = changed(QUICK, "epochs=3 learning_rate=0.01 optimizer=sgd without=mirror,window")
    assert config == QUICK.replace(
        epochs=3, learning_rate=0.01, optimizer="sgd", variations=[Variation.LIGHT]
    )
    assert changed(QUICK, "variations=turn,mix").variations == (Variation.TURN, Variation.MIX)
    assert changed(QUICK, "variations=").variations == ()
    assert changed(QUICK, "network=lenet window=1").model == "lenet"
    assert changed(QUICK, "") == QUICK


@pytest.mark.parametrize(
    ("change", "words"), [("epoch=3", "epoch=3"), ("variations=sepia", "sepia"), ("seed=-1", "-1")]
)
def test_a_change_that_means_nothing_is_refused(change, words):
    with pytest.raises(ConfigError, match=words):
        changed(QUICK, change)


def test_what_answers_is_never_learnt_and_the_test_photos_are_not_opened(monkeypatch):
    asked = []

    def watched(request):
        asked.append(request)
        return load_data(request)

    monkeypatch.setattr("core.data.load_data", watched)
    config = changed(QUICK, "epochs=1 train_per_class=20 image_size=16 batch_size=8 window=1")
    result = measured(config, None)
    assert asked == [DataRequest("drawn", 16, 20, 1, 0)]
    assert 0 <= result["accuracy"] <= 1 and result["loss"] > 0 and result["minutes"] > 0


def test_parts_of_photos_keep_pixels_labels_and_names_together():
    photos = dataclasses.replace(noisy_photos(10, 4, 0), names=tuple(map(str, range(10))))
    even = photos.part(np.arange(10) % 2 == 0)
    assert even.names == ("0", "2", "4", "6", "8")
    np.testing.assert_array_equal(even.pixels, photos.pixels[::2])
    assert first(photos, 5).names == even.names
    both = joined([even, photos.part(np.arange(10) == 3)])
    assert both.names[-1] == "3" and len(both) == 6


def test_a_row_tells_the_mean_and_the_spread():
    results = [
        {"accuracy": accuracy, "mirrored": 0.9, "loss": 0.2, "minutes": 3.0}
        for accuracy in (0.8, 0.9)
    ]
    assert row("quick", results) == [
        *("quick", "0.8500 ± 0.0707", "0.800 0.900", "0.9000", "0.200", "3.0")
    ]
