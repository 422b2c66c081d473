import numpy as np
import pytest
import torch

from core.errors import ExplanationError
from core.explain.class_drawing import ClassDrawing, _towards_neighbours, draw_classes
from core.explain.test_saliency import left_and_right_network, trained_network
from core.networks.build import build_model
from core.networks.layers import probability
from core.networks.tensors import network_input


def drawn(model, size: int, **choices) -> ClassDrawing:
    *shares, found = draw_classes(model, size, **choices)
    assert isinstance(found, ClassDrawing)
    assert shares[-1] == 1.0 and len(set(shares)) == len(shares)
    return found


def test_a_network_that_tells_red_from_green_draws_a_red_and_a_green_picture():
    found = drawn(left_and_right_network(), 16)
    zero, one = found.frames[:, -1].astype(int)
    assert (one[..., 0] > one[..., 1] + 60).all() and (zero[..., 1] > zero[..., 0] + 60).all()
    assert found.certainty(1) > 0.7 and found.certainty(0) > 0.7


def test_a_trained_network_grows_surer_of_what_it_draws_and_the_frames_are_what_it_answers():
    model, _ = trained_network()
    found = drawn(model, 24)
    assert found.steps[0] == 0 and found.steps[-1] == 96
    assert found.frames.shape == (2, len(found.steps), 24, 24, 3)
    assert np.abs(found.frames[:, 0].astype(float) - 127.5).mean() < 5  # it begins grey
    assert np.array_equal(found.frames[0, 0], found.frames[1, 0])
    for label in (0, 1):
        answers = probability(model, network_input(found.frames[label]))
        assert found.probabilities[label] == pytest.approx(answers, abs=1e-6)
        assert found.certainty(label) > 0.95
        sure = found.probabilities[label] if label else 1 - found.probabilities[label]
        assert sure[-1] > sure[0]


def test_the_seed_decides_the_drawing():
    model, _ = trained_network()
    first, again, other = (drawn(model, 24, seed=seed, steps=6).frames for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_hold_on_neighbours_is_the_gradient_of_their_squared_differences():
    x = torch.rand(1, 3, 5, 6, dtype=torch.float64, requires_grad=True)
    down, across = x.diff(dim=2), x.diff(dim=3)
    (gradient,) = torch.autograd.grad(down.square().sum() + across.square().sum(), x)
    assert torch.allclose(_towards_neighbours(x), -gradient / 2)


def test_every_network_draws_at_any_size_and_one_that_sees_nothing_stays_grey():
    assert drawn(build_model("flatten\nlinear 1\nsigmoid\n", 16).eval(), 16, steps=4).steps[-1] == 4
    blind = build_model("conv 2 kernel 3\nflatten\nlinear 1\nsigmoid\n", 16).eval()
    with torch.no_grad():
        blind.get_parameter("2.weight").zero_()
    found = drawn(blind, 16, steps=8)
    assert np.abs(found.frames.astype(int) - 127).max() < 12
    assert found.certainty(0) == found.certainty(1) == 0.5


def test_a_network_that_gives_no_number_is_told():
    model = build_model("flatten\nlinear 1\nsigmoid\n", 16).eval()
    with torch.no_grad():
        model.get_parameter("1.weight")[0, 0] = torch.nan
    with pytest.raises(ExplanationError, match="not a number"):
        list(draw_classes(model, 16))
    with pytest.raises(ValueError, match="at least one step"):
        next(draw_classes(model, 16, steps=0))
