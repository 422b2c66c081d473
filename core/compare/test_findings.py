"""What a mistake looks like is said, and nothing where there is nothing to see."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.compare.arrays import Outcome, compare_arrays
from core.compare.basis import from_values
from core.compare.conftest import NAMES, changed
from core.compare.known_layer import from_layer
from core.compare.words import report


def edge_padded(layer):
    padded = np.pad(layer.x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    return F.conv2d(torch.tensor(padded), torch.tensor(layer.weight)).numpy()


def scrambled(y):
    return y.reshape(2, 16, 16, 8).transpose(0, 3, 1, 2)


MISTAKES = {
    "on the border, within the outermost cell (all four sides): look at the padding": (
        lambda y, layer: edge_padded(layer)
    ),
    "within the outermost cell (bottom and right): look at padding that is not the same": (
        lambda y, _: np.where(np.indices((16, 16)).max(axis=0) == 15, y + 1, y)
    ),
    "lie in channel 3 of 8 (counted": lambda y, _: changed(y, np.s_[:, 3], 0.01),
    "lie in channels 2 and 5 of 8 (counted": lambda y, _: changed(y, np.s_[:, [2, 5]], 0.01),
    "lie in image 1 of 2 (counted": lambda y, _: changed(y, np.s_[1]),
    "lie in every 2nd row, from row 1 on": lambda y, _: changed(y, np.s_[:, :, 1::2]),
    "ours.npy is theirs.npy plus 0.25: look at the bias": lambda y, _: y + np.float32(0.25),
    "plus a constant in each channel, from -1 to 2.5": (
        lambda y, _: y + np.linspace(-1, 2.5, 8, dtype=np.float32)[:, None, None]
    ),
    "ours.npy is theirs.npy times 1.5.": lambda y, _: y * np.float32(1.5),
    "times a factor in each channel, from 1 to 2": (
        lambda y, _: y * np.linspace(1, 2, 8, dtype=np.float32)[:, None, None]
    ),
    "times a factor plus a constant, its own in each channel": (
        lambda y, _: (y - np.linspace(1, 2, 8, dtype=np.float32)[:, None, None]) / np.float32(0.3)
    ),
    "with the other sign": lambda y, _: -y,
    "with its channels in reverse order": lambda y, _: y[:, ::-1].copy(),
    "rows and columns swapped": lambda y, _: y.swapaxes(2, 3).copy(),
    "one column later": lambda y, _: np.roll(y, 1, axis=3),
    "one row earlier": lambda y, _: np.roll(y, -1, axis=2),
    "the very same numbers in another order": lambda y, _: scrambled(y),
    "ours.npy is theirs.npy after a ReLU": lambda y, _: np.maximum(y, 0),
    "rounded to float16 or TF32": (
        lambda y, layer: F.conv2d(
            torch.tensor(layer.x).half().float(),
            torch.tensor(layer.weight).half().float(),
            padding=1,
        ).numpy()
    ),
    "1 number is NaN in ours.npy alone": lambda y, _: changed(y, (0, 1, 2, 3), np.nan),
    "2 numbers are infinite in ours.npy alone": lambda y, _: changed(y, (0, 1, 2, [3, 4]), np.inf),
}


@pytest.mark.parametrize("known", [True, False], ids=["layer", "terms"])
@pytest.mark.parametrize("sentence", MISTAKES)
def test_what_a_mistake_looks_like_is_said(layer, y, sentence, known):
    ours = np.ascontiguousarray(MISTAKES[sentence](y, layer))
    basis = from_layer(layer, y.shape) if known else from_values(ours, y, 54)
    found = compare_arrays(ours, y, NAMES, basis)
    assert found.outcome is Outcome.DIFFERENT
    assert sentence in report(found), report(found)


@pytest.mark.parametrize("sentence", ["lie on the border", "All of them lie", "ours.npy is theirs"])
def test_a_mistake_without_a_pattern_gets_none(y, sentence):
    random = np.random.default_rng(3)
    wrong = y + (random.random(y.shape) < 0.2).astype(np.float32) * random.standard_normal(y.shape)
    found = compare_arrays(wrong.astype(np.float32), y, NAMES)
    assert found.outcome is Outcome.DIFFERENT
    assert sentence not in report(found)


def test_places_in_a_long_list_take_no_time():
    theirs = np.ones(2_000_000, np.float32)
    ours = theirs.copy()
    ours[1_500_000:] = 2
    found = compare_arrays(ours, theirs, NAMES)
    assert "All of them lie in places 1500000 to 1999999 of 2000000" in report(found)


def test_differences_in_one_place_alone_are_told_though_rounding_explains_them(layer, y):
    ours = y.copy()
    ours[:, 3] = np.nextafter(ours[:, 3], np.float32(np.inf))
    found = compare_arrays(ours, y, NAMES, from_layer(layer, y.shape))
    assert found.outcome is Outcome.ROUNDING
    assert "lie in channel 3 of 8" in report(found) and "equal to the last bit" in report(found)
