"""Both engines agree, every sum of terms is the number it explains, every mistake is seen."""

import numpy as np
import pytest

from core.comparison.rounding import Comparison
from core.conv_lab.arrays import make_arrays
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.lessons import what_breaks, where_it_shows, where_wrong, why_silent
from core.conv_lab.rules import is_legal
from core.conv_lab.sabotage import MISTAKES
from tests.conv_lab_sums import (
    bias_gradient_products,
    input_gradient_products,
    output_products,
    weight_gradient_products,
)


def test_numpy_agrees_with_torch_within_rounding(experiments):
    for experiment in experiments:
        result = carry_out(experiment)
        assert result.within, (experiment, what_breaks(result))
        assert set(result.comparisons) == {"y", "dx", "dweight"} | (
            {"dbias"} if experiment.bias else set()
        )
        for comparison in result.comparisons.values():
            assert comparison.numpy.dtype == comparison.torch.dtype == experiment.dtype
            assert (
                comparison.numpy.shape == comparison.torch.shape == comparison.sums.magnitudes.shape
            )


def test_long_sums_of_equal_terms_are_allowed_their_rounding():
    """4,096 positive terms: one engine's weight gradient was seen 70 roundoffs off here."""
    flat = Experiment(height=64, width=64, channels=3, image="hill", dtype="float32")
    for image in ("hill", "ones", "ramp", "counting"):
        assert carry_out(flat.with_changes(image=image)).within


def test_a_comparison_notices_one_wrong_number():
    comparison = carry_out(Experiment(image="random", filters="random")).comparisons["y"]
    wrong = comparison.numpy.copy()
    wrong[0, 2, 3] += 1e-4
    changed = Comparison(wrong, comparison.torch, comparison.sums)
    assert comparison.within and not changed.within
    assert changed.agreement.difference == pytest.approx(1e-4, rel=0.1)
    assert changed.agreement.units > changed.agreement.allowed >= comparison.agreement.units
    missing = comparison.numpy.copy()
    missing[0, 0, 0] = np.nan
    assert not Comparison(missing, comparison.torch, comparison.sums).within


def test_terms_add_up_to_what_torch_computes(experiments):
    random = np.random.default_rng(2)
    sums = {
        "y": output_products,
        "dx": input_gradient_products,
        "dweight": weight_gradient_products,
        "dbias": bias_gradient_products,
    }
    for experiment in experiments[:80]:
        experiment = experiment.with_changes(dtype="float64")
        result = carry_out(experiment)
        for name, comparison in result.comparisons.items():
            at = tuple(int(random.integers(size)) for size in comparison.torch.shape)
            terms = sums[name](experiment, result.arrays, at)
            total = sum(term.value for term in terms)
            if name == "y" and result.arrays.bias is not None:
                total += float(result.arrays.bias[at[0]])
            assert total == pytest.approx(comparison.torch[at], rel=1e-9, abs=1e-9), experiment
            for term in terms:
                assert not (term.padding and term.value)


def test_a_window_lists_every_weight_once():
    experiment = Experiment(channels=4, out_channels=4, groups=2, kernel=(2, 3))
    arrays = make_arrays(experiment)
    terms = output_products(experiment, arrays, (3, 0, 0))
    assert len(terms) == 2 * 2 * 3
    assert {term.left_at[0] for term in terms} == {2, 3}  # the second group's inputs
    assert sum(term.padding for term in terms) == 2 * (3 + 1)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_can_be_seen(mistake, experiments):
    for start in [*experiments[:20], Experiment()]:
        shown = where_it_shows(start.with_changes(mistake=mistake))
        assert is_legal(shown) and shown.mistake == mistake
        result = carry_out(shown)
        assert MISTAKES[mistake].shows_in in what_breaks(result) and why_silent(result) is None
        assert carry_out(shown.with_changes(mistake="")).within


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_look_goes_to_where_the_mistake_is_seen(mistake, experiments):
    """The number there differs in the four digits that a sum is shown with, and in its sum."""
    arrays = {"y": "y", "dx": "dx", "dw": "dweight", "db": "dbias"}
    for start in [*experiments[:20], Experiment()]:
        result = carry_out(where_it_shows(start.with_changes(mistake=mistake)))
        look = where_wrong(result)
        assert look is not None and look.cell is not None
        assert look == look.inside(result.experiment)
        assert arrays[look.view] == MISTAKES[mistake].shows_in
        each = result.comparisons[arrays[look.view]]
        channel = {"y": look.out, "dx": look.channel, "db": look.out}[look.view]
        at = (channel,) if look.view == "db" else (channel, *look.cell)
        assert f"{each.numpy[at]:.4g}" != f"{each.torch[at]:.4g}"


