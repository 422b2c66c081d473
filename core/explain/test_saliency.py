"""Gradients against finite differences, the sign of the evidence, and the sanity check."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from core.explain import saliency
from core.explain.occlusion import Occlusion, occlude
from core.networks.build import build_model
from core.networks.layers import apply_range, convolutions, evidence_layer, logit


def exact_network() -> nn.Sequential:
    """Build a network in float64, smooth enough for finite differences: no kink, no maximum."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = nn.Sequential(
            *[nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.SiLU(), nn.AvgPool2d(2)],
            *[nn.Conv2d(6, 8, 3, stride=2, dilation=2), nn.SiLU(), nn.Conv2d(8, 8, 2, groups=2)],
            *[nn.Tanh(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 1), nn.Sigmoid()],
        )
    return model.double().eval()


def photo(size: int = 32, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.rand(
        1, 3, size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    ).to(dtype)


def left_and_right_network() -> nn.Sequential:
    """Class 1 is red, class 0 is green: one channel for each, weighed +1 and -1."""
    model = nn.Sequential(
        nn.Conv2d(3, 2, 1, bias=False),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2, 1, bias=False),
        nn.Sigmoid(),
    ).eval()
    red_and_green = torch.tensor([[1.0, 0, 0], [0, 1.0, 0]]).reshape(2, 3, 1, 1)
    model.load_state_dict({"0.weight": red_and_green, "4.weight": torch.tensor([[1.0, -1.0]])})
    return model


def red_left_green_right() -> torch.Tensor:
    x = torch.zeros(1, 3, 8, 8)
    x[0, 0, :, :4] = 1
    x[0, 1, :, 4:] = 1
    return x


def test_evidence_for_class_1_and_for_class_0_are_different_pictures_with_the_right_sign():
    model, x = left_and_right_network(), red_left_green_right()
    for index in (0, 1):
        cam = saliency.grad_cam(model, x, index)
        assert (cam.evidence(1)[:, :4] > 0).all() and not cam.evidence(1)[:, 4:].any()
        assert (cam.evidence(0)[:, 4:] > 0).all() and not cam.evidence(0)[:, :4].any()
        assert np.allclose(cam.evidence(1) - cam.evidence(0), cam.signed)


def test_evidence_agrees_with_covering_it():
    """Where Grad-CAM sees evidence for class 1, covering it lowers P(class 1), and the reverse."""
    model, x = left_and_right_network(), red_left_green_right()
    cam = saliency.grad_cam(model, x, 1)
    pixels = (x[0].permute(1, 2, 0) * 255).byte().numpy()
    *_, found = occlude(model, pixels, patch=4, stride=4)
    assert isinstance(found, Occlusion)
    assert (np.sign(found.on_photo()) == np.sign(cam.signed)).all()


def test_grad_cam_weights_against_finite_differences():
    model, x, step = exact_network(), photo(), 1e-4
    for convolution in convolutions(model):
        index = evidence_layer(model, convolution)
        cam = saliency.grad_cam(model, x, index)
        with torch.no_grad():
            maps = apply_range(model, x, 0, index + 1)
            cells = maps[0, 0].numel()
            for channel in (0, maps.shape[1] - 1):
                moved = []
                for sign in (1, -1):
                    changed = maps.clone()
                    changed[0, channel] += sign * step
                    moved.append(float(apply_range(model, changed, index + 1, len(model) - 1)))
                expected = (moved[0] - moved[1]) / (2 * step) / cells
                assert cam.weights[channel] == pytest.approx(expected, rel=1e-4, abs=1e-10)
            signed = (torch.from_numpy(cam.weights)[:, None, None] * maps[0]).sum(0)
        assert np.allclose(cam.signed, signed.numpy())


def test_input_gradients_against_finite_differences():
    model, x, step = exact_network(), photo(), 1e-4
    gradient = saliency.input_gradient(model, x)
    assert gradient.shape == (3, 32, 32)
    for colour, row, column in [(0, 0, 0), (1, 5, 30), (2, 16, 16), (0, 31, 31)]:
        moved = []
        for sign in (1, -1):
            changed = x.clone()
            changed[0, colour, row, column] += sign * step
            moved.append(float(logit(model, changed).detach()))
        expected = (moved[0] - moved[1]) / (2 * step)
        assert gradient[colour, row, column] == pytest.approx(expected, rel=1e-5, abs=1e-10)
    assert np.allclose(saliency.per_pixel(gradient), gradient.sum(0))


def test_integrated_gradients_add_up_to_the_change_of_the_logit():
    model, x = exact_network(), photo()
    found = saliency.integrated_gradients(model, x, steps=64)
    grey = float(logit(model, torch.full_like(x, 0.5)).detach())
    assert found.change == pytest.approx(float(logit(model, x).detach()) - grey)
    assert found.attributions.sum() + found.missing == pytest.approx(found.change)
    assert abs(found.missing) < 0.01 * abs(found.change)
    coarse = saliency.integrated_gradients(model, x, steps=2)
    assert abs(coarse.missing) > abs(found.missing)
    batched = saliency.integrated_gradients(model, x, steps=64, batch_size=7)
    assert np.allclose(batched.attributions, found.attributions)


