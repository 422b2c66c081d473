"""Addresses, rules, and the user's own numbers."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.conv_lab.address import from_query, to_query
from core.conv_lab.arrays import make_arrays, make_filters, make_image, make_upstream
from core.conv_lab.edits import apply_edits, use_typed
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import RANGES, Experiment
from core.conv_lab.own import (
    crop_photo,
    decode_own,
    encode_numbers,
    encode_picture,
)
from core.conv_lab.rules import find_broken_rule, size_formula
from core.conv_lab.sabotage import MISTAKES
from core.conv_lab.timing import FAST, LOOPS, TORCH, measure
from core.conv_lab.trained import convolution_weights, use_filter
from core.errors import NumbersError
from core.networks.build import build_model


def test_addresses_round_trip(any_experiments):
    for place, experiment in enumerate(any_experiments):
        experiment = experiment.with_changes(mistake=["", *MISTAKES][place % 7])
        query = to_query(experiment)
        assert from_query(query) == (experiment, [])
        assert all(text.isascii() and " " not in text for text in query.values())


def test_the_default_needs_no_address():
    assert to_query(Experiment()) == {}
    assert from_query({}) == (Experiment(), [])
    assert from_query({"layer": "relu", "utm": "x"}) == (Experiment(), [])


def test_edited_numbers_are_in_the_address():
    edits = [
        {"array": "x", "index": [0, 3, 4], "value": -2.5},
        {"array": "weight", "index": [0, 0, 1, 1], "value": 1 / 3},
        {"array": "bias", "index": [0], "value": 7},
        {"array": "x", "index": [0, 99, 0], "value": 1},  # came too late: the input has shrunk
    ]
    edited = apply_edits(Experiment(dtype="float64"), edits)
    reopened, sentences = from_query(to_query(edited))
    assert reopened == edited and sentences == []
    arrays = make_arrays(reopened)
    assert arrays.x[0, 3, 4] == -2.5 and arrays.x[0, 3, 3] == make_image(Experiment())[0, 3, 3]
    assert arrays.weight[0, 0, 1, 1] == 1 / 3
    assert arrays.bias is not None and arrays.bias[0] == 7
    assert carry_out(reopened).within
    assert sum(map(len, to_query(edited).values())) < 500


@pytest.mark.parametrize(
    ("query", "changed", "sentence"),
    [
        ({"stride": "99"}, {"stride": (8, 8)}, "stride must be from 1 to 8, not 99; 8 is used."),
        ({"stride": "2x0"}, {"stride": (2, 1)}, "stride must be from 1 to 8, not 0; 1 is used."),
        ({"kernel": "-5"}, {"kernel": (1, 1)}, "kernel must be from 1 to 11, not -5; 1 is used."),
        ({"size": "5x7x9"}, {}, "size must be one number or two like 2x3, not '5x7x9'"),
        ({"groups": "²"}, {}, "groups must be a whole number, not '?'"),
        ({"dtype": "int8"}, {}, "dtype must be one of float32, float64, not 'int8'"),
        ({"bias": "no"}, {}, "bias must be 0 or 1, not 'no'"),
        ({"chosen": "a"}, {}, "chosen must be channel.row.column like 0.2.3, not 'a'"),
        ({"image": "own"}, {}, "image must come with image_data to be 'own', not alone."),
        (
            {"image": "own", "image_data": "n8x8.AAAA"},
            {},
            "image_data can not be used. The numbers in the address are damaged.",
        ),
        (
            {"mistake": "<script>alert(1)</script>"},
            {},
            "not '?script?alert?1???sc...'; none is used.",
        ),
    ],
)
def test_nonsense_is_clamped_or_refused_with_a_sentence(query, changed, sentence):
    experiment, sentences = from_query(query)
    assert experiment == Experiment(**changed)
    assert len(sentences) == 1 and sentence in sentences[0]
    assert sentences[0].startswith("In the address, ") and sentences[0].endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "n",
        "n8",
        "nx.",
        "n0x3.AA",
        "n9999999x9.AA",
        "n1x1x1.!!",
        "p",
        "pAAAA",
        "n1x1." + "A" * 99,
        "n" + "1x" * 9 + "1.eJw",
        encode_numbers(np.ones((2, 2))) + "*",
    ],
)
def test_damaged_own_data_is_refused(text):
    with pytest.raises(NumbersError):
        decode_own(text, (1, 2, 2))


def test_a_small_text_can_not_unpack_to_much_memory():
    bomb = encode_numbers(np.zeros(30_000)).replace("n30000", "n3")
    with pytest.raises(NumbersError, match="do not match their shape"):
        decode_own(bomb, (3,))


def test_own_numbers_are_fitted_to_another_shape():
    values = np.arange(1.0, 9.0).reshape(1, 2, 4)
    fitted = decode_own(encode_numbers(values), (2, 3, 2))
    assert fitted.tolist() == [[[1, 2], [5, 6], [0, 0]], [[0, 0]] * 3]


def test_a_crop_travels_in_the_address():
    photo = np.zeros((90, 120, 3), np.uint8)
    photo[:, 60:] = (255, 128, 0)
    crop = crop_photo(photo, 0.5, 0.5, 0.5, 32)
    assert crop.shape == (32, 32, 3)
    assert crop[0, 0].tolist() == [0, 0, 0] and crop[0, -1].tolist() == [255, 128, 0]
    edge = crop_photo(photo, 1.0, 0.0, 0.1, 4)
    assert (edge == (255, 128, 0)).all()
    own = Experiment(height=32, width=32, channels=3, image="own", image_data=encode_picture(crop))
    reopened, sentences = from_query(to_query(own))
    assert sentences == [] and np.array_equal(make_image(reopened), make_image(own))
    assert make_image(own)[:, 5, 28] == pytest.approx([1, 0.5, 0], abs=0.05)
    grey = make_image(own.with_changes(channels=1, height=8, width=8))
    assert grey.shape == (1, 8, 8) and 0 <= grey.min() < grey.max() <= 1
    assert make_image(own.with_changes(channels=5)).shape == (5, 32, 32)


def test_typed_numbers_become_the_experiment_s_own():
    typed = use_typed(Experiment(), "x", "1 2\n3 4\n5 6")
    assert typed.image_shape == (1, 3, 2) and make_image(typed)[0, 2, 1] == 6
    typed = use_typed(typed, "weight", "[[[[1, 0]]], [[[0, 1]]]]")
    assert typed.kernel == (1, 2) and typed.out_channels == 2
    assert make_filters(typed)[:, 0, 0].tolist() == [[1, 0], [0, 1]]
    dy = np.arange(2 * 5 * 3).reshape(2, 5, 3) / 4
    typed = use_typed(typed, "dy", str(dy.tolist()))
    assert np.array_equal(make_upstream(typed), dy)
    assert from_query(to_query(typed)) == (typed, [])
    result = carry_out(typed)
    assert result.within
    assert result.comparisons["dbias"].torch == pytest.approx(dy.sum(axis=(1, 2)))
    smaller = typed.with_changes(height=2)  # what no longer fits is cut off
    assert np.array_equal(make_upstream(smaller), dy[:, :4])


@pytest.mark.parametrize(
    ("array", "text", "sentence"),
    [
        ("x", " ".join(["1"] * 65), "There must be from 1 to 64 columns, not 65."),
        ("weight", "[[[[1]], [[1]]]]", "There must be 1 input channel, not 2."),
        ("dy", "1 2\n3 4", "There must be 8 rows, not 2."),
        ("dy", "\n".join(["1 " * 8] * 7 + ["1 2"]), "There must be 8 columns, not 2."),
        ("dy", "\n".join(["1 " * 8] * 7 + ["1 1 x 1 1 1 1 1"]), "Row 7, column 2 (counted from 0)"),
    ],
)
def test_typed_numbers_that_do_not_fit_are_refused(array, text, sentence):
    with pytest.raises(NumbersError) as refused:
        use_typed(Experiment(), array, text)
    assert sentence in str(refused.value)


def test_without_an_output_there_is_no_upstream_gradient_to_type():
    with pytest.raises(NumbersError, match="The settings must be possible first"):
        use_typed(Experiment(height=2, kernel=(9, 9)), "dy", "1")


@pytest.mark.parametrize(
    "edit",
    [
        None,
        {},
        {"array": "y", "index": [0], "value": 1},
        {"array": "x", "index": [0], "value": 1},
        {"array": "x", "index": [0, 0, 0.5], "value": 1},
        {"array": "x", "index": [0, 0, 0], "value": "inf"},
    ],
)
def test_impossible_edits_are_refused(edit):
    with pytest.raises(NumbersError):
        apply_edits(Experiment(), [edit])


def test_too_many_own_numbers_are_refused():
    full = Experiment(height=64, width=64, channels=8, image="random")
    with pytest.raises(NumbersError, match="32768 numbers of your own do not fit into an address"):
        apply_edits(full, [{"array": "x", "index": [0, 0, 0], "value": 1}])


def test_rules_are_those_of_torch_and_every_fix_is_legal(any_experiments):
    kinds = set()
    for experiment in any_experiments:
        broken = find_broken_rule(experiment)
        if experiment.upstream != "one":
            assert (broken is None) == _torch_accepts(experiment), experiment
        if broken is None:
            continue
        kinds.add(" ".join(broken.sentence.split()[:2]))
        assert broken.sentence.endswith(".")
        for fix in broken.fixes:
            left = find_broken_rule(fix.experiment)
            assert left is None or left.sentence.split()[:2] != broken.sentence.split()[:2], fix
    assert kinds == {"Groups must", "The kernel", "The upstream"}


def _torch_accepts(experiment: Experiment) -> bool:
    if experiment.channels // experiment.groups == 0:
        return False
    weight = torch.zeros(experiment.weight_shape)
    settings = (experiment.stride, experiment.padding, experiment.dilation, experiment.groups)
    try:
        F.conv2d(torch.zeros(1, *experiment.image_shape), weight, None, *settings)
    except RuntimeError:
        return False
    return True


def test_broken_rules_put_the_numbers_into_the_formula():
    broken = find_broken_rule(Experiment(channels=3, groups=2))
    assert broken is not None
    assert broken.sentence == (
        "Groups must divide the channels in: 3 / 2 = 1.5 is not a whole number."
    )
    assert [fix.label for fix in broken.fixes] == ["Set groups to 1"]
    broken = find_broken_rule(Experiment(height=4, width=9, kernel=(5, 5), dilation=(2, 2)))
    assert broken is not None
    assert broken.sentence == (
        "The kernel must fit into the padded input: in height it spans 2·(5 − 1) + 1 = 9 rows, "
        "but the padded input has only 4 + 2·1 = 6."
    )
    assert [fix.label for fix in broken.fixes] == [
        "Set dilation to 1 x 2",
        "Set padding to 3 x 1",
        "Set kernel to 3 x 5",
        "Set the input to 7 x 9",
    ]
    broken = find_broken_rule(Experiment(upstream="one", chosen=(0, 8, 2)))
    assert broken is not None
    assert "row 8 was asked for, the output has rows 0 to 7" in broken.sentence
    assert broken.fixes[0].experiment.chosen == (0, 7, 2)


def test_the_formula_has_the_numbers_in_it(experiments):
    experiment = Experiment(height=9, stride=(2, 1), padding=(3, 0), dilation=(2, 1))
    assert size_formula(experiment, 0) == "⌊(9 + 2·3 − 2·(3 − 1) − 1) / 2⌋ + 1 = 6"
    for each in experiments:
        assert carry_out(each).comparisons["y"].torch.shape[1:] == each.output_size


def test_ranges_hold_the_default():
    for name, (low, high) in RANGES.items():
        value = getattr(Experiment(), name)
        assert all(low <= v <= high for v in (value if isinstance(value, tuple) else (value,)))


def test_times_are_measured_in_three_ways():
    times = measure(Experiment(height=4, width=4, mistake="groups"))
    assert [each.name for each in times] == [LOOPS, FAST, TORCH]
    assert all(each.seconds > 0 for each in times)


def test_a_trained_kernel_becomes_the_labs_own():
    model = build_model("article", 128, seed=3)
    weights = convolution_weights(model)
    names = list(weights)
    assert names[0] == "Convolution 1 (3 to 16 channels, 11 x 11)" and len(names) == 4
    taken = use_filter(Experiment(height=16, width=16, groups=1), weights[names[2]], 5)
    assert taken.weight_shape == (1, 8, 3, 3)
    filters = make_arrays(taken).weight
    assert np.array_equal(filters[0], weights[names[2]][5, :8])
    assert from_query(to_query(taken)) == (taken, [])
    assert carry_out(taken).within
    depthwise = [*convolution_weights(build_model("depthwise-separable", 64))][1]
    assert depthwise == "Convolution 2 (24 channels, depthwise, 3 x 3)"
