import numpy as np
import pytest
import torch
from torch import nn

from core.explain.occlusion import GREY, Occlusion, cover, occlude
from core.networks.layers import probability
from core.networks.tensors import network_input


def corner_network(size: int = 16) -> nn.Sequential:
    """P(class 1) rises with the brightness of the top left 4 x 4 pixels and with nothing else."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * size * size, 1), nn.Sigmoid()).eval()
    weight = torch.zeros(3, size, size)
    weight[:, :4, :4] = 0.1
    model.load_state_dict({"1.weight": weight.reshape(1, -1), "1.bias": torch.tensor([-2.4])})
    return model


def finished(model, photo, patch, stride) -> Occlusion:
    steps = list(occlude(model, photo, patch, stride, batch_size=5))
    shares = [step for step in steps if not isinstance(step, Occlusion)]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert isinstance(steps[-1], Occlusion)
    return steps[-1]


def test_covering_the_place_that_counts_lowers_the_answer_there_alone():
    photo = np.full((16, 16, 3), 255, dtype=np.uint8)
    found = finished(corner_network(), photo, patch=4, stride=4)
    assert found.probabilities.shape == (4, 4)
    assert found.support[0, 0] > 0.1
    rest = found.support.copy()
    rest[0, 0] = 0
    assert np.abs(rest).max() < 1e-6
    placed = found.on_photo()
    assert placed[:4, :4] == pytest.approx(found.support[0, 0])
    assert np.abs(placed[4:]).max() < 1e-6


def test_each_number_is_the_answer_to_the_covered_photo():
    photo = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    model = corner_network()
    found = finished(model, photo, patch=5, stride=3)
    assert found.tops[-1] == 11 and found.tops[0] == 0
    for i, j in ((0, 0), (1, 2), (-1, -1)):
        covered = cover(photo, found.tops[i], found.lefts[j], 5, 5)
        expected = probability(model, network_input(covered[None]))[0]
        assert found.probabilities[i, j] == pytest.approx(expected, abs=1e-6)
    assert not np.isnan(found.on_photo()).any()


def test_a_cover_at_the_edge_is_cut_off_and_the_photo_stays_as_it_was():
    photo = np.zeros((6, 8, 3), dtype=np.uint8)
    covered = cover(photo, -2, 5, 4, 9)
    assert (covered[:2, 5:] == GREY).all()
    assert np.count_nonzero(covered) == 2 * 3 * 3
    assert not photo.any()
    assert not cover(photo, 40, 40, 4, 4).any()


@pytest.mark.parametrize(
    ("patch", "stride", "sentence"),
    [(0, 1, "patch of 1 to 16"), (17, 1, "patch of 1 to 16"), (4, 5, "stride of 1 to 4")],
)
def test_patches_that_cannot_work_are_refused(patch, stride, sentence):
    photo = np.zeros((16, 16, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match=sentence):
        next(occlude(corner_network(), photo, patch, stride))
    with pytest.raises(ValueError, match="at least one pixel"):
        cover(photo, 0, 0, 5, 0)
