import numpy as np
import pytest
import torch
from torch import nn

from core.config import MODELS
from core.explain.contributions import Contributions, contributions, kernels
from core.networks.build import build_model
from core.networks.layers import trace


def assert_adds_up(split: Contributions, output: torch.Tensor, channel: int) -> None:
    """The map is the network's own, the sum is exact, and rounding explains only rounding."""
    expected = output[channel].detach().numpy()
    assert np.array_equal(split.total, expected)
    summed = split.parts.sum(axis=0) + split.bias + split.rounding
    assert np.array_equal(np.asarray(summed, dtype=np.float32), expected)
    # A float32 sum of n products is off by at most about n units of its terms' magnitudes.
    reach = np.abs(split.parts).sum(axis=0).max() + abs(split.bias)
    assert np.abs(split.rounding).max() <= 4e-6 * reach


@pytest.mark.parametrize("name", MODELS)
def test_every_weighted_layer_of_every_preset_adds_up_to_the_last_digit(name):
    torch.manual_seed(1)
    model = build_model(name, 80).eval()
    x = torch.rand(1, 3, 80, 80)
    outputs = trace(model, x)
    inputs = [x[0], *outputs]
    split_kinds = set()
    for layer, before, after in zip(model, inputs, outputs, strict=False):
        for channel in {0, len(after) - 1}:
            split = contributions(layer, before, after, channel)
            if split is not None:
                split_kinds.add(type(layer))
                assert_adds_up(split, after, channel)
    assert split_kinds == {nn.Conv2d, nn.BatchNorm2d, nn.Linear} & {type(layer) for layer in model}


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(6, 4, 3, groups=2, dilation=2, stride=2, padding=3),
        nn.Conv2d(6, 6, (2, 3), groups=6, padding="same", bias=False),
        nn.Conv2d(6, 3, (4, 2), padding="same", dilation=(1, 3)),
        nn.Conv2d(6, 3, 3, padding=2, padding_mode="reflect"),
        nn.Conv2d(6, 3, 3, padding=(0, 1), padding_mode="circular"),
    ],
)
def test_convolutions_of_every_make(layer):
    x = torch.randn(6, 13, 11)
    output = layer(x)
    per_group = layer.in_channels // layer.groups
    for channel in range(layer.out_channels):
        split = contributions(layer, x, output, channel)
        assert split is not None
        group = channel // (layer.out_channels // layer.groups)
        assert split.inputs == tuple(range(group * per_group, (group + 1) * per_group))
        assert_adds_up(split, output, channel)


def test_a_part_is_what_is_left_when_the_other_inputs_are_zero():
    layer = nn.Conv2d(3, 2, 3, padding=1)
    x = torch.randn(3, 7, 7)
    split = contributions(layer, x, layer(x), 1)
    assert split is not None
    for position in range(3):
        alone = torch.zeros_like(x)
        alone[position] = x[position]
        expected = layer(alone)[1].detach().numpy() - split.bias
        assert np.allclose(split.parts[position], expected, atol=1e-6)


def test_batch_norm_with_statistics_of_its_own():
    layer = nn.BatchNorm2d(3).eval()
    assert layer.running_mean is not None and layer.running_var is not None
    layer.running_mean.copy_(torch.tensor([1.0, -2.0, 0.5]))
    layer.running_var.copy_(torch.tensor([4.0, 0.1, 1.0]))
    nn.init.normal_(layer.weight)
    nn.init.normal_(layer.bias)
    x = torch.randn(3, 5, 5)
    output = layer(x[None])[0]
    for channel in range(3):
        split = contributions(layer, x, output, channel)
        assert split is not None and split.inputs == (channel,)
        assert_adds_up(split, output, channel)


def test_inputs_are_ordered_by_influence():
    layer = nn.Conv2d(3, 1, 1, bias=False)
    with torch.no_grad():
        layer.weight[0, :, 0, 0] = torch.tensor([0.1, -5.0, 1.0])
    x = torch.ones(3, 2, 2)
    split = contributions(layer, x, layer(x), 0)
    assert split is not None and split.strongest() == [1, 2, 0]


def test_what_adds_nothing_up_is_not_split_and_a_missing_channel_is_refused():
    x = torch.randn(3, 4, 4)
    assert contributions(nn.ReLU(), x, x.relu(), 0) is None
    assert kernels(nn.ReLU(), 0) is None
    layer = nn.Conv2d(3, 2, 3)
    weights = kernels(layer, 1)
    assert weights is not None and weights.shape == (3, 3, 3)
    with pytest.raises(ValueError, match="channel from 0 to 1, not 2"):
        contributions(layer, x, layer(x), 2)


def test_a_network_full_of_nan_is_split_without_a_warning():
    layer = nn.Conv2d(3, 2, 3)
    x = torch.full((3, 4, 4), torch.nan)
    split = contributions(layer, x, layer(x), 0)
    assert split is not None and np.isnan(split.total).all()
