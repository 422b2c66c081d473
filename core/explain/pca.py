"""Principal components: many features of a photo as two numbers that keep most of their spread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ExplanationError


@dataclass(frozen=True)
class Pca:
    """A fitted projection: ``mean`` (F,), ``components`` (K, F) of unit length, strongest first.

    ``explained`` (K,) is the share of the whole variance that each component keeps.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    explained: NDArray[np.float64]

    def project(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Place photos' features (N, F) on the components: (N, K)."""
        features = np.asarray(features, dtype=np.float64)
        if features.ndim != 2 or features.shape[1] != len(self.mean):
            raise ValueError(f"expected features (N, {len(self.mean)}), not {features.shape}")
        return np.asarray((features - self.mean) @ self.components.T)

    def turned(self, turn: NDArray[np.float64]) -> "Pca":
        """Turn the axes by an orthogonal matrix (K, K): what lay at p now lies at p @ ``turn``.

        The plane and the spread in it stay; ``explained`` becomes each new axis's own share.
        """
        spread = turn.T @ np.diag(self.explained) @ turn
        return Pca(self.mean, turn.T @ self.components, np.diag(spread).copy())


def fit_pca(features: NDArray[np.floating], count: int = 2) -> Pca:
    """Find the ``count`` directions along which features (N, F) spread most.

    Works on the smaller of the two Gram matrices, so neither many photos nor many features are
    slow. A component's sign is free; its largest entry is made positive, so that a picture does
    not flip. Raises ``ExplanationError`` for fewer photos than needed and for features that are not
    finite.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or len(features) <= count or features.shape[1] < count:
        raise ExplanationError(
            f"A map must have more than {count} photos with at least {count} features each, "
            f"not an array of shape {features.shape}."
        )
    if not np.isfinite(features).all():
        raise ExplanationError(
            "Features must be finite numbers, but this network gives out NaN or infinity."
        )
    mean = features.mean(axis=0)
    centred = features - mean
    if len(features) <= features.shape[1]:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        directions = (centred.T @ vectors[:, ::-1][:, :count]).T
    else:
        values, vectors = np.linalg.eigh(centred.T @ centred)
        directions = vectors[:, ::-1][:, :count].T
    variance = np.maximum(values[::-1], 0.0)
    real = variance[:count] > 1e-12 * variance[0]  # where no spread is left there is no direction
    directions = np.where(real[:, None], directions, 0.0)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    components = directions / np.where(lengths > 0, lengths, 1.0)
    largest = np.abs(components).argmax(axis=1)
    components *= np.where(components[np.arange(count), largest] < 0, -1.0, 1.0)[:, None]
    explained = variance[:count] / variance.sum() if variance.sum() > 0 else np.zeros(count)
    return Pca(mean, components, explained)


def turn_towards(places: NDArray[np.floating], wanted: NDArray[np.floating]) -> NDArray[np.float64]:
    """Find how to turn and mirror ``places`` (N, K) so that they lie like ``wanted`` (N, K).

    The answer (K, K) is orthogonal, for ``places @ turn``: distances between photos stay as they
    are. Where both centres lie does not count. Orthogonal Procrustes (Schönemann, 1966).
    """
    here, there = (each - each.mean(axis=0) for each in (places, wanted))
    left, _, right = np.linalg.svd(here.T.astype(np.float64) @ there)
    return np.asarray(left @ right)
