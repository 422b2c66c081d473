import numpy as np
import pytest

from core.explain.pca import fit_pca


@pytest.mark.parametrize("shape", [(60, 8), (12, 40), (9, 9)])
def test_against_numpys_singular_values(shape):
    generator = np.random.default_rng(0)
    features = generator.normal(size=shape) @ np.diag(generator.uniform(0.1, 5, shape[1])) + 3
    fitted = fit_pca(features, count=3)
    centred = features - features.mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    for component, expected in zip(fitted.components, right[:3], strict=True):
        assert abs(component @ expected) == pytest.approx(1, abs=1e-9)
    assert fitted.explained == pytest.approx((singular**2 / (singular**2).sum())[:3])
    projected = fitted.project(features)
    assert np.abs(projected) == pytest.approx(np.abs(centred @ right[:3].T), abs=1e-8)


def test_the_picture_does_not_flip_when_the_photos_come_in_another_order():
    features = np.random.default_rng(1).normal(size=(30, 6))
    first, second = fit_pca(features), fit_pca(features[::-1])
    assert np.allclose(first.components, second.components)
    assert (first.components[np.arange(2), np.abs(first.components).argmax(axis=1)] > 0).all()


def test_a_new_photo_lands_among_the_others():
    features = np.random.default_rng(1).normal(size=(30, 6))
    fitted = fit_pca(features)
    assert np.allclose(fitted.project(features[4:5]), fitted.project(features)[4])


def test_no_spread_means_no_direction():
    flat = fit_pca(np.ones((5, 4)))
    assert not flat.components.any() and not flat.explained.any()
    line = fit_pca(np.outer(np.arange(10.0), [3.0, 4.0, 0.0]))
    assert line.explained == pytest.approx([1, 0], abs=1e-12)
    assert np.abs(line.components[0]) == pytest.approx([0.6, 0.8, 0])


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        (np.ones((2, 5)), "more than 2 photos"),
        (np.ones((5, 1)), "at least 2 features"),
        (np.full((5, 3), np.nan), "must be finite"),
    ],
)
def test_too_little_or_broken_features_are_refused(features, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit_pca(features)


def test_features_of_another_network_are_refused():
    with pytest.raises(ValueError, match=r"expected features \(N, 6\)"):
        fit_pca(np.random.default_rng(0).normal(size=(9, 6))).project(np.ones((2, 5)))