def test_a_straight_network_is_attributed_exactly_and_a_baseline_counts():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Sigmoid()).double().eval()
    x = torch.rand(1, 3, 2, 2, dtype=torch.float64)
    found = saliency.integrated_gradients(model, x, torch.zeros_like(x), steps=1)
    expected = model.get_parameter("1.weight").detach().reshape(3, 2, 2) * x[0]
    assert np.allclose(found.attributions, expected.numpy())
    with pytest.raises(ValueError, match="expected a baseline"):
        saliency.integrated_gradients(model, x, torch.zeros(1, 3, 3, 3))
    with pytest.raises(ValueError, match="at least one step"):
        saliency.integrated_gradients(model, x, steps=0)


def test_explaining_leaves_the_network_as_it_was():
    model = build_model("compact", 32).eval()
    before = copy.deepcopy(model.state_dict())
    x = photo(dtype=torch.float32)
    saliency.grad_cam(model, x, 0)
    saliency.integrated_gradients(model, x, steps=2)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not x.requires_grad


def test_layers_without_maps_are_refused():
    model, x = build_model("compact", 32).eval(), photo(dtype=torch.float32)
    with pytest.raises(ValueError, match="a layer with maps, not Linear"):
        saliency.grad_cam(model, x, len(model) - 2)
    with pytest.raises(ValueError, match="expected a layer from 0 to"):
        saliency.grad_cam(model, x, len(model) - 1)
    with pytest.raises(ValueError, match="label 0 or 1"):
        saliency.grad_cam(model, x, 0).evidence(2)


def trained_network(size: int = 24) -> tuple[nn.Sequential, torch.Tensor]:
    """Train a small network to tell a red disc (1) from a green one (0), beside a blue one.

    Returns it with photos (2, 3, size, size) that it has not seen.
    """
    generator = torch.Generator().manual_seed(0)
    down, across = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")

    def draw(labels: torch.Tensor) -> torch.Tensor:
        x = torch.rand(len(labels), 3, size, size, generator=generator) * 0.3
        for i, label in enumerate(labels):
            for colour in (0 if label else 1, 2):
                row, column = torch.randint(4, size - 4, (2,), generator=generator)
                x[i, colour][(down - row) ** 2 + (across - column) ** 2 <= 16] = 1
        return x

    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(
            *[nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)],
            *[nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU()],
            *[nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 1), nn.Sigmoid()],
        )
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    labels = torch.arange(64) % 2
    x = draw(labels)
    for _ in range(40):
        loss = nn.functional.binary_cross_entropy(model(x)[:, 0], labels.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
    return model.eval(), draw(torch.tensor([0, 1]))


def explanations(model: nn.Sequential, x: torch.Tensor) -> dict[str, np.ndarray]:
    index = evidence_layer(model, convolutions(model)[-1])
    pixels = (x[0].permute(1, 2, 0) * 255).byte().numpy()
    *_, occlusion = occlude(model, pixels, patch=6, stride=6)
    assert isinstance(occlusion, Occlusion)
    integrated = saliency.integrated_gradients(model, x, steps=8)
    return {
        "Grad-CAM": saliency.grad_cam(model, x, index).signed,
        "occlusion": occlusion.support,
        "input gradient": saliency.per_pixel(saliency.input_gradient(model, x)),
        "integrated gradients": saliency.per_pixel(integrated.attributions),
    }


def test_explanations_change_when_the_weights_are_randomised_layer_by_layer():
    """The sanity check of Adebayo et al. (2018), from the output down to the first layer.

    An explanation that stayed the same would show the photo rather than the network. The rank
    correlation with the trained network's explanation must fall as soon as the last layer is
    random and stay low, on the average over several random networks; explaining the same network
    twice gives 1.
    """
    model, photos = trained_network()
    originals = [explanations(model, x[None]) for x in photos]
    again = explanations(model, photos[:1])
    assert all(rank_correlation(originals[0][method], again[method]) > 0.999 for method in again)
    weighted = [i for i, layer in enumerate(model) if isinstance(layer, nn.Conv2d | nn.Linear)]
    alike: dict[tuple[str, int], list[float]] = {}
    for seed in range(3):
        randomised = copy.deepcopy(model)
        generator = torch.Generator().manual_seed(seed)
        for index in reversed(weighted):
            weight = randomised.get_parameter(f"{index}.weight")
            random = torch.randn(weight.shape, generator=generator) * weight.detach().std()
            randomised.load_state_dict({f"{index}.weight": random}, strict=False)
            for original, x in zip(originals, photos, strict=True):
                for method, values in explanations(randomised, x[None]).items():
                    similarity = rank_correlation(original[method], values)
                    alike.setdefault((method, index), []).append(similarity)
    too_alike = {key: float(np.mean(v)) for key, v in alike.items() if abs(np.mean(v)) > 0.5}
    assert not too_alike


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    one, other = (np.argsort(np.argsort(values.ravel())) for values in (first, second))
    return float(np.corrcoef(one.astype(float), other.astype(float))[0, 1])
