"""What is looked at: kept inside the experiment, kept in the address, through any changes."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conv_lab.address import from_query, look_from_query, look_to_query, to_query
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import INPUTS, KERNELS, PAIRS, RANGES, UPSTREAMS, Experiment
from core.conv_lab.look import VIEWS, Look, look_at
from core.conv_lab.rules import is_legal

places = st.integers(0, 20)
looks = st.builds(
    Look,
    st.sampled_from(VIEWS),
    places,
    places,
    st.none() | st.tuples(places, places),
    st.booleans(),
)


def numbers(name: str) -> st.SearchStrategy[int]:
    return st.integers(*RANGES["height" if name == "size" else name])


def pair_change(name: str) -> st.SearchStrategy[tuple[str, object]]:
    axes = st.sampled_from([(0,), (1,), (0, 1)])
    return st.tuples(st.just(name), st.tuples(axes, numbers(name)))


def choices(name: str, names: Iterable[str]) -> st.SearchStrategy[tuple[str, object]]:
    return st.tuples(st.just(name), st.sampled_from([key for key in names if key != "own"]))


changes = st.one_of(
    *map(pair_change, PAIRS),
    *[st.tuples(st.just(n), numbers(n)) for n in ("channels", "out_channels", "groups", "seed")],
    choices("image", INPUTS),
    choices("filters", KERNELS),
    choices("upstream", UPSTREAMS),
    st.tuples(st.just("bias"), st.booleans()),
    st.just(("squared", None)),
    st.tuples(st.just("look"), looks),
)


@given(st.lists(changes, max_size=12))
def test_any_sequence_of_changes_is_one_state_and_its_address(sequence):
    """Each change gives its own value and leaves every other one as it was."""
    experiment, look = Experiment(), Look()
    for name, value in sequence:
        before = experiment
        if name == "look":
            look = value
        elif name == "squared":
            experiment = experiment.squared()
            assert experiment.square
        elif name in PAIRS:
            axes, number = value
            experiment = experiment.with_pair(name, axes, number)
            assert all(getattr(experiment, name)[axis] == number for axis in axes)
            assert all(
                getattr(experiment, each) == getattr(before, each) for each in PAIRS if each != name
            )
        else:
            experiment = experiment.with_changes(**{name: value})
            assert replace(experiment, **{name: getattr(before, name)}) == before
    query = to_query(experiment) | look_to_query(look)
    assert from_query(query) == (experiment, [])
    assert look_from_query(query) == (look, [])
    if is_legal(experiment):
        kept = look.inside(experiment)
        assert kept.inside(experiment) == kept
        assert kept.channel < experiment.channels and kept.out < experiment.out_channels
        groups = (
            kept.channel // (experiment.channels // experiment.groups),
            kept.out // (experiment.out_channels // experiment.groups),
        )
        assert groups[0] == groups[1]


def test_every_element_of_an_array_can_be_looked_at(experiments):
    random = np.random.default_rng(0)
    views = {"y": "y", "dx": "dx", "dweight": "dw", "dbias": "db"}
    for experiment in experiments[:60]:
        for array, comparison in carry_out(experiment).comparisons.items():
            index = tuple(int(random.integers(n)) for n in comparison.torch.shape)
            look = look_at(array, index, experiment)
            assert look == look.inside(experiment) and look.view == views[array]
            per_group = experiment.weight_shape[1]
            assert look.cell is not None
            assert (
                index
                == {
                    "y": (look.out, *look.cell),
                    "dx": (look.channel, *look.cell),
                    "dw": (look.out, look.channel % per_group, *look.cell),
                    "db": (look.out,),
                }[look.view]
            )


def test_a_look_without_a_bias_is_at_the_output():
    assert Look("db", cell=(0, 0)).inside(Experiment(bias=False)).view == "y"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"view": "z"}, "view must be one of y, dx, dw, db, not 'z'; y is used."),
        ({"in": "x"}, "in must be channel like 0, not 'x'; 0 is used."),
        ({"cell": "3"}, "cell must be row.column like 0.2, not '3'; 0.0 is used."),
        ({"apart": "yes"}, "apart must be 0 or 1, not 'yes'; 0 is used."),
    ],
)
def test_nonsense_about_the_look_is_told(query, sentence):
    _, sentences = look_from_query(query)
    assert sentences == [f"In the address, {sentence}"]


def test_the_first_look_needs_no_address():
    assert look_to_query(Look()) == {} and look_from_query({}) == (Look(), [])
