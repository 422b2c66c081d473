"""A layer's settings: in the address and back, own numbers, broken rules and their ways out."""

import itertools

import numpy as np
import pytest
from hypothesis import given

from core.conv_lab.conftest import layers
from core.conv_lab.demos import (
    LAYERS,
    AvgPool,
    BatchNorm,
    ConvTranspose,
    Demo,
    Linear,
    MaxPool,
    Relu,
)
from core.conv_lab.demos.address import layer_from_query, layer_to_query
from core.conv_lab.demos.settings import as_text, own_fields, settings
from core.errors import NumbersError

WITH_ARRAYS = [name for name, kind in LAYERS.items() if own_fields(kind)]


def panels_of(layer) -> dict[str, np.ndarray]:
    demo = layer.carry_out()
    assert isinstance(demo, Demo)
    return {panel.name: panel.array for panel in demo.panels}


@given(layers())
def test_a_layer_comes_back_from_its_address(drawn):
    name, layer = drawn
    query = layer_to_query(name, layer) | {"kernel": "5", "layer": name}
    assert layer_from_query(name, type(layer), query) == (layer, [])


def test_the_default_layer_is_an_empty_address():
    assert all(layer_to_query(name, kind()) == {} for name, kind in LAYERS.items())


@pytest.mark.parametrize(
    ("query", "expected", "sentence"),
    [
        ({"max_pool.kernel": "9"}, MaxPool(kernel=5), "must be from 1 to 5, not 9; 5 is used."),
        ({"max_pool.ties": "yes"}, MaxPool(), "ties must be 0 or 1, not 'yes'; 0 is used."),
        ({"max_pool.side": "2.5"}, MaxPool(), "side must be a whole number, not '2.5'; 8 is used."),
        ({"max_pool.dtype": "int8"}, MaxPool(), "must be one of float32, float64, not 'int8'"),
        ({"max_pool.own_x": "zzz"}, MaxPool(), "max_pool.own_x can not be used. The numbers"),
        ({"max_pool.own_x": "n2.eJxjYGBg"}, MaxPool(), "max_pool.own_x can not be used. The num"),
        ({"max_pool.side": "٣"}, MaxPool(side=3), ""),
    ],
)
def test_what_is_wrong_in_an_address_is_said(query, expected, sentence):
    layer, sentences = layer_from_query("max_pool", MaxPool, query)
    assert layer == expected
    assert [sentence in each for each in sentences] == ([True] if sentence else [])


@pytest.mark.parametrize("name", WITH_ARRAYS)
def test_numbers_written_as_text_are_the_same_numbers(name):
    layer = LAYERS[name]()
    before = panels_of(layer)
    for field in own_fields(layer):
        layer = layer.use_numbers(field.removeprefix("own_"), as_text(before[field[4:]]))
    assert all(getattr(layer, field) for field in own_fields(layer))
    after = panels_of(layer)
    for panel, array in before.items():
        assert np.array_equal(after[panel], array), panel
    assert layer_from_query(name, type(layer), layer_to_query(name, layer)) == (layer, [])
    assert panels_of(layer.without_own_numbers()).keys() == after.keys()


def test_own_numbers_decide_about_the_sizes():
    layer = Linear().use_numbers("x", "[[1, 2, 3, 4]]").use_numbers("weight", "1 0 0 0\n0 0 0 2")
    assert (layer.batch, layer.features, layer.outputs) == (1, 4, 2)
    layer = layer.use_numbers("bias", "[10, 20]").use_numbers("dy", "1 -1")
    panels = panels_of(layer)
    assert panels["y"].tolist() == [[11, 28]]
    assert panels["dx"].tolist() == [[1, 0, 0, -2]]
    pooled = MaxPool(ties=True).use_numbers("x", "1 2\n4 3")
    assert (pooled.side, pooled.ties) == (2, False)
    assert panels_of(pooled)["y"].tolist() == [[4]]
    assert panels_of(Relu(shift=3.0).use_numbers("x", "-1 2\n0 0.5"))["y"].tolist() == [
        [0, 2],
        [0, 0.5],
    ]


@pytest.mark.parametrize(
    ("layer", "name", "text", "sentence"),
    [
        (Linear(), "weight", "1 2 3", "There must be 6 inputs, not 3."),
        (Linear(), "bias", "1 2", "There must be 3 outputs, not 2."),
        (Relu(), "x", "1 2 3\n4 5 6", "as many rows as columns here, not 2 and 3"),
        (MaxPool(), "dy", "1 2\n3 4", "There must be 4 rows, not 2."),
        (BatchNorm(), "x", "[[[[1]]]]", "There must be 2 channels, not 1."),
        (Relu(), "x", "one 2\n3 4", r"Row 0, column 0 \(counted from 0\) must be a number"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_in_a_sentence(layer, name, text, sentence):
    with pytest.raises(NumbersError, match=sentence):
        layer.use_numbers(name, text)


@pytest.mark.parametrize(("kind", "least"), [(MaxPool, 200), (AvgPool, 40), (ConvTranspose, 900)])
def test_every_broken_rule_has_ways_out_that_lead_out(kind, least):
    names = {
        MaxPool: ("side", "kernel", "padding", "dilation"),
        AvgPool: ("side", "kernel", "padding"),
        ConvTranspose: ("side", "kernel", "stride", "padding", "output_padding"),
    }[kind]
    ranges = {name: settings(kind)[name] for name in names}
    choices = [range(int(each.low), int(each.high) + 1) for each in ranges.values()]
    broken = 0
    for values in itertools.product(*choices):
        layer = kind().but(**dict(zip(ranges, values, strict=True)))
        rule = layer.broken()
        if rule is None:
            continue
        broken += 1
        assert rule.ways_out and rule.sentence.endswith(".")
        for way in rule.ways_out:
            assert layer.but(**way.changes).broken() is None, (layer, way)
    assert broken > least


def test_a_batch_without_variance_has_ways_out():
    alone = BatchNorm(batch=1, side=1)
    rule = alone.broken()
    assert rule is not None and len(rule.ways_out) == 3
    assert all(alone.but(**way.changes).broken() is None for way in rule.ways_out)


def test_a_window_that_steps_over_the_input_is_refused():
    """Torch would read and write outside of the input's memory."""
    rule = MaxPool(side=2, padding=1, dilation=3).broken()
    assert rule is not None
    assert rule.sentence == (
        "Every window must see the input: with a dilation of 3 the one that starts at row −1 steps "
        "over all 2 rows of it."
    )
    labels = [way.label for way in rule.ways_out]
    assert labels == ["Set dilation to 2", "Set side to 3"]


def test_a_kernel_that_does_not_fit_gets_the_nearest_ways_out():
    rule = MaxPool(side=3, kernel=4).broken()
    assert rule is not None
    assert "it spans 1·(4 − 1) + 1 = 4, the padded input 3" in rule.sentence
    labels = [way.label for way in rule.ways_out]
    assert labels == ["Set kernel to 3", "Set padding to 1", "Set side to 4"]
