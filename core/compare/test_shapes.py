import numpy as np
import pytest

from core.compare.arrays import Outcome
from core.compare.conftest import NAMES
from core.compare.shapes import of_one_shape, shapes_differ


def test_axes_of_length_one_do_not_count(y):
    shaped = of_one_shape(y[:1], y[0])
    assert shaped is not None and shaped.shape == y[0].shape
    assert of_one_shape(y, y[:1]) is None


@pytest.mark.parametrize(
    ("ours", "sentence"),
    [
        (
            lambda y: y.transpose(0, 2, 3, 1),
            "with its axes in the order (0, 3, 1, 2) is theirs.npy",
        ),
        (
            lambda y: y[:, :, 1:-1, 1:-1],
            "ours.npy is the middle of theirs.npy: look at the padding",
        ),
        (lambda y: np.pad(y, ((0, 0), (0, 0), (0, 1), (0, 1))), "theirs.npy is the beginning of"),
        (lambda y: y.reshape(16, 256), "the same numbers in the same order: reshape one"),
        (lambda y: np.ones((3, 3), np.float32), "Neither is a part of the other"),
    ],
)
def test_other_shapes_are_told_and_what_one_is_of_the_other(y, ours, sentence):
    found = shapes_differ(np.ascontiguousarray(ours(y)), y, NAMES)
    assert found.outcome is Outcome.DIFFERENT
    assert "theirs.npy is float32, 2 x 8 x 16 x 16" in found.report
    assert sentence in found.report
