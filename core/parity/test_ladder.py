import copy

import numpy as np
import pytest
import torch
from torch import nn

from core.networks.build import build_model
from core.parity import DTYPES
from core.parity.ladder import ParityError, build_ladder

CASES = [("article", 96), ("compact", 48)]


def photo(side, seed=0):
    return np.random.default_rng(seed).uniform(size=(1, 3, side, side)).astype(np.float32)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "side"), CASES)
def test_both_engines_agree_through_the_whole_network(name, side, dtype, training):
    ladder = build_ladder(build_model(name, side, seed=3), photo(side), 1, dtype, training, 1)
    assert ladder.within, ladder.worst
    bound = 1e-10 if dtype == "float64" else 1e-3
    for rung in ladder.rungs:
        for found in rung.agreements:
            assert found.difference <= bound * max(found.scale, 1e-30)
    assert ladder.numpy_probability == pytest.approx(ladder.torch_probability, rel=bound)
    assert ladder.numpy_loss == pytest.approx(ladder.torch_loss, rel=bound)


def test_rungs_are_torchs_own_activations_and_gradients():
    model = build_model("article", 96, seed=1).eval()
    ladder = build_ladder(model, photo(96), 0, "float32", repeats=1)
    assert [rung.layer.index for rung in ladder.forward] == list(range(len(model)))
    assert [rung.layer.index for rung in ladder.backward] == list(range(len(model)))[::-1]
    x = torch.from_numpy(photo(96)).requires_grad_()
    probability = model(x)
    loss = nn.functional.binary_cross_entropy(probability, torch.zeros(1, 1))
    (gradient,) = torch.autograd.grad(loss, x)
    assert ladder.torch_probability == pytest.approx(probability.item())
    np.testing.assert_allclose(ladder.backward[-1].torch, gradient[0].numpy(), rtol=1e-4, atol=1e-7)
    names = {name for rung in ladder.backward for name, _ in rung.parameters}
    assert names == {"weight", "bias"}
    compared = sum(len(rung.parameters) for rung in ladder.backward)
    assert compared == len(list(model.parameters()))
    assert all(rung.numpy_seconds > 0 and rung.torch_seconds > 0 for rung in ladder.rungs)


def test_the_label_is_by_default_what_the_network_answers():
    model = build_model("compact", 32, seed=1)
    ladder = build_ladder(model, photo(32), repeats=1)
    assert ladder.label == (ladder.torch_probability >= 0.5)


def test_the_model_stays_as_it_is():
    model = build_model("compact", 32, seed=1).eval()
    before = copy.deepcopy(model.state_dict())
    build_ladder(model, photo(32), 1, "float64", training=True, repeats=1)
    assert not model.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
        assert tensor.dtype == before[name].dtype


def test_a_planted_mistake_is_found_where_it_is(monkeypatch):
    from core.numpy_nn.layers import MaxPool2d

    right = MaxPool2d.forward
    monkeypatch.setattr(MaxPool2d, "forward", lambda self, x: right(self, x[:, :, ::-1].copy()))
    ladder = build_ladder(build_model("article", 96), photo(96), 1, repeats=1)
    assert not ladder.within
    first = next(rung for rung in ladder.forward if not rung.agreement.within)
    assert first.layer.name == "Max pool 1"


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
    assert not build_ladder(model, photo(8), 1, repeats=1).forks
    right, rounding = Conv2d.forward, np.zeros((1, 1, 8, 8), np.float32)
    rounding[0, 0, 3, 5] = 1e-9
    monkeypatch.setattr(Conv2d, "forward", lambda self, x: right(self, x) + rounding)
    ((where, cells),) = build_ladder(model, photo(8), 1, repeats=1).forks
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
    ladder = build_ladder(model, x, 1, repeats=1)
    found = ladder.forward[1].agreement
    assert abs(ladder.forward[1].torch[0]) < 0.1 < 1e4 < found.scale
    assert found.within


def test_a_layer_that_numpy_lacks_is_a_sentence():
    model = nn.Sequential(
        nn.Conv2d(3, 1, 3), nn.Tanh(), nn.Flatten(), nn.Linear(36, 1), nn.Sigmoid()
    )
    with pytest.raises(ParityError, match=r"cannot be compared .*not 'Tanh'"):
        build_ladder(model, photo(8))


def test_weights_that_do_not_fit_are_a_sentence():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Sigmoid())
    with pytest.raises(ParityError, match="cannot be compared on this network"):
        build_ladder(model, photo(8))


def test_one_value_a_channel_cannot_be_normalised_in_training_mode():
    model = build_model("compact", 16)
    build_ladder(model, photo(16), repeats=1)
    with pytest.raises(ParityError, match="cannot go through in training mode"):
        build_ladder(model, photo(16), training=True, repeats=1)


def test_an_unknown_dtype_is_refused():
    with pytest.raises(ParityError, match="must be one of float32, float64, not 'float16'"):
        build_ladder(build_model("compact", 16), photo(16), dtype="float16")
