import numpy as np
import pytest
import torch
from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.magnitudes import layer_sums, running_sums
from core.comparison.rounding import COPIES, FEWEST_TERMS, agreement
from core.comparison.torch_layer import run_layer
from core.config import DTYPES
from core.numpy_nn import build_network, describe


def test_a_linear_layers_terms_are_the_sums_of_magnitudes():
    torch.manual_seed(0)
    layer = nn.Linear(5, 3)
    x, dy = torch.randn(2, 5), torch.randn(2, 3)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    size, size_dy = np.abs(x.numpy()), np.abs(dy.numpy())
    found = layer_sums(layer, x, dy)
    expected = {
        "y": (size @ np.abs(weight).T + np.abs(bias), 6),
        "dx": (size_dy @ np.abs(weight), 3),
        "dweight": (size_dy.T @ size, 2),
        "dbias": (size_dy.sum(0), 2),
    }
    assert found.keys() == expected.keys()
    for name, (magnitudes, terms) in expected.items():
        np.testing.assert_allclose(found[name].magnitudes, magnitudes, rtol=1e-6)
        assert (found[name].terms, found[name].allowed) == (terms, FEWEST_TERMS)


def test_a_convolution_keeps_the_terms_that_cancel_in_its_result():
    layer = nn.Conv2d(2, 1, 1, bias=False)
    layer.weight.data[:] = torch.tensor([3.0, -3.0]).reshape(1, 2, 1, 1)
    x = torch.ones(1, 2, 2, 2)
    assert layer(x).abs().max() == 0
    found = layer_sums(layer, x, -torch.ones(1, 1, 2, 2))
    assert (found["y"].magnitudes == 6).all()
    assert (found["dx"].magnitudes == 3).all() and (found["dweight"].magnitudes == 4).all()
    assert "dbias" not in found
    assert layer.weight.min() == -3  # the layer stays as it is


def test_the_terms_of_a_convolution_are_counted():
    layer = nn.Conv2d(6, 4, (3, 5), stride=2, groups=2)
    x = torch.randn(3, 6, 9, 11)
    found = layer_sums(layer, x, torch.ones(3, 4, 4, 4))
    counts = {name: sums.terms for name, sums in found.items()}
    assert counts == {"y": 3 * 15 + 1, "dx": 2 * 15, "dweight": 3 * 16, "dbias": 3 * 16}


def test_batch_norms_bias_sums_and_relu_does_not():
    dy = torch.tensor([1.0, -1.0, 2.0, -2.0]).reshape(1, 2, 2, 1)
    assert layer_sums(nn.BatchNorm2d(2), dy, dy)["dbias"].magnitudes.tolist() == [2, 4]
    assert layer_sums(nn.ReLU(), dy, dy) == {"y": COPIES, "dx": COPIES}


def test_only_windows_that_overlap_add_up_gradients():
    x = torch.randn(1, 1, 6, 6)
    assert layer_sums(nn.MaxPool2d(2), x, torch.ones(1, 1, 3, 3))["dx"] is COPIES
    found = layer_sums(nn.MaxPool2d(3, 2), x, torch.ones(1, 1, 2, 2))
    assert found["y"] is COPIES
    assert found["dx"].terms == 9 and found["dx"].magnitudes.max() >= 1


def test_a_layer_that_numpy_lacks_is_refused():
    with pytest.raises(ValueError, match="must be one of numpy_nn's, not GELU"):
        layer_sums(nn.GELU(), torch.ones(1), torch.ones(1))


LAYERS = {
    "convolution": (nn.Conv2d(4, 6, 3, 2, 1, groups=2), (2, 4, 9, 8)),
    "transposed convolution": (nn.ConvTranspose2d(4, 6, 3, 2, 1, groups=2), (2, 4, 5, 6)),
    "linear": (nn.Linear(700, 5), (3, 700)),
    "batch norm": (nn.BatchNorm2d(3), (4, 3, 6, 5)),
    "batch norm without parameters": (nn.BatchNorm2d(3, affine=False), (4, 3, 6, 5)),
    "ReLU": (nn.ReLU(), (2, 3, 4, 4)),
    "sigmoid": (nn.Sigmoid(), (5, 7)),
    "flatten": (nn.Flatten(), (2, 3, 4, 4)),
    "max pool": (nn.MaxPool2d(3, 2, 1), (2, 3, 9, 9)),
    "average pool": (nn.AvgPool2d(3, 2, 1), (2, 3, 9, 9)),
    "adaptive pool": (nn.AdaptiveAvgPool2d((3, 2)), (2, 3, 7, 9)),
}


def both_engines(name, dtype, training, shift=0.0, spread=1.0):
    """Run a layer in NumPy and compare all that it computes with torch."""
    layer, shape = LAYERS[name]
    layer = layer.to(getattr(torch, dtype)).train(training)
    network = build_network(describe([layer]), dtype=dtype)
    network.load_weights({f"0.{key}": value.numpy() for key, value in layer.state_dict().items()})
    network.set_training(training)
    random = np.random.default_rng(1)
    x = (shift + spread * random.standard_normal(shape)).astype(dtype)
    y = network.forward(x)
    dy = random.standard_normal(y.shape).astype(dtype)
    ours = {"y": y, "dx": network.backward(dy)}
    ours |= {f"d{key[2:]}": gradient for key, gradient in network.grads.items()}
    return layer, x, dy, ours


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_agrees_with_torch_and_one_wrong_number_does_not(name, dtype, training):
    layer, x, dy, ours = both_engines(name, dtype, training)
    found = compare_layer(layer, x, dy, ours)
    assert found.keys() == run_layer(layer, torch.from_numpy(x), torch.from_numpy(dy)).keys()
    for what, each in found.items():
        assert each.within, (what, each.agreement)
        wrong = each.numpy.copy()
        wrong.flat[wrong.size // 2] += 1e-2
        assert not agreement(wrong, each.torch, each.sums).within, what


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shift", "spread"), [(0, 1e-4), (3, 1e-2), (100, 1e-3), (1e4, 1)])
def test_batch_norm_of_nearly_equal_numbers_agrees(dtype, shift, spread):
    layer, x, dy, ours = both_engines("batch norm", dtype, True, shift, spread)
    for what, each in compare_layer(layer, x, dy, ours).items():
        assert each.within, (what, each.agreement)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shift", [-95, -40, -12, 0, 12, 40])
def test_a_sigmoid_at_its_ends_agrees(dtype, shift):
    layer, x, dy, ours = both_engines("sigmoid", dtype, False, shift)
    for what, each in compare_layer(layer, x, dy, ours).items():
        assert each.within, (what, each.agreement)


def test_running_statistics_stay_in_evaluation():
    layer = nn.BatchNorm2d(2)
    x = torch.randn(3, 2, 4, 4)
    assert running_sums(layer, x)["mean"].terms == 48
    assert running_sums(layer.eval(), x) == {"mean": COPIES, "var": COPIES}
