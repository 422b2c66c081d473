import numpy as np
import pytest
import torch
from torch import nn

from core.explain.silence import Silence, count_silent
from core.explain.statistics import SILENT_HERE, sum_up, words_of_channels
from core.networks.layers import trace

SIDE = 6


def planted() -> nn.Sequential:
    """Two kernels over red: one reads bright photos only, one has a bias that nothing overcomes."""
    conv = nn.Conv2d(3, 3, 1)
    with torch.no_grad():
        conv.weight.zero_()
        conv.weight[:, 0] = 1
        conv.bias = nn.Parameter(torch.tensor([-0.5, -9.0, 0.1]))
    layers = [conv, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 1), nn.Sigmoid()]
    return nn.Sequential(*layers).eval()


def bright_and_dark(bright: int, dark: int) -> torch.Tensor:
    x = torch.full((bright + dark, 3, SIDE, SIDE), 0.2)
    x[:bright, 0, 1, 1] = 0.9
    return x


@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_a_planted_dead_channel_is_told_from_one_that_is_silent_for_a_photo(batch_size):
    model, x = planted(), bright_and_dark(2, 3)
    found = count_silent(model, x.split(batch_size), "planted photos")
    assert found.photos == 5
    assert {layer: count.tolist() for layer, count in found.counts.items()} == {
        0: [0, 0, 0],  # before the ReLU nothing is zero
        1: [3, 5, 0],
        2: [3, 5, 0],
    }
    assert found.dead(1).tolist() == [False, True, False]
    assert found.dead_count == 2
    dark, bright = (trace(model, photo[None])[1].numpy() for photo in (x[4], x[0]))
    assert words_of_channels(dark)[0] == words_of_channels(dark)[1] == SILENT_HERE
    told = found.told(1, words_of_channels(dark))
    assert told[0] == f"{SILENT_HERE}, and for 3 of 5 planted photos"
    assert told[1] == "dead: zero everywhere for all 5 planted photos"
    assert told[2] == "constant: 0.3 everywhere"
    assert sum_up(told, 3) == "1 of 3 dead, 1 of 3 silent here, 1 of 3 constant"
    assert found.told(1, words_of_channels(bright)) == {
        1: "dead: zero everywhere for all 5 planted photos"
    }


def test_a_channel_that_is_not_a_number_is_not_silent():
    model, x = planted(), bright_and_dark(0, 2)
    x[1] = torch.nan
    assert count_silent(model, [x]).counts[1].tolist() == [1, 1, 0]


def test_before_anything_was_counted_nothing_is_called_dead():
    words = words_of_channels(np.zeros((2, 3, 3)))
    assert sum_up(words, 2) == "2 of 2 silent here"
    assert Silence({0: np.array([7, 0])}, 7).told(0, words)[1].endswith("0 of 7 test photos")
