import json

import numpy as np
import pytest

from core.errors import ModelError
from core.networks.build import build_model
from core.networks.likeness import Likeness, features_of, fit_likeness, pack, unpack

NETWORKS = {
    "compact": (16, 6 + 24 + 32 + 64 + 64 + 96 + 96 + 128 + 128),
    "flatten; linear 1; sigmoid": (16, 6),
    "flatten; linear 3000; tanh; linear 1; sigmoid": (16, 6 + 1000),
}


def cloud(count: int, middle: float, seed: int, features: int = 12):
    return np.random.default_rng(seed).normal(middle, 1, (count, features))


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_has_features(network):
    size, count = NETWORKS[network]
    model = build_model(network.replace("; ", "\n"), size).eval()
    photos = np.random.default_rng(0).integers(0, 256, (40, size, size, 3), dtype=np.uint8)
    found = features_of(model, photos)
    assert found.shape == (40, count) and np.isfinite(found).all()
    np.testing.assert_allclose(found[:, :3], photos.mean((1, 2)) / 255, atol=1e-5)
    np.testing.assert_allclose(features_of(model, photos[7:8]), found[7:8], rtol=1e-3, atol=1e-5)


def test_what_lies_beyond_on_either_side_is_unlike():
    neither = np.concatenate([cloud(200, 6, 2), cloud(200, -6, 3)])
    fitted = fit_likeness(cloud(300, 0, 1), neither, cloud(100, 0, 4))
    assert fitted.kept == 0.9 and fitted.photos == 100
    assert fitted.alike(cloud(1000, 0, 5)).mean() > 0.8
    for middle in (-9, -5, 5, 9):
        assert fitted.alike(cloud(1000, middle, 6)).mean() < 0.02
    assert not fitted.alike(np.full((1, 12), np.nan))[0]


def test_the_plane_is_the_one_of_least_squares():
    """Against the normal equations, solved over the columns."""
    learnt, neither = cloud(30, 0, 1, 3), cloud(50, 2, 2, 3)
    fitted = fit_likeness(learnt, neither, learnt)
    z = (np.concatenate([learnt, neither]) - fitted.centre) / fitted.spread
    z = np.sign(z) * np.log1p(np.abs(z))
    inputs = np.concatenate([z, z**2], axis=1)
    share = np.repeat([0.5 / 30, 0.5 / 50], [30, 50])
    target = np.repeat([1.0, -1.0], [30, 50])
    centred = inputs - share @ inputs
    pull = 0.001 * 6 / 2 * np.eye(6)
    weight = np.linalg.solve((centred.T * share) @ centred + pull, (centred.T * share) @ target)
    np.testing.assert_allclose(fitted.weight, weight, rtol=1e-4, atol=1e-6)
    assert fitted.bias == pytest.approx(-float(share @ inputs @ weight), rel=1e-4)


@pytest.mark.parametrize(("photos", "below"), [(1, 0), (8, 0), (10, 1), (40, 4), (400, 40)])
def test_few_photos_set_a_threshold_that_answers_them(photos, below):
    fitted = fit_likeness(cloud(50, 0, 1), cloud(50, 4, 2), cloud(photos, 0, 3))
    assert fitted.kept == pytest.approx(1 - below / photos)


def test_features_that_never_change_do_no_harm():
    still = np.ones((20, 5))
    fitted = fit_likeness(still, cloud(20, 4, 2, 5), still)
    assert fitted.alike(still).all() and np.isfinite(fitted.weight).all()


def test_it_is_kept_as_json_and_answers_the_same():
    fitted = fit_likeness(cloud(50, 0, 1), cloud(50, 4, 2), cloud(20, 0, 3))
    again = Likeness.from_dict(json.loads(json.dumps(fitted.to_dict())), 12)
    pictures = cloud(100, 2, 4)
    np.testing.assert_allclose(again.scores(pictures), fitted.scores(pictures), rtol=1e-5)
    np.testing.assert_array_equal(again.alike(pictures), fitted.alike(pictures))
    with pytest.raises(ModelError, match="must be of 13 features, not of 12"):
        Likeness.from_dict(fitted.to_dict(), 13)
    for change in ({"weight": "?"}, {"more": 1}, {"centre": None}):
        with pytest.raises(ModelError, match="damaged"):
            Likeness.from_dict(fitted.to_dict() | change, 12)


def test_numbers_survive_their_text():
    numbers = np.array([0.1, -3e30, 5.0], np.float32)
    np.testing.assert_array_equal(unpack(pack(numbers)), numbers.astype(np.float64))


def test_features_that_are_not_finite_are_refused():
    with pytest.raises(ModelError, match="not finite"):
        fit_likeness(cloud(5, 0, 1), np.full((5, 12), np.inf), cloud(5, 0, 1))
