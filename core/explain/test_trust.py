import numpy as np
import pytest

from core.errors import ExplanationError
from core.explain.deletion import RANDOM
from core.explain.heat_maps import HEAT_MAPS
from core.explain.test_occlusion import corner_network
from core.explain.trust import Mean, Verdict, chosen_photos, judge
from core.networks.build import build_model

SIDE = 16


def photos(count: int) -> np.ndarray:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 120, (count, SIDE, SIDE, 3), dtype=np.uint8)
    pixels[: count // 2, :4, :4] += 130
    return pixels


def verdict(noise: float, **means: float) -> Verdict:
    """A verdict on 50 photos whose figures vary alike for all methods but for ``noise``."""
    random = np.random.default_rng(0)
    common = random.normal(0, 0.2, 50)
    common -= common.mean()
    figures = {}
    for method, mean in {**means, RANDOM: 0.0}.items():
        own = random.normal(0, noise, 50)
        figures[method] = mean + common + own - own.mean()
    return Verdict(figures)


def test_planted_evidence_is_found_on_many_photos_and_the_figures_are_kept_one_a_photo():
    *_, found = judge(corner_network(SIDE), photos(8), SIDE)
    assert found.photos == 8
    assert set(found.figures) == {"occlusion", "gradient", "integrated", RANDOM}
    assert all(values.shape == (8,) for values in found.figures.values())
    assert list(found.means) == sorted(found.means, key=lambda m: -found.means[m].value)
    assert found.beats_chance("occlusion")
    assert found.means["occlusion"].value > 0.02 + found.chance.value


def test_what_is_known_grows_photo_by_photo():
    model = build_model("conv 4 kernel 3\nrelu\nflatten\nlinear 1\nsigmoid\n", SIDE).eval()
    so_far = list(judge(model, photos(4), SIDE))
    assert [each.photos for each in so_far] == [2, 3, 4]
    assert set(so_far[0].figures) == {*HEAT_MAPS, RANDOM}
    for method, values in so_far[0].figures.items():
        assert so_far[-1].figures[method][:2].tolist() == values.tolist()


def test_the_worst_method_says_so_and_no_other_does():
    found = verdict(0.01, cam=0.3, occlusion=0.2, gradient=-0.1, integrated=0.1)
    assert found.worst == "gradient" and not found.beats_chance("gradient")
    assert list(found.means) == ["cam", "occlusion", "integrated", "gradient"]
    said = found.sentence("gradient")
    assert said.startswith("Input gradient does worst of the 4 methods on 50 test photos: −0.100 ±")
    assert "no better than chance" in said
    for method in ("cam", "occlusion", "integrated"):
        assert found.sentence(method).startswith(f"{HEAT_MAPS[method]} has a figure of 0.")
        assert "worst" not in found.sentence(method) and "chance" not in found.sentence(method)


def test_a_worst_method_that_is_hardly_worse_names_the_ones_it_may_be_better_than():
    close = verdict(0.2, cam=0.2, occlusion=0.201, gradient=0.8)
    assert close.hardly_worse() == ["occlusion"]
    assert "though not clearly worse than Occlusion: 0.200 ±" in close.sentence("cam")
    assert verdict(0.01, cam=0.2, occlusion=0.9).hardly_worse() == []
    assert "worst" not in verdict(0.01, cam=0.2).sentence("cam")


def test_a_mean_has_its_95_percent_interval():
    values = np.random.default_rng(0).normal(1.0, 2.0, 400)
    mean = Mean.of(values)
    assert mean.value == pytest.approx(values.mean())
    assert mean.within == pytest.approx(1.96 * 2.0 / 20, rel=0.1)
    assert str(Mean(-0.0004, 0.01)) == "0.000 ± 0.010"
    assert mean.above_zero and not Mean.of(values - 1).above_zero
    assert str(Mean(-0.123, 0.04)) == "−0.123 ± 0.040"


def test_a_hundred_photos_are_chosen_from_the_whole_set():
    assert chosen_photos(5).tolist() == [0, 1, 2, 3, 4]
    chosen = chosen_photos(2023)
    assert len(chosen) == 100 and chosen[0] == 0 and chosen[-1] == 2022
    assert np.sum(chosen < 1011) == 50
    assert len(chosen_photos(0)) == 0


def test_too_few_photos_are_told():
    with pytest.raises(ExplanationError, match="at least two test photos, and this run has 1"):
        list(judge(corner_network(SIDE), photos(2)[:1], SIDE))