def test_channels_differ_wherever_they_can():
    for image in ("hill", "disc", "step", "ramp", "counting", "one", "random"):
        for height, width in ((8, 8), (9, 9), (9, 6)):
            x = make_arrays(Experiment(height, width, channels=4, image=image)).x
            assert len({channel.tobytes() for channel in x}) == 4, (image, height, width)
    first = make_arrays(Experiment(channels=2, image="ramp")).x
    assert np.array_equal(first[1], first[0][:, ::-1])


def test_without_a_mistake_there_is_nowhere_to_look():
    assert where_wrong(carry_out(Experiment())) is None


@pytest.mark.parametrize(
    ("mistake", "experiment", "reason"),
    [
        ("flip", Experiment(kernel=(1, 1)), "1 x 1"),
        ("reshape", Experiment(), "one channel"),
        ("remainder", Experiment(), "leaves no row and no column over"),
        ("remainder", Experiment(height=4, width=4, stride=(3, 3), padding=(0, 0)), None),
        ("remainder", Experiment(stride=(2, 2), padding=(0, 0)), "touched by no window"),
        ("remainder", Experiment(stride=(2, 2), upstream="one"), "Windows do reach the rows"),
        (
            "flip",
            Experiment(
                channels=2,
                out_channels=2,
                groups=2,
                padding=(0, 0),
                image="checks",
                upstream="one",
            ),
            "gives the same sums with these numbers",
        ),
        ("dilation", Experiment(), "Without dilation"),
        ("bias", Experiment(bias=False), "no bias"),
        ("bias", Experiment(kernel=(8, 8), padding=(0, 0)), "the whole sum"),
        ("groups", Experiment(), "one group"),
    ],
)
def test_a_silent_mistake_says_why(mistake, experiment, reason):
    result = carry_out(experiment.with_changes(mistake=mistake))
    silent = why_silent(result)
    assert silent is not None
    assert (reason or "touched by no window") in silent


def test_a_mistake_breaks_only_what_it_touches():
    full = Experiment(
        channels=4,
        out_channels=4,
        groups=2,
        stride=(2, 2),
        dilation=(2, 2),
        padding=(1, 1),
        image="random",
        filters="random",
        upstream="random",
    )
    broken = {
        mistake: what_breaks(carry_out(full.with_changes(mistake=mistake))) for mistake in MISTAKES
    }
    assert broken == {
        "flip": ["y", "dx", "dweight"],
        "reshape": ["y", "dweight"],
        "remainder": ["dx"],
        "dilation": ["dx", "dweight"],
        "bias": ["dbias"],
        "groups": ["y", "dx", "dweight"],
    }


def test_numbers_are_the_same_every_time_and_of_the_dtype(experiments):
    for experiment in experiments[:40]:
        first, second = make_arrays(experiment), make_arrays(experiment)
        assert first.x.shape == experiment.image_shape
        assert first.weight.shape == experiment.weight_shape
        assert first.dy.shape == (experiment.out_channels, *experiment.output_size)
        assert first.x.dtype == first.weight.dtype == first.dy.dtype == experiment.dtype
        for name in ("x", "weight", "dy"):
            assert np.array_equal(getattr(first, name), getattr(second, name))


def test_named_kernels_are_what_they_are_called():
    ramp = Experiment(image="random", bias=False, padding=(1, 1))
    arrays = make_arrays(ramp)
    identity = carry_out(ramp.with_changes(filters="identity"))
    assert np.array_equal(identity.comparisons["y"].torch, arrays.x)
    blur = make_arrays(ramp.with_changes(filters="blur")).weight
    assert blur.sum() == pytest.approx(1, rel=1e-6)
    assert make_arrays(ramp.with_changes(filters="sharpen")).weight.sum() == pytest.approx(1)
    edges = make_arrays(ramp.with_changes(filters="edges", out_channels=3)).weight
    assert edges.sum(axis=(1, 2, 3)) == pytest.approx([0, 0, 0])
    assert edges[1, 0].tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert edges[2, 0].tolist() == edges[1, 0].T.tolist()


def test_counted_work():
    depthwise = Experiment(channels=8, out_channels=8, groups=8, bias=False)
    assert depthwise.parameters == 8 * 9
    assert depthwise.multiply_adds == 8 * 9 * 64
    assert depthwise.with_changes(groups=1, bias=True).parameters == 8 * 8 * 9 + 8
    assert depthwise.with_changes(groups=1).multiply_adds == 8 * 8 * 9 * 64


def test_same_padding_keeps_the_size(experiments):
    for experiment in experiments:
        same = experiment.same_padding
        assert (same is None) is any(extent % 2 == 0 for extent in experiment.extent)
        if same is not None:
            padded = experiment.with_changes(padding=same)
            sizes = zip(experiment.size, experiment.stride, strict=True)
            assert padded.output_size == tuple(-(-size // stride) for size, stride in sizes)
    assert Experiment(kernel=(11, 11), dilation=(6, 6)).same_padding is None
