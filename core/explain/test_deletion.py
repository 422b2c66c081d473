"""Deletion and insertion on networks whose evidence is planted: the map that is right wins."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ExplanationError
from core.explain.deletion import Trial, blocks_of, blur, order_of, try_maps
from core.explain.heat_maps import HEAT_MAPS, HeatMaps, patch_sides
from core.explain.test_occlusion import corner_network
from core.networks.build import build_model
from core.networks.layers import probability
from core.networks.tensors import network_input

SIDE = 16


def bright_corner() -> np.ndarray:
    photo = np.random.default_rng(1).integers(0, 120, (SIDE, SIDE, 3), dtype=np.uint8)
    photo[:4, :4] = 255
    return photo


def tried(model, photo, maps, random_orders=3, seed=0) -> Trial:
    *shares, found = try_maps(model, photo, maps, random_orders, seed)
    assert isinstance(found, Trial)
    assert shares[-1] == 1.0 and len(set(shares)) == len(shares)
    return found


def corner_map() -> np.ndarray:
    values = np.zeros((SIDE, SIDE))
    values[:4, :4] = 1
    return values


def planted(photo: np.ndarray, label: int = 1) -> nn.Sequential:
    """A network that knows only how bright the corner is: sure of ``label`` for the photo, sure of
    the other class once it is blurred.
    """
    model = corner_network(SIDE)
    last = model[1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.bias.zero_()
        ends = model[:-1](network_input(np.stack([photo, blur(photo)]))).flatten()
        scale = (8 if label else -8) / (ends[0] - ends[1])
        last.weight.mul_(scale)
        last.bias.fill_(float(-scale * ends.mean()))
    return model


@pytest.mark.parametrize("label", [0, 1])
def test_the_map_that_marks_the_planted_evidence_beats_chance_and_its_opposite(label):
    right = corner_map() if label else -corner_map()
    maps = {"right": right, "far": np.roll(right, 8, axis=(0, 1)), "wrong": -right}
    photo = bright_corner()
    found = tried(planted(photo, label), photo, maps, 24)
    assert found.label == label
    curves = found.curves
    assert curves["right"].figure > 0.8
    assert curves["wrong"].figure < -0.8
    assert abs(found.chance.figure) < 0.2
    assert abs(curves["far"].figure) < 0.5
    assert (
        curves["right"].deletion_area < found.chance.deletion_area < curves["wrong"].deletion_area
    )
    assert curves["right"].insertion_area > found.chance.insertion_area


def test_the_methods_that_ask_about_each_place_find_the_planted_evidence_and_grad_cam_does_worst():
    """Behind the convolution one linear layer reads the corner's cells alone.

    Grad-CAM weighs whole maps by their mean gradient: another bright place counts as much to it.
    """
    photo = bright_corner()
    photo[10:, 10:] = 255
    model = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(), *planted(photo)).eval()
    with torch.no_grad():
        model.get_parameter("0.weight").copy_(torch.eye(3)[:, :, None, None])
        model.get_parameter("0.bias").zero_()
    maps = HeatMaps(model, SIDE)
    assert maps.methods == tuple(HEAT_MAPS)
    found = tried(model, photo, {name: maps.of(name, photo) for name in maps.methods}, 16)
    figures = {method: curve.figure for method, curve in found.curves.items()}
    for method in ("occlusion", "integrated", "gradient"):
        assert figures[method] > found.chance.figure + 0.4, method
    assert min(figures, key=figures.__getitem__) == "cam"


def test_each_point_is_the_answer_to_the_photo_without_or_with_what_is_marked():
    model = build_model("conv 4 kernel 3\nflatten\nlinear 1\nsigmoid\n", SIDE).eval()
    photo = bright_corner()
    found = tried(model, photo, {"map": np.arange(SIDE * SIDE, dtype=float).reshape(SIDE, SIDE)})
    curve = found.curves["map"]
    blurred, blocks = blur(photo), blocks_of(SIDE)
    order = order_of(
        np.arange(SIDE * SIDE, dtype=float).reshape(SIDE, SIDE),
        blocks,
        found.label,
        np.random.default_rng(9),
    )
    for point in (0, 1, 7, 20):
        gone = np.isin(blocks, order[: round(curve.shares[point] * len(order))])[..., None]
        without, shown = np.where(gone, blurred, photo), np.where(gone, photo, blurred)
        ones = probability(model, network_input(np.stack([without, shown])))
        expected = ones if found.label else [1 - one for one in ones]
        assert [curve.deletion[point], curve.insertion[point]] == pytest.approx(expected, abs=1e-6)
    assert curve.deletion[0] == curve.insertion[-1] and curve.deletion[-1] == curve.insertion[0]
    assert curve.deletion_area == pytest.approx(np.trapezoid(curve.deletion, curve.shares))


def test_blocks_cover_every_pixel_and_hardly_differ_in_size():
    for size in (5, 14, 16, 96, 225):
        counts = np.bincount(blocks_of(size).ravel())
        side = min(14, size)
        assert len(counts) == side**2 and counts.sum() == size**2
        assert counts.max() <= (size // side + 1) ** 2 and counts.min() >= (size // side) ** 2


def test_what_a_map_says_nothing_about_comes_between_for_and_against():
    values = np.full((14, 14), np.nan)
    values[0, 0], values[0, 1], values[13, 13] = 1.0, 2.0, -1.0
    blocks, random = blocks_of(14), np.random.default_rng(0)
    order = order_of(values, blocks, 1, random)
    assert order[:2].tolist() == [1, 0] and order[-1] == 195
    assert order_of(values, blocks, 0, random)[[0, -2, -1]].tolist() == [195, 0, 1]
    assert order[2:-1].tolist() != sorted(order[2:-1].tolist())  # equals in a random order


def test_blurring_leaves_no_shape_and_the_same_mean():
    photo = np.indices((64, 64)).sum(axis=0) // 2 % 2 * 255
    blurred = blur(np.repeat(photo[..., None], 3, axis=2).astype(np.uint8))
    assert np.ptp(blurred) < 10 and blurred.mean() == pytest.approx(photo.mean(), abs=3)


def test_a_network_without_a_convolution_has_no_grad_cam():
    maps = HeatMaps(build_model("flatten\nlinear 1\nsigmoid\n", 16).eval(), 16)
    assert maps.methods == ("occlusion", "gradient", "integrated")
    with pytest.raises(ValueError, match="not 'cam'"):
        maps.of("cam", bright_corner())
    for method in maps.methods:
        assert maps.of(method, bright_corner()).shape == (16, 16)
    assert patch_sides(16) == {"Small": 2, "Medium": 2, "Large": 4}


def test_a_network_that_gives_no_number_is_told():
    model = corner_network(SIDE)
    with torch.no_grad():
        model.get_parameter("1.weight")[0, 0] = torch.nan
    with pytest.raises(ExplanationError, match="not a number"):
        next(try_maps(model, bright_corner(), {}, 1))
