"""Checking of gradients: against finite differences, and with a message that says where."""

from collections.abc import Callable

import numpy as np


def finite_differences(
    loss: Callable[[np.ndarray], float], point: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Return the gradient of ``loss`` at ``point`` by central differences.

    Each element moves by ``step`` up and down; the error is of the order of step squared times the
    third derivative. ``point`` must hold float64 and is as before afterwards.
    """
    gradient, moved = np.empty(point.shape), point.copy()
    for index in np.ndindex(*point.shape):
        moved[index] = point[index] + step
        above = loss(moved)
        moved[index] = point[index] - step
        gradient[index] = (above - loss(moved)) / (2 * step)
        moved[index] = point[index]
    return gradient


def check_gradient(
    argument: str, gradient: np.ndarray, expected: np.ndarray, tolerance: float
) -> None:
    """Raise ``AssertionError`` unless ``gradient`` is ``expected``.

    The largest difference may be ``tolerance`` times the largest expected value. The message says
    which argument, which index, what came and what was expected.
    """
    if gradient.shape != expected.shape:
        raise AssertionError(
            f"gradient of {argument}: came shape {gradient.shape}, expected {expected.shape}"
        )
    if not expected.size:
        return
    error = np.abs(gradient - expected)
    worst = np.unravel_index(np.argmax(error), error.shape)  # argmax finds NaN first
    if not error[worst] <= tolerance * np.abs(expected).max():
        index = tuple(int(i) for i in worst)
        raise AssertionError(
            f"gradient of {argument} at index {index}: came {gradient[worst]!r}, "
            f"expected {expected[worst]!r}"
        )
