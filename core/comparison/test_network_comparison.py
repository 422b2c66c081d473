import copy
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from core.comparison import network_comparison
from core.comparison.network_comparison import compare_network
from core.config import DTYPES
from core.errors import ComparisonError
from core.networks.build import build_model

CASES = [("article", 96), ("compact", 48)]


def photo(side, seed=0):
    return np.random.default_rng(seed).uniform(size=(1, 3, side, side)).astype(np.float32)


@cache
def trained(name, side):
    """Give a network after some large steps of Adam, its weights and statistics all moved."""
    torch.manual_seed(0)
    model = build_model(name, side, seed=4).train()
    x, labels = torch.rand(4, 3, side, side), torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(12):
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy(model(x), labels).backward()
        optimiser.step()
    return model.eval()


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "side"), CASES)
def test_both_engines_agree_on_a_trained_network(name, side, dtype, training):
    compared = compare_network(trained(name, side), photo(side), None, dtype, training, 1)
    assert compared.within, compared.apart
    for each in compared.layers:
        for found in each.agreements:
            assert found.units <= found.allowed / 2, (each.layer.name, found)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "side"), CASES)
def test_both_engines_agree_through_the_whole_network(name, side, dtype, training):
    compared = compare_network(build_model(name, side, seed=3), photo(side), 1, dtype, training, 1)
    assert compared.within, compared.apart
    bound = 1e-10 if dtype == "float64" else 1e-3
    for each in compared.layers:
        for found in each.agreements:
            assert found.units <= found.allowed / 2, (each.layer.name, found)
        scale = np.abs(each.torch).max()
        assert np.abs(each.numpy - each.torch).max() <= bound * max(scale, 1e-30)
    assert compared.numpy_probability == pytest.approx(compared.torch_probability, rel=bound)
    assert compared.numpy_loss == pytest.approx(compared.torch_loss, rel=bound)


def test_layers_have_torchs_own_activations_and_gradients():
    model = build_model("article", 96, seed=1).eval()
    compared = compare_network(model, photo(96), 0, "float32", repeats=1)
    assert [each.layer.index for each in compared.forward] == list(range(len(model)))
    assert [each.layer.index for each in compared.backward] == list(range(len(model)))[::-1]
    x = torch.from_numpy(photo(96)).requires_grad_()
    probability = model(x)
    loss = nn.functional.binary_cross_entropy(probability, torch.zeros(1, 1))
    (gradient,) = torch.autograd.grad(loss, x)
    assert compared.torch_probability == pytest.approx(probability.item())
    np.testing.assert_allclose(
        compared.backward[-1].torch, gradient[0].numpy(), rtol=1e-4, atol=1e-7
    )
    names = {name for each in compared.backward for name, _ in each.parameters}
    assert names == {"weight", "bias"}
    judged = sum(len(each.parameters) for each in compared.backward)
    assert judged == len(list(model.parameters()))
    assert all(each.numpy_seconds > 0 and each.torch_seconds > 0 for each in compared.layers)


def test_the_label_is_by_default_what_the_network_answers():
    model = build_model("compact", 32, seed=1)
    compared = compare_network(model, photo(32), repeats=1)
    assert compared.label == (compared.torch_probability >= 0.5)


def test_the_model_stays_as_it_is():
    model = build_model("compact", 32, seed=1).eval()
    before = copy.deepcopy(model.state_dict())
    compare_network(model, photo(32), 1, "float64", training=True, repeats=1)
    assert not model.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
        assert tensor.dtype == before[name].dtype


def test_a_planted_mistake_is_found_where_it_is(monkeypatch):
    from core.numpy_nn.layers import MaxPool2d

    right = MaxPool2d.forward
    monkeypatch.setattr(MaxPool2d, "forward", lambda self, x: right(self, x[:, :, ::-1].copy()))
    compared = compare_network(build_model("article", 96), photo(96), 1, repeats=1)
    assert not compared.within
    first = next(each for each in compared.forward if not each.agreement.within)
    assert first.layer.name == "Max pool 1"
    assert compared.apart == ("Max pool 1", "Max pool 2", "Max pool 3")


def dropped_last_row(right):
    """Forget the last row of the output's gradient, as a remainder of the stride is forgotten."""
    return lambda self, dy: right(self, dy * (np.arange(dy.shape[2]) < dy.shape[2] - 1)[:, None])


