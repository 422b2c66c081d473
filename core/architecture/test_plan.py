"""Shapes and costs are torch's; what cannot work is told with ways out that do work."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.architecture.conftest import LAYERS, networks
from core.architecture.layer import Layer
from core.architecture.plan import (
    MOST_PARAMETERS,
    check,
    plan,
    training_bytes,
)
from core.architecture.text import Layers, read, write
from core.conftest import examples
from core.errors import ArchitectureError
from core.networks.modules import torch_modules

EXAMPLES = examples(100)
ENDING = "flatten\nlinear 1\nsigmoid"
SMALL_ENDING = f"adaptive avgpool 1\n{ENDING}"


@EXAMPLES
@given(networks())
def test_shapes_and_parameters_are_those_that_torch_makes(network: tuple[Layers, int]) -> None:
    layers, side = network
    x = torch.zeros(2, 3, side, side)
    for step, module in zip(check(layers, side).steps, torch_modules(layers, side), strict=True):
        if isinstance(module, nn.Conv2d | nn.Linear):
            weights = module.weight
            assert step.multiply_adds == weights[0].numel() * module(x)[0].numel()
        x = module(x)
        assert tuple(x.shape[1:]) == step.shape
        assert sum(p.numel() for p in module.parameters()) == step.parameters
        assert step.numbers == x[0].numel()


@EXAMPLES
@given(st.lists(LAYERS, max_size=6), st.integers(1, 12))
def test_every_way_out_leads_further(layers: list[Layer], side: int) -> None:
    problem = plan(layers, side).problem
    if problem is None:
        return
    assert problem.sentence.endswith(".")
    for way in problem.ways_out:
        after = plan(way, side).problem
        assert after is None or after.place > problem.place or len(way) < len(layers)
        assert read(write(way)) == way


def problem_of(text: str, side: int = 32) -> tuple[str, list[str]]:
    problem = plan(read(text), side).problem
    assert problem is not None
    return problem.sentence, [write(way).replace("\n", "; ") for way in problem.ways_out]


def test_a_kernel_that_does_not_fit_offers_the_nearest_that_do():
    sentence, ways = problem_of(f"conv 8 kernel 5\n{ENDING}", 4)
    assert sentence == (
        "Layer 1, conv 8 kernel 5: kernel 5 does not fit a 4 x 4 map: "
        "padding 1 or kernel 4 would work."
    )
    assert ways[0].startswith("conv 8 kernel 5 padding 1; ")
    assert ways[1].startswith("conv 8 kernel 4; ")


@pytest.mark.parametrize(
    ("text", "reason", "offered"),
    [
        ("conv 8 kernel 3 groups 2", "does not divide the 3 channels that come in", "groups 1"),
        ("conv 8 kernel 3 groups 3", "does not divide the 8 channels that go out", "groups 1"),
        ("conv 8 kernel 3 stride 2 padding same", "needs stride 1, not 2", "stride 1 or padding 1"),
        ("conv 8 kernel 4x3 padding same", "one of an odd size", "kernel 5x3 or padding 2x1"),
        ("conv depthwise kernel 3 groups 3", "has a group for each channel already", "groups 1"),
        ("conv 4 kernel 9 dilation 5", "with its dilation does not fit", "dilation 1"),
        ("maxpool 2 padding 2", "more than half the kernel 2", "padding 1"),
        ("linear 4", "3 x 32 x 32 maps come in", "flatten before it"),
        ("flatten\nmaxpool 2", "a list of 3072 numbers comes in", "leaving it out"),
    ],
)
def test_what_cannot_work_is_named_with_its_ways_out(text: str, reason: str, offered: str) -> None:
    sentence, ways = problem_of(text)
    assert reason in sentence and offered in sentence
    assert ways


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("", "adaptive avgpool 1; flatten; linear 1; sigmoid; "),
        ("flatten", "flatten; linear 1; sigmoid; "),
        ("flatten\nlinear 1", "flatten; linear 1; sigmoid; "),
        ("flatten\nlinear 9\nsigmoid", "flatten; linear 9; linear 1; sigmoid; "),
        ("relu", "relu; adaptive avgpool 1; flatten; linear 1; sigmoid; "),
    ],
)
def test_two_classes_need_one_probability_at_the_end(text: str, mended: str) -> None:
    sentence, ways = problem_of(text)
    assert "must end in linear 1 and sigmoid" in sentence
    assert ways == [mended]


def test_a_network_that_would_eat_the_server_is_refused():
    sentence, _ = problem_of("flatten\nlinear 30000\nrelu\nlinear 1\nsigmoid")
    assert sentence.startswith("Layer 2, linear 30000: with it the network has 92,190,000 param")
    assert f"at most {MOST_PARAMETERS:,}" in sentence
    sentence, _ = problem_of(f"conv 400 kernel 31 padding 15\n{SMALL_ENDING}", 512)
    assert "multiplications a photo" in sentence
    with pytest.raises(ArchitectureError, match="numbers to remember"):
        check(read(f"conv 300 kernel 1\n{SMALL_ENDING}"), 512)


def test_the_receptive_field_grows_with_windows_and_strides():
    text = "conv 4 kernel 3 padding 1\nmaxpool 2\nconv 4 kernel 3x1 dilation 2 padding 2\n" + ENDING
    fields = [step.field for step in check(read(text), 32).steps]
    assert fields == [(3, 3), (4, 4), (12, 4), (12, 4), (32, 32), (32, 32)]


def test_the_memory_of_a_training_can_be_followed_by_hand() -> None:
    planned = check(read("flatten\nlinear 1\nsigmoid\n"), 4)
    parameters, photo, given_out = 48 + 1, 3 * 4 * 4, 48 + 1 + 1
    assert training_bytes(planned, 10, 4) == 4 * (4 * parameters + 10 * (photo + 1.5 * given_out))


def test_the_receptive_field_leaves_out_what_no_window_reads():
    text = f"maxpool 3\nconv 4 kernel 3 padding 8\nadaptive avgpool 1x2\n{ENDING}"
    fields = [step.field for step in check(read(text), 32).steps]
    assert fields == [(3, 3), (9, 9), (30, 18), (30, 18), (30, 30), (30, 30)]
