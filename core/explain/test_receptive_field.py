"""Receptive fields against gradients: a pixel is in a field if its gradient is not zero."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core.explain.receptive_field import cell_edges, receptive_fields, spans
from core.networks.build import build_model
from core.networks.layers import apply_range, describe_layers

SIZE = 32


def seen_by_gradient(model: nn.Sequential, index: int, row: int, column: int) -> np.ndarray:
    """Pixels (H, W) with a gradient, once nothing but the layers' geometry can make one vanish.

    Weights are positive, activations gone, the maximum of a window is replaced by its sum, and one
    channel stands for all, since every channel of a layer has the same geometry.
    """
    plain: list[nn.Module] = []
    for layer in list(model)[: index + 1]:
        if isinstance(layer, nn.Conv2d):
            alone = copy.deepcopy(layer)
            alone.groups, alone.bias = 1, None
            alone.weight = nn.Parameter(torch.ones_like(layer.weight[:1, :1]))
            plain.append(alone)
        elif isinstance(layer, nn.MaxPool2d):
            plain.append(SumOfWindow(layer))
        elif isinstance(layer, nn.AdaptiveAvgPool2d | nn.AvgPool2d):
            plain.append(layer)
    x = torch.ones(1, 1, SIZE, SIZE, dtype=torch.float64, requires_grad=True)
    output = apply_range(nn.Sequential(*plain).double(), x, 0, len(plain))
    (gradient,) = torch.autograd.grad(output[0, 0, row, column], x)
    return np.asarray(gradient[0, 0].numpy() > 0)


class SumOfWindow(nn.Module):
    """Max pooling's windows, with their sum instead of their largest value."""

    def __init__(self, pool: nn.MaxPool2d):
        super().__init__()
        self.pool = pool

    def forward(self, x):
        kernel = self.pool.kernel_size
        assert isinstance(kernel, int)
        return nn.functional.conv2d(
            x,
            torch.ones(1, 1, kernel, kernel, dtype=x.dtype),
            stride=self.pool.stride,
            padding=self.pool.padding,
            dilation=self.pool.dilation,
        )


def assert_fields_match(model: nn.Sequential) -> None:
    layers = describe_layers(model, SIZE)
    fields = receptive_fields(model, layers, SIZE)
    for layer, field in zip(layers, fields, strict=True):
        if not layer.has_maps:
            continue
        height, width = layer.shape[1:]
        for row, column in {(0, 0), (height - 1, width // 2), (height // 2, width - 1)}:
            expected = seen_by_gradient(model, layer.index, row, column)
            got = np.outer(field.rows[row], field.columns[column])
            assert np.array_equal(got, expected), (layer.name, row, column)


def small_network(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(1), nn.Sigmoid()).eval()


def test_the_compact_network():
    assert_fields_match(build_model("compact", SIZE).eval())


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(
    "layers",
    [
        [
            nn.Conv2d(3, 4, 5, stride=3),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(4, 2, 3, padding=1),
        ],
        [nn.Conv2d(3, 6, 3, dilation=3, padding=4), nn.Conv2d(6, 6, 3, groups=3, stride=2)],
        [nn.Conv2d(3, 3, (3, 5), padding="same", dilation=2), nn.AvgPool2d(3)],
        [nn.Conv2d(3, 2, (2, 4), padding="same"), nn.MaxPool2d(3, 2, padding=1, dilation=2)],
        [nn.Conv2d(3, 2, 3, stride=2), nn.AdaptiveAvgPool2d((4, 7)), nn.Conv2d(2, 2, 3, padding=1)],
    ],
)
def test_stride_padding_dilation_groups_and_pooling(layers):
    assert_fields_match(small_network(*layers))


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 6),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_any_two_convolutions(kernel, stride, padding, dilation, second_kernel, second_padding):
    first = nn.Conv2d(3, 2, kernel, stride, padding, dilation)
    if (SIZE + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 < second_kernel:
        return
    assert_fields_match(
        small_network(first, nn.Conv2d(2, 2, second_kernel, padding=second_padding))
    )


def test_a_cell_that_reads_only_padding_sees_nothing():
    model = small_network(nn.Conv2d(3, 1, 1, padding=2))
    field = receptive_fields(model, describe_layers(model, SIZE), SIZE)[0]
    assert field.box(0, 0) is None
    assert field.box(2, 3) == (0, 1, 1, 2)


def test_holes_of_a_dilated_kernel_are_known():
    plain = small_network(nn.Conv2d(3, 1, 3))
    dilated = small_network(nn.Conv2d(3, 1, 3, dilation=2))
    for model, holes in ((plain, False), (dilated, True)):
        field = receptive_fields(model, describe_layers(model, SIZE), SIZE)[0]
        assert field.has_holes is holes
    assert field.size == (5, 5)
    assert spans(field.rows)[0] == (0, 5)


def test_the_articles_fields_and_places_at_its_own_size():
    model = build_model("article", 224).eval()
    layers = describe_layers(model, 224)
    fields = receptive_fields(model, layers, 224)
    by_name = {layer.name: field for layer, field in zip(layers, fields, strict=True)}
    assert by_name["Conv 1"].size == (11, 11)
    assert by_name["Conv 1"].box(1, 2) == (3, 6, 14, 17)
    assert by_name["Conv 2"].size == (38, 38)
    # Kernel 5 on cells of 6 pixels, pooled: the first of 14 cells is centred on pixel 34.
    assert by_name["Conv 4"].centre_rows[0] == pytest.approx(34)
    edges = cell_edges(by_name["Conv 4"].centre_rows, 224)
    assert (edges[0], edges[-1]) == pytest.approx((28, 196))
    assert by_name["Linear 2"].size == (224, 224)
    assert cell_edges(by_name["Linear 2"].centre_rows, 224).tolist() == [0, 224]


def test_an_unknown_layer_is_taken_to_see_everything_before_it():
    class Mixer(nn.Module):
        def forward(self, x):
            return x.flip(2)

    model = small_network(nn.Conv2d(3, 2, 3), Mixer())
    field = receptive_fields(model, describe_layers(model, SIZE), SIZE)[1]
    assert field.box(0, 0) == (0, 0, SIZE, SIZE)
