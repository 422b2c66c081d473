"""The smallest change: held against finite differences, and against every smaller one."""

import numpy as np
import pytest
import torch
from torch import nn

from core.data.decode import decode_photo
from core.errors import ExplanationError
from core.explain.fooling import Fooling, Photo, fool
from core.explain.test_saliency import exact_network
from core.networks.build import build_model
from core.networks.classifier import Classifier
from core.networks.layers import logit, probability
from core.networks.tensors import network_input
from core.pictures.tiles import png

SIDE = 32


def noise(side: int = SIDE, seed: int = 0) -> Photo:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def sure_network(margin: float, side: int = SIDE) -> nn.Sequential:
    """A smooth network in float32 whose logit for ``noise()`` is ``margin``."""
    model = exact_network()
    last = model[-2]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        for parameter in last.parameters():
            parameter.mul_(20)
        now = float(logit(model, network_input(noise(side)[None]).double()))
        last.bias.add_(margin - now)
    return model.float()


def fooled(model: nn.Sequential, photo: Photo) -> Fooling:
    shares: list[float] = []
    for step in fool(model, photo):
        if isinstance(step, Fooling):
            assert shares == sorted(shares)
            return step
        assert 0 < step <= 1
        shares.append(step)
    raise AssertionError("it ended without what it found")


def is_one(model: nn.Sequential, photo: Photo) -> bool:
    return probability(model, network_input(photo[None]))[0] >= 0.5


def after(model: nn.Sequential, found: Fooling, steps: float) -> float:
    """The logit in float64 after any part of a step."""
    exact = network_input(found.photo[None], torch.float64)
    along = torch.from_numpy(found.direction.astype(float)).permute(2, 0, 1)[None]
    with torch.no_grad():
        return float(logit(model.double(), (exact + steps / 255 * along).clamp(0, 1)))


@pytest.mark.parametrize("margin", [0.3, -0.3])
def test_the_direction_is_that_of_finite_differences_in_float64(margin):
    model = sure_network(margin)
    found = fooled(model, noise())
    exact, step = model.double(), 1e-5
    x = network_input(noise()[None], torch.float64)
    for row, column, colour in [(0, 0, 0), (5, 30, 1), (16, 16, 2), (31, 31, 0), (9, 3, 1)]:
        moved = []
        for sign in (1, -1):
            changed = x.clone()
            changed[0, colour, row, column] += sign * step
            moved.append(float(logit(exact, changed).detach()))
        slope = (moved[0] - moved[1]) / (2 * step)
        assert slope == 0 or abs(slope) > 1e-8
        assert found.direction[row, column, colour] == -np.sign(margin) * np.sign(slope)
    assert 0.8 < found.moved < 1  # the last row and column are in no window


@pytest.mark.parametrize("margin", [0.3, -0.3, 1.0, -1.0])
def test_it_turns_the_answer_over_and_nothing_smaller_does(margin):
    model, photo = sure_network(margin), noise()
    found = fooled(model, photo)
    assert found.turning is not None and found.exact is not None
    assert found.label == (margin > 0)
    for steps in range(found.turning):
        assert is_one(model, found.changed(steps)) == (margin > 0)
    assert is_one(model, found.changed(found.turning)) != (margin > 0)
    assert found.turning - 1 < found.exact <= found.turning
    assert (after(model, found, found.exact) >= 0) != (margin > 0)
    for part in (1e-6, 0.1, 0.3):
        assert (after(model, found, found.exact - part) >= 0) == (margin > 0)


def test_a_surer_answer_takes_a_larger_change():
    turned = [fooled(sure_network(margin), noise()).turning for margin in (0.1, 0.3, 1.0)]
    steps = [each for each in turned if each is not None]
    assert len(steps) == 3 and steps == sorted(steps) and steps[0] < steps[-1]


def test_each_probability_is_the_answer_to_the_changed_photo_as_a_file_holds_it():
    model, photo = sure_network(0.3), noise()
    photo[:4], photo[4:8] = 0, 255
    found = fooled(model, photo)
    assert found.turning is not None and len(found.probabilities) > found.turning >= 1
    for steps in (0, 1, found.turning, len(found.probabilities) - 1):
        file = png(found.changed(steps))
        pixels = decode_photo(file, SIDE).pixels
        assert np.array_equal(pixels, found.changed(steps))
        (expected,) = probability(model, network_input(pixels[None]))
        assert found.probabilities[steps] == pytest.approx(expected, abs=1e-6)
    moved = found.changed(3).astype(int) - photo
    assert np.abs(moved).max() == 3
    assert moved[:4].min() == 0 and moved[4:8].max() == 0  # nothing leaves 0 to 255


def test_the_shipped_model_answers_the_file_of_a_fooled_pet_otherwise():
    from core.data.drawn import draw_pet

    classifier = Classifier.load()
    for name in ("cat", "dog"):
        pet = draw_pet(name, classifier.image_size, seed=2027, index=0)
        found = fooled(classifier.model, pet)
        assert found.turning is not None
        before = classifier.classify(png(pet))
        turned = classifier.classify(png(found.changed(found.turning)))
        assert (before.probability_one >= 0.5) != (turned.probability_one >= 0.5)
        assert turned.probability_one == pytest.approx(found.probabilities[found.turning], abs=1e-6)


@pytest.mark.parametrize(
    "network", ["flatten\nlinear 1\nsigmoid\n", "conv 4 kernel 3\nflatten\nlinear 1\nsigmoid\n"]
)
def test_any_network_is_stepped_from_at_any_size(network):
    model = build_model(network, 16).eval()
    found = fooled(model, noise(16))
    if found.turning is not None:
        assert is_one(model, found.changed(found.turning)) != is_one(model, found.photo)
    else:
        assert len(found.probabilities) == 256


def test_an_answer_that_depends_on_no_pixel_has_no_direction():
    model = build_model("flatten\nlinear 1\nsigmoid\n", 16, init="constant").eval()
    with torch.no_grad():
        model.get_parameter("1.weight").zero_()
    found = fooled(model, noise(16))
    assert found.moved == 0 and found.turning is None and len(found.probabilities) == 1
    assert np.array_equal(found.changed(0), found.photo)


def test_a_network_that_gives_no_number_is_told():
    model = build_model("flatten\nlinear 1\nsigmoid\n", 16).eval()
    with torch.no_grad():
        model.get_parameter("1.weight")[0, 0] = torch.nan
    with pytest.raises(ExplanationError, match="not a number"):
        next(fool(model, noise(16)))


def test_steps_that_were_not_taken_are_refused():
    found = fooled(sure_network(0.3), noise())
    with pytest.raises(ValueError, match="not -1"):
        found.changed(-1)
    with pytest.raises(ValueError, match="not 400"):
        found.factor(400)
    assert found.factor(0) == found.factor(1) == 127 and found.factor(3) == 42