def halved_weight_gradient(right):
    def wrong(self, dy):
        dx = right(self, dy)
        self.grads["weight"] = self.grads["weight"] / 2
        return dx

    return wrong


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("mistake", [dropped_last_row, halved_weight_gradient])
@pytest.mark.parametrize("kind", ["Conv2d", "BatchNorm2d"])
def test_a_mistake_backward_is_found_in_its_own_layers_alone(monkeypatch, kind, mistake, training):
    from core.numpy_nn import layers

    broken = getattr(layers, kind)
    monkeypatch.setattr(broken, "backward", mistake(broken.backward))
    model = trained("compact", 48)
    compared = compare_network(model, photo(48), 1, "float32", training, repeats=1)
    word = {"Conv2d": "Conv", "BatchNorm2d": "Batch norm"}[kind]
    names = [each.layer.name for each in compared.forward if each.layer.name.startswith(word)]
    assert list(compared.apart) == names
    assert all(each.within for each in compared.forward)


def test_a_mistake_in_the_loss_is_found(monkeypatch):
    right = network_comparison.bce_loss_backward
    monkeypatch.setattr(network_comparison, "bce_loss_backward", lambda p, t: right(p, t) / 2)
    compared = compare_network(build_model("compact", 32), photo(32), repeats=1)
    assert compared.apart == ("the loss",)
    assert compared.loss[0].within and not compared.loss[1].within


def small_network(*layers):
    return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(1), nn.Sigmoid())


@pytest.mark.parametrize("layer", [nn.ReLU(), nn.MaxPool2d(2)])
def test_a_tie_that_rounding_breaks_in_one_engine_only_is_found(layer, monkeypatch):
    from core.numpy_nn.layers import Conv2d

    conv = nn.Conv2d(3, 1, 1)
    for parameter in conv.parameters():
        nn.init.zeros_(parameter)
    model = small_network(conv, layer)
    model(torch.zeros(1, 3, 8, 8))  # gives the lazy layer its size
    assert not compare_network(model, photo(8), 1, repeats=1).forks
    right, rounding = Conv2d.forward, np.zeros((1, 1, 8, 8), np.float32)
    rounding[0, 0, 3, 5] = 1e-9
    monkeypatch.setattr(Conv2d, "forward", lambda self, x: right(self, x) + rounding)
    ((where, cells),) = compare_network(model, photo(8), 1, repeats=1).forks
    assert (where.index, cells) == (1, 1)


def test_a_logit_near_zero_is_measured_against_its_terms():
    linear = nn.Linear(300, 1)
    linear.weight.data[:] = 100 * torch.from_numpy(
        np.random.default_rng(0).choice([-1.0, 1.0], (1, 300)).astype(np.float32)
    )
    model = nn.Sequential(nn.Flatten(), linear, nn.Sigmoid())
    x = photo(10)
    with torch.no_grad():
        linear.bias.sub_(model[:2](torch.from_numpy(x))[0])
    compared = compare_network(model, x, 1, repeats=1)
    found = compared.forward[1]
    terms = np.abs(linear.weight.detach().numpy()) @ x.ravel()
    assert abs(found.torch[0]) < 0.1 < 1e4 < terms[0]
    assert 0 < found.agreement.difference < 0.1
    assert found.agreement.units < 10


def test_a_layer_that_numpy_lacks_is_a_sentence():
    model = nn.Sequential(
        nn.Conv2d(3, 1, 3), nn.ELU(), nn.Flatten(), nn.Linear(36, 1), nn.Sigmoid()
    )
    with pytest.raises(ComparisonError, match=r"cannot be compared .*not 'ELU'"):
        compare_network(model, photo(8))


def test_weights_that_do_not_fit_are_a_sentence():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Sigmoid())
    with pytest.raises(ComparisonError, match="cannot be compared on this network"):
        compare_network(model, photo(8))


def test_one_value_a_channel_cannot_be_normalised_in_training_mode():
    model = build_model("compact", 16)
    compare_network(model, photo(16), repeats=1)
    with pytest.raises(ComparisonError, match="cannot go through in training mode"):
        compare_network(model, photo(16), training=True, repeats=1)


def test_an_unknown_dtype_is_refused():
    with pytest.raises(ComparisonError, match="must be one of float32, float64, not 'float16'"):
        compare_network(build_model("compact", 16), photo(16), dtype="float16")
